/** A turn told in the chat: what streams, what follows, which buttons there are. */
import { describe, expect, it } from "vitest";
import { answer, type Reply, takenBack } from "../src/chat/answer";
import { type Button, buttons } from "../src/chat/buttons";
import type { FeatureAnswer, Outcome, RunArguments, TurnEvent, Verdict } from "../src/protocol";
import { Turns } from "../src/turns";

const APPLIED = { applied: true, reason: "", label: "", files: [{ path: "a_b.py", uri: "file:///w/a_b.py" }], different: [], takenBack: [] };
const unwanted = () => Promise.reject(new Error("not asked for"));
const GIVEN: RunArguments = { command: "fix", turn: "t1", text: "", mentions: [], diagnostics: [] };

describe("a streamed answer", () => {
  it("is told once: the narration of an answer repeats what was streamed", async () => {
    const told = await tell([text("It adds "), text("two numbers.")], answered("It adds two numbers."));
    expect(told.text).toBe("It adds two numbers.");
  });

  it("is followed by what the narration adds to it", async () => {
    const told = await tell([text("It adds")], answered("It adds\n\n_The reply was cut off._"));
    expect(told.text).toBe("It adds\n\n_The reply was cut off._");
  });

  it("is told whole when pieces of it got lost on the way", async () => {
    const told = await tell([text("It "), { ...text("numbers."), number: 5 }], answered("It adds two numbers."));
    expect(told.text).toContain("It adds two numbers.");
  });

  it("is told whole when nothing was streamed", async () => {
    const told = await tell([], { ...answered("3 affected"), outcome: null });
    expect(told.text).toBe("3 affected");
  });

  it("never shows the model's reasoning as its answer", async () => {
    const told = await tell([event("reasoning", "secret plan"), event("reasoning", "more"), text("Done.")], answered("Done."));
    expect(told.text).toBe("Done.");
    expect(told.stages).toEqual(["The model is thinking"]);
  });

  it("shows stages as progress, in words", async () => {
    const stages = [
      event("stage", "context", "context"),
      event("stage", "Waiting for the index of the workspace.", "context"),
      event("stage", "checks", "checks", 2),
      event("stage", "done", "done"),
    ];
    const told = await tell(stages, answered(""));
    expect(told.stages).toEqual([
      "Choosing the context",
      "Waiting for the index of the workspace.",
      "Checking the edit (attempt 2)",
    ]);
  });

  it("sets a repaired attempt apart, and closes what the first left open", async () => {
    const events = [text("```py\nx = 1"), text("Better.", 2)];
    const told = await tell(events, { ...answered("**Edit ready**"), outcome: outcome("accepted") });
    expect(told.text).toBe("```py\nx = 1\n```\n\n\n---\n\n**Attempt 2**\n\nBetter.\n\n**Edit ready**");
  });

  it("closes a fence before progress is told, since what follows is Markdown of its own", async () => {
    const events = [text("```py\nx = 1\n```"), event("stage", "checks", "checks")];
    const told = await tell(events, { ...answered("**Edit ready**"), outcome: outcome("accepted") });
    expect(told.order).toEqual(["```py\nx = 1\n", "```", "(Checking the edit)", "\n\n**Edit ready**"]);
  });

  it("ends its listening, and passes on the error, when the server fails", async () => {
    const turns = new Turns();
    const failing = { listen: turns.listen.bind(turns), run: () => Promise.reject(new Error("no model")), apply: unwanted, address: String };
    const told = new Told();
    await expect(answer(GIVEN, failing, told)).rejects.toThrow("no model");
    turns.receive(text("late"));
    expect(told.text).toBe("");
  });

  it("does not hear other turns", async () => {
    const told = await tell([{ ...text("not mine"), turn: "t2" }], answered("mine"));
    expect(told.text).toBe("mine");
  });
});

describe("what follows", () => {
  it("are the files that were in the prompt, and the places of the answer", async () => {
    const manifest = [{ path: "a.py", startLine: 3, endLine: 9 }];
    const places = [{ uri: "file:///w/b.py", path: "b.py", line: 7, label: "total" }];
    const told = await tell([], { ...answered(""), places, outcome: { ...outcome("answered"), manifest } });
    expect(told.references).toEqual(["root/a.py:3-9", "file:///w/b.py:7-7"]);
  });

  it.each<[Verdict, string[]]>([
    ["accepted", ["Apply", "Preview", "Discard"]],
    ["rejected", ["Preview", "Apply anyway", "Discard"]],
    ["answered", []],
    ["no_edits", []],
  ])("are the buttons of an edit that was %s", (verdict, titles) => {
    const made = buttons({ ...answered(""), outcome: outcome(verdict) });
    expect(made.map(({ title }) => title)).toEqual(titles);
    expect(made.every((button) => "turn" in button && button.inSpiteOfFindings === (verdict === "rejected"))).toBe(true);
  });

  it("are no buttons for an edit that changes nothing", () => {
    expect(buttons({ ...answered(""), outcome: { ...outcome("rejected"), changes: [] } })).toEqual([]);
  });

  it("is an undo at once: who writes /undo is not asked whether they mean it", async () => {
    const told = await tell([], { ...answered("**Undo ready**"), command: "undo", outcome: null });
    expect(told.text).toBe("**The edit was taken back** in [a\\_b.py](file:///w/a_b.py).");
    expect(told.offered).toEqual([]);
    expect(takenBack({ ...APPLIED, applied: false, reason: "It was changed since." }, "undo")).toContain("It was changed since.");
    const back = await tell([], { ...answered("**Redo ready**"), command: "redo", outcome: null });
    expect(back.text).toBe("**The edit was brought back** in [a\\_b.py](file:///w/a_b.py).");
  });

  it("are links to the places of a refusal", async () => {
    const places = [{ uri: "file:///w/b.py", path: "b.py", line: 7, label: "total" }];
    const refusal = { ...answered("**Edit refused**\n\n- b.py:7: `total` is gone."), places, outcome: outcome("rejected") };
    expect((await tell([], refusal)).text).toBe("**Edit refused**\n\n- [b.py:7](file:///w/b.py#L7): `total` is gone.");
  });
});

/** Everything a chat reply was told, by kind and in order. */
class Told implements Reply {
  readonly order: string[] = [];
  readonly said: string[] = [];
  readonly stages: string[] = [];
  readonly references: string[] = [];
  readonly offered: Button[] = [];

  markdown(given: string): void {
    this.said.push(given);
    this.order.push(given);
  }

  progress(sentence: string): void {
    this.stages.push(sentence);
    this.order.push(`(${sentence})`);
  }

  reference(uri: string, startLine: number, endLine: number): void {
    this.references.push(`${uri}:${startLine}-${endLine}`);
  }

  button(button: Button): void {
    this.offered.push(button);
  }

  get text(): string {
    return this.said.join("");
  }
}

async function tell(events: readonly TurnEvent[], result: FeatureAnswer) {
  const turns = new Turns();
  const told = new Told();
  const server = {
    listen: turns.listen.bind(turns),
    run: () => {
      events.forEach((item, index) => turns.receive({ ...item, number: item.number || index + 1 }));
      return Promise.resolve(result);
    },
    apply: (turn: string) => Promise.resolve({ ...APPLIED, label: turn }),
    address: (path: string) => `root/${path}`,
  };
  await answer(GIVEN, server, told);
  return told;
}

function event(kind: TurnEvent["kind"], given: string, stage = "model", attempt = 1): TurnEvent {
  return { turn: "t1", number: 0, kind, text: given, stage, attempt };
}

function text(given: string, attempt = 1): TurnEvent {
  return event("text", given, "model", attempt);
}

function answered(given: string): FeatureAnswer {
  return { command: "explain", turn: "t1", text: given, places: [], outcome: outcome("answered") };
}

function outcome(verdict: Verdict): Outcome {
  return { verdict, text: "", changes: [{ uri: "file:///w/a.py", path: "a.py" }], findings: [], manifest: [] };
}
