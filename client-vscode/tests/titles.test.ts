/** Among the actions of all extensions, ours say whose they are. */
import { expect, it } from "vitest";
import { named } from "../src/titles";

it("names us on actions that run a command, and leaves plain edits as they are called", () => {
  expect(named({ title: "Fix this", command: { command: "sightline.fix" } }).title).toBe("Sightline: Fix this");
  expect(named({ title: "Import `total`" }).title).toBe("Import `total`");
});
