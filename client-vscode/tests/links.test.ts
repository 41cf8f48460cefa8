/** Places in the server's words become links; what only looks like one stays text. */
import { expect, it } from "vitest";
import { linked } from "../src/chat/links";

const FILES = [
  { path: "src/a.py", uri: "file:///w/src/a.py" },
  { path: "src/(group)/page.tsx", uri: "file:///w/src/(group)/page.tsx" },
];

it.each([
  ["- src/a.py:12: `f` is gone.", "- [src/a.py:12](file:///w/src/a.py#L12): `f` is gone."],
  ["- `src/a.py:12` caller (exact)", "- [src/a.py:12](file:///w/src/a.py#L12) caller (exact)"],
  ["- `src/a.py`: calls it", "- [src/a.py](file:///w/src/a.py): calls it"],
  ["see (src/a.py:3)", "see ([src/a.py:3](file:///w/src/a.py#L3))"],
  ["`src/(group)/page.tsx:1`", "[src/(group)/page.tsx:1](file:///w/src/%28group%29/page.tsx#L1)"],
])("links %s", (text, expected) => {
  expect(linked(text, FILES)).toBe(expected);
});

it.each(["src/b.py:12: is no file we were told", "gone from src/a.py (renamed?)", "xsrc/a.py:12:", "`f(src/a.py:1)`", "at 12:30: x"])(
  "leaves alone %s",
  (text) => {
    expect(linked(text, FILES)).toBe(text);
  },
);
