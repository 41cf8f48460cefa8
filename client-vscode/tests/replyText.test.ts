/** A model's reply as Markdown, however it is cut into pieces. */
import { describe, expect, it } from "vitest";
import { ReplyText } from "../src/chat/replyText";

const BLOCK = "a.py\n<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\nDone.\n";

describe("ReplyText", () => {
  it("puts a fence around edit blocks that have none", () => {
    expect(shown([BLOCK])).toBe(
      "a.py\n\n~~~~~~\n<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n~~~~~~\nDone.\n",
    );
  });

  it("leaves edit blocks in a fence as they are", () => {
    const fenced = `\`\`\`python\n${BLOCK}\`\`\`\nThat is all.\n`;
    expect(shown([fenced])).toBe(fenced);
  });

  it("closes the fence of a reply that was cut off", () => {
    expect(shown(["````md\n```\ninner"])).toBe("````md\n```\ninner\n````\n");
    expect(shown(["<<<<<<< SEARCH\nx"])).toBe("\n~~~~~~\n<<<<<<< SEARCH\nx\n~~~~~~\n");
  });

  it("says the same in whichever pieces it comes", () => {
    const reply = `Two edits:\n\n${BLOCK}\n\`\`\`py\ny\n\`\`\`\n<b>  \n${BLOCK}`;
    const whole = shown([reply]);
    for (const size of [1, 2, 3, 7, 20]) {
      const pieces = Array.from({ length: Math.ceil(reply.length / size) }, (_, index) => reply.slice(index * size, (index + 1) * size));
      expect(shown(pieces)).toBe(whole);
    }
  });

  it("passes prose on at once, and holds back only what may be a marker", () => {
    const text = new ReplyText();
    expect(text.push("It ")).toBe("It ");
    expect(text.push("adds\n<<<")).toBe("adds\n");
    expect(text.push("<<<< SEARCH\n")).toBe("\n~~~~~~\n<<<<<<< SEARCH\n");
  });
});

function shown(pieces: readonly string[]): string {
  const text = new ReplyText();
  const told = pieces.map((piece) => text.push(piece)).join("");
  return told + text.end();
}
