/** Places in the server's words become links; what only looks like one stays text. */
import { expect, it } from "vitest";
import { forPreview, linked } from "../src/chat/links";

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

it("opens places from VS Code's Markdown preview, which follows no address that begins with file:", () => {
  const files = [
    { path: "src/a b.py", uri: "file:///w/shop/src/a%20b.py" },
    { path: "lib.py", uri: "file:///w/other/lib.py" },
  ];
  const shown = linked("- `src/a b.py:3`: gone\n- lib.py:4: gone", forPreview(files, "file:///w/shop"));
  expect(shown).toBe("- [src/a b.py:3](/src/a%20b.py#L3): gone\n- [lib.py:4](/../other/lib.py#L4): gone");
  expect(forPreview(files, undefined)).toEqual(files);
  expect(forPreview(files, "memfs:/w/shop")).toEqual(files);
});
