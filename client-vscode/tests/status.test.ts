/** The status bar and the sentences of errors. */
import { expect, it } from "vitest";
import { lastQuestion, roughTokens } from "../src/chat/question";
import { isCancelled, sentenceOf } from "../src/problems";
import { ServerProblem } from "../src/server/machine";
import { menuWords, type State, statusView } from "../src/status";

it("shows each state by an icon and a word, and warns only of a failure", () => {
  const states: State[] = ["stopped", "installing", "starting", "indexing", "paused", "ready", "failed"];
  const views = states.map((state) => statusView({ state, message: "Why." }));
  expect(new Set(views.map(({ text }) => text)).size).toBe(states.length);
  expect(views.map(({ warns }) => warns)).toEqual([false, false, false, false, false, false, true]);
  expect(views[5]?.text).toBe("$(check) Sightline");
  expect(views.every(({ tooltip }) => tooltip.startsWith("Why."))).toBe(true);
});

it("tells a cancelled request from a failed one", () => {
  expect(isCancelled(Object.assign(new Error("Cancelled."), { code: -32800 }))).toBe(true);
  expect(isCancelled(Object.assign(new Error("Cancelled."), { name: "AbortError" }))).toBe(true);
  expect(isCancelled(Object.assign(new Error("No model is configured."), { code: -32803 }))).toBe(false);
  expect(isCancelled("Cancelled.")).toBe(false);
});

it("says what to do about a problem", () => {
  expect(sentenceOf(new ServerProblem("No Python.", "Install one."))).toBe("No Python. Install one.");
});

it("answers the user's last question", () => {
  const said = [
    { byUser: true, text: "What is x?" },
    { byUser: false, text: "A number." },
    { byUser: true, text: " And y? " },
    { byUser: true, text: " " },
  ];
  expect(lastQuestion(said)).toBe("And y?");
  expect(lastQuestion([])).toBe("");
  expect(roughTokens("12345")).toBe(2);
});

it("says in the menu what a person wants to know of a running server", () => {
  const status = { state: "ready", message: "The index is ready.", roots: ["/w"], model: "", revision: 4, running: [], answered: null };
  expect(menuWords(status, true)).toEqual({ head: "The index is ready.", model: "none is set", last: "" });
  const answered = { name: "big", model: "anthropic:c", where: "cloud: api.anthropic.com", reason: "it has the role edit" };
  expect(menuWords({ ...status, model: "ollama:x", running: ["t"], answered }, false)).toEqual({
    head: "The index is ready. Restricted Mode. It is answering.",
    model: "ollama:x",
    last: "anthropic:c (cloud: api.anthropic.com) answered last: it has the role edit",
  });
});
