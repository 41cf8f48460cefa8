/** What a person is told when something failed, and which buttons help. */
import { expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { isOfModel, NotRunning, remediesOf, sentenceOf } from "../src/problems";

const failed = (kind: string, message: string, code = -32803) =>
  Object.assign(new Error(`${message} Set SIGHTLINE_MODEL.`), { code, data: { kind, message, hint: "Set SIGHTLINE_MODEL." } });

it("helps a newcomer to a model by buttons, not by variables", () => {
  const error = failed("model_not_configured", "No model is configured.");
  expect(sentenceOf(error)).toBe("No model is configured. /context and /impact need no model; any web chat can answer: copy the prompt.");
  expect(remediesOf(error).map(({ title }) => title)).toEqual(["Choose a model…", "Set the API key…"]);
});

it("opens the setting that is wrong, as VS Code spells it", () => {
  const [remedy] = remediesOf(failed("wrong_setting", "The setting limits.first_token_seconds is wrong: Input should be greater than 0."));
  expect(remedy).toEqual({
    title: "Open the setting",
    command: "workbench.action.openSettings",
    arguments: ["@ext:sightline.sightline sightline.limits.firstTokenSeconds"],
  });
  expect(remediesOf(failed("wrong_setting", "Odd."))[0]?.arguments).toEqual(["@ext:sightline.sightline"]);
});

it("knows where another chat could answer instead", () => {
  expect(isOfModel(failed("model_rate_limited", "Too often."))).toBe(true);
  expect([failed("usage", "Which?"), new NotRunning("It ended."), "odd"].map(isOfModel)).toEqual([false, false, false]);
});

it("says the server's own sentence and hint otherwise", () => {
  expect(sentenceOf(failed("model_overloaded", "It is busy."))).toBe("It is busy. Set SIGHTLINE_MODEL.");
  expect(remediesOf(failed("model_overloaded", "It is busy."))).toEqual([]);
});

it("tells a server that ended under a request in words", () => {
  const error = Object.assign(new Error("Pending response rejected since connection got disposed"), { code: -32097 });
  expect(sentenceOf(error)).toContain("The server ended before it was done");
  expect(remediesOf(error).map(({ title }) => title)).toEqual(["Show the log"]);
});

it("offers commands that there are", () => {
  const commands = manifest.contributes.commands.map(({ command }) => command);
  const kinds = ["model_not_configured", "model_authentication", "model_not_found", "model_unreachable", "internal"];
  const offered = kinds.flatMap((kind) => remediesOf(failed(kind, "x")));
  offered.push(...remediesOf(new NotRunning("It ended.")));
  expect(offered.length).toBeGreaterThanOrEqual(kinds.length);
  expect(offered.filter(({ command }) => !commands.includes(command))).toEqual([]);
});
