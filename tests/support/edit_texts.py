"""Random files and edits for the properties of ``edits/``: few distinct lines, so that clones abound."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

WORDS = ("a = 1", "b = 2", "if x:", "return None", "}", "", "é = '𝄞'", "# …", "pass", "=======", "for i in y:")
INDENTS = ("", "    ", "        ", "\t")


def _line(word: str, indent: str) -> str:
    return indent + word if word else ""


LINES = st.builds(_line, st.sampled_from(WORDS), st.sampled_from(INDENTS))
FRESH = st.one_of(LINES, st.from_regex(r"[ \t]{0,4}[a-z]{1,3} = [0-9]{1,3}", fullmatch=True))


@dataclass(frozen=True)
class Edited:
    """A file and the same file after one edit; the lines ``first..end`` are those the block shows."""

    lines: tuple[str, ...]
    shown: tuple[str, ...]
    replacement: tuple[str, ...]
    first: int
    newline: str
    final: bool

    @property
    def after(self) -> tuple[str, ...]:
        return self.lines[: self.first] + self.replacement + self.lines[self.first + len(self.shown) :]

    def text(self, lines: tuple[str, ...]) -> str:
        """``lines`` as the file writes them."""
        text = self.newline.join(lines)
        return text + self.newline if self.final and lines else text


@st.composite
def edited_files(draw: st.DrawFn) -> Edited:
    """A file of up to 30 lines and an edit of some of its lines, shown with up to three lines of context."""
    lines = draw(st.lists(FRESH, min_size=1, max_size=30))
    first = draw(st.integers(0, len(lines) - 1))
    end = draw(st.integers(first, min(len(lines), first + 5)))
    before, behind = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    new = draw(st.lists(FRESH, max_size=5))
    start, stop = max(first - before, 0), min(end + behind, len(lines))
    return Edited(
        lines=tuple(lines),
        shown=tuple(lines[start:stop]),
        replacement=(*lines[start:first], *new, *lines[end:stop]),
        first=start,
        newline=draw(st.sampled_from(("\n", "\r\n"))),
        # A blank last line without a line end is no line.
        final=draw(st.booleans()) or not lines[-1],
    )
