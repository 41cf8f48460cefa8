/** What is sent of the selection, the attached files and the diagnostics. */
import { describe, expect, it } from "vitest";
import { featureArguments } from "../src/arguments";

const at = (line: number, character = 0) => ({ line, character });
const range = (from: number, to: number) => ({ start: at(from), end: at(to) });
const FOCUS = { uri: "file:///w/a.py", range: range(3, 9) };

describe("featureArguments", () => {
  it("sends the selection, and the text without the blanks around it", () => {
    const sent = featureArguments({ turn: "t", text: "  round half up \n", focus: FOCUS });
    expect(sent).toEqual({ turn: "t", text: "round half up", uri: FOCUS.uri, range: FOCUS.range, mentions: [], diagnostics: [] });
  });

  it("sends neither address nor range when there is no editor", () => {
    expect(Object.keys(featureArguments({ turn: "t", text: "x" }))).not.toContain("uri");
  });

  it("sends plain objects, whatever class the editor's ranges have", () => {
    class Selection {
      start = at(1);
      end = at(2);
      toJSON() {
        return [this.start, this.end];
      }
    }
    const sent = featureArguments({ turn: "t", text: "", focus: { uri: FOCUS.uri, range: new Selection() } });
    expect(JSON.parse(JSON.stringify(sent))).toMatchObject({ range: range(1, 2) });
  });

  it("mentions each attached file and name once", () => {
    const file = { kind: "file", uri: "file:///w/src/b.py", path: "src/b.py" } as const;
    const sent = featureArguments({ turn: "t", text: "", focus: FOCUS, attached: [file, { kind: "name", name: "Order.total" }, file] });
    expect(sent.mentions).toEqual(["src/b.py", "Order.total"]);
    expect(sent.uri).toBe(FOCUS.uri);
  });

  it("takes the first attached place for the selection when there is no editor", () => {
    const file = { kind: "file", uri: "file:///w/b.py", path: "b.py" } as const;
    const place = { ...file, uri: "file:///w/c.py", path: "c.py", range: range(5, 6) };
    const sent = featureArguments({ turn: "t", text: "", attached: [file, place] });
    expect(sent).toMatchObject({ uri: "file:///w/c.py", range: range(5, 6), mentions: ["b.py", "c.py"] });
  });

  it("sends the diagnostics that touch the selection", () => {
    const diagnostics = [range(0, 2), range(2, 3), range(9, 12), range(10, 11)].map((where, index) => ({
      message: `m${index}`,
      range: where,
      source: "ruff",
      code: { value: "F401" },
    }));
    const sent = featureArguments({ turn: "t", text: "", focus: FOCUS, diagnostics });
    expect(sent.diagnostics.map(({ message }) => message)).toEqual(["m1", "m2"]);
    expect(sent.diagnostics[0]).toEqual({ message: "m1", range: range(2, 3), source: "ruff", code: "F401" });
  });

  it("sends all diagnostics of the file when nothing is selected", () => {
    const diagnostics = [{ message: "far away", range: range(80, 81) }];
    const sent = featureArguments({ turn: "t", text: "", focus: { uri: FOCUS.uri, range: range(3, 3) }, diagnostics });
    expect(sent.diagnostics).toEqual(diagnostics);
  });
});
