/** The editor's own models as the server asks for them: which one is meant, what is passed on, and why there is none. */
import { expect, it } from "vitest";
import { chosen, offered, pass, Refused, refused } from "../src/editorModels";
import type { EditorModelPiece } from "../src/protocol";

const model = (vendor: string, id: string, family = id, maxInputTokens = 64_000) => ({ vendor, id, family, name: id, maxInputTokens });
const models = [model("sightline", "sightline"), model("copilot", "gpt-4.1-2026", "gpt-4.1"), model("other", "tiny")];

function kindOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Refused) return `${error.kind}: ${error.message}`;
  }
  return "none";
}

it("offers every model but our own, which would ask itself", () => {
  expect(offered(models)).toEqual([
    { name: "copilot/gpt-4.1-2026", title: "gpt-4.1-2026", maxInputTokens: 64_000 },
    { name: "other/tiny", title: "tiny", maxInputTokens: 64_000 },
  ]);
});

it("finds a model by vendor and id, family, id alone, or any", () => {
  for (const name of ["copilot/gpt-4.1-2026", "copilot/gpt-4.1", "gpt-4.1", "gpt-4.1-2026", "any"]) {
    expect(chosen(models, name).id).toBe("gpt-4.1-2026");
  }
  expect(chosen(models, "other/tiny").id).toBe("tiny");
});

it("names what there is where a model is not", () => {
  expect(kindOf(() => chosen(models, "gpt-9"))).toBe("not_found: The editor offers copilot/gpt-4.1-2026, other/tiny.");
  expect(kindOf(() => chosen(models, "sightline"))).toContain("not_found");
  expect(kindOf(() => chosen([], "any"))).toBe("not_found: The editor offers no models.");
});

it("passes pieces on in order and leaves out empty ones", async () => {
  const sent: EditorModelPiece[] = [];
  async function* pieces() {
    yield* ["a", "", "b"];
  }
  await pass({ token: "t" }, pieces(), async (piece) => void sent.push(piece));
  expect(sent).toEqual([{ token: "t", text: "a" }, { token: "t", text: "b" }]);
});

it("tells in the protocol's words what broke a reply", async () => {
  async function* broken() {
    yield "half";
    throw Object.assign(new Error("quota"), { code: "Blocked" });
  }
  await expect(pass({ token: "t" }, broken(), async () => undefined)).rejects.toMatchObject({ kind: "blocked", message: "quota" });
  const coded = (code: unknown) => refused(Object.assign(new Error("x"), { code })).kind;
  expect(["NoPermissions", "NotFound", "Blocked", "Unknown", 7].map(coded)).toEqual(["no_permission", "not_found", "blocked", "failed", "failed"]);
  expect(refused("no error").kind).toBe("failed");
});
