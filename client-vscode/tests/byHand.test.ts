/** The round trip with a web chat: what is copied, what is offered when the reply comes back, what is said of it. */
import { describe, expect, it } from "vitest";
import { copiedSentence, isToBeApplied, replySentence } from "../src/byHand";
import { buttons, commandOf, promptButtons } from "../src/chat/buttons";
import { isAboutDiagnostics } from "../src/features";
import type { FeatureAnswer, NextMessage, RunArguments, Verdict } from "../src/protocol";

const FIX: RunArguments = { command: "fix", turn: "t1", text: "the rounding", conversation: "c", mentions: ["a.py"], diagnostics: [] };
const NEEDS: NextMessage = { kind: "needs", message: "# Code you asked for", prompt: "All. # Code you asked for" };
const REPAIR: NextMessage = { ...NEEDS, kind: "repair", message: "Not accepted." };

describe("an answer of a model", () => {
  it("comes with its prompt for another chat: the same task, of no conversation", () => {
    const [button] = promptButtons(FIX);
    expect(button?.given).toEqual({ turn: "t1", text: "/fix the rounding", mentions: ["a.py"], diagnostics: [] });
    expect(buttons(pasted("accepted"), FIX).map(({ title }) => title)).toEqual(["Apply", "Preview", "Discard", "Copy prompt"]);
  });

  it.each(["context", "impact", "overview", "import", "undo", "redo", "prompt", "paste"])("has no prompt if none was asked: /%s", (command) => {
    expect(promptButtons({ ...FIX, command })).toEqual([]);
  });
});

describe("a prompt", () => {
  const made: FeatureAnswer = { ...pasted("answered"), command: "prompt", outcome: null, data: { prompt: "Do it." } };

  it("can be copied, and its reply be applied", () => {
    expect(buttons(made).map(commandOf)).toEqual([
      { title: "Copy prompt", command: "sightline.turn.copy", arguments: [{ text: "Do it.", kind: "prompt" }] },
      { title: "Apply the reply from the clipboard", command: "sightline.turn.paste", arguments: [] },
    ]);
  });

  it("says where it goes once it is copied", () => {
    expect(copiedSentence({ text: "x".repeat(1200), kind: "prompt" })).toBe(
      "Copied the prompt: 1,200 characters. Paste it into any chat, then copy the chat's whole reply.",
    );
    expect(copiedSentence({ text: "x", kind: "needs" })).toContain("Paste it into the same chat");
  });
});

it("takes the editor's diagnostics along where something is to be fixed", () => {
  expect(isAboutDiagnostics("fix", "")).toBe(true);
  expect(isAboutDiagnostics("prompt", "/fix the types")).toBe(true);
  expect([isAboutDiagnostics("prompt", "/fixture"), isAboutDiagnostics("test", "/fix"), isAboutDiagnostics(undefined, "/fix")]).toEqual([false, false, false]);
});

describe("a reply", () => {
  it("that asks for code is answered by that code", () => {
    const answer = { ...pasted("answered", NEEDS), outcome: null, text: "The chat asked for `a.py`." };
    expect(buttons(answer).map(commandOf)).toEqual([
      { title: "Copy the code it asked for", command: "sightline.turn.copy", arguments: [{ text: NEEDS.message, kind: "needs" }] },
    ]);
    expect(replySentence(answer)).toBe("The chat asked for a.py.");
  });

  it("that was refused is answered by why, or applied all the same", () => {
    expect(buttons(pasted("rejected", REPAIR, 2)).map(({ title }) => title)).toEqual(["Preview", "Apply anyway", "Discard", "Copy what is wrong"]);
    expect(replySentence(pasted("rejected", REPAIR, 2))).toBe("The edit was refused: 2 findings. No file was changed.");
  });

  it("is applied without a question only if nothing was found", () => {
    expect(isToBeApplied(pasted("accepted"))).toBe(true);
    expect(isToBeApplied(pasted("accepted", null, 1))).toBe(false);
    expect(isToBeApplied(pasted("rejected"))).toBe(false);
    expect(isToBeApplied({ ...pasted("accepted"), outcome: null })).toBe(false);
    expect(replySentence(pasted("accepted", null, 1))).toBe("The edit may break something: 1 finding.");
  });

  it("without an edit says so", () => {
    expect(replySentence(pasted("no_edits"))).toBe("No edit came of the reply.");
    expect(replySentence(pasted("no_edits", REPAIR))).toContain("do not fit the files");
  });
});

function pasted(verdict: Verdict, next: NextMessage | null = null, findings = 0): FeatureAnswer {
  const changes = verdict === "no_edits" ? [] : [{ uri: "file:///w/a.py", path: "a.py" }];
  const found = Array.from({ length: findings }, (_, index) => ({ id: String(index) }));
  return { command: "paste", turn: "t1", text: "", places: [], data: { next }, outcome: { verdict, text: "", changes, findings: found, manifest: [] } };
}
