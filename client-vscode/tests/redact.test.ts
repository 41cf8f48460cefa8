/** No secret reaches the log. */
import { expect, it } from "vitest";
import { redacting } from "../src/redact";

it("replaces the secret wherever it is written, also as JSON", () => {
  const lines: string[] = [];
  let secret = "";
  const channel = Object.freeze({ level: 2, trace: (...given: unknown[]) => void lines.push(given.join(" ")) });
  const clean = redacting(channel, () => [secret]);
  clean.trace("before");
  secret = 'se"cret';
  clean.trace("Params:", JSON.stringify({ api_key: secret }));
  clean.trace(new Error(`wrong key ${secret}`));
  expect(lines[0]).toBe("before");
  expect(lines.join("\n")).not.toMatch(/se\\?"cret/);
  expect(lines[1]).toBe('Params: {"api_key":"[secret]"}');
  expect(clean.level).toBe(2);
});
