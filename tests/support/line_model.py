"""An independent account of who changed which line: the judge of what a merge should have made.

A file is a list of rows with identities. What the user types changes, inserts or removes rows; what a model's edit
does is a set of rows and their new texts. Nothing here knows diffs, offsets or digests, so that it can disagree with
the code that does.
"""

from __future__ import annotations

from dataclasses import dataclass, field


class LandedElsewhere(AssertionError):
    """An edit reached text it was not computed for."""


@dataclass
class Row:
    """One line, and its number in the original file (``None`` for a typed one)."""

    text: str
    number: int | None


@dataclass
class LineModel:
    """One file. ``touched`` are original lines at or beside which the user typed."""

    rows: list[Row]
    touched: set[int] = field(default_factory=set[int])

    @classmethod
    def of(cls, text: str) -> LineModel:
        """A file as it was at first; it ends with a line end."""
        return cls([Row(line, number) for number, line in enumerate(text.splitlines())])

    def __str__(self) -> str:
        return "".join(f"{row.text}\n" for row in self.rows)

    def offset(self, index: int) -> int:
        """Characters before a row."""
        return sum(len(row.text) + 1 for row in self.rows[:index])

    def retype(self, index: int, text: str) -> None:
        """The user changed a row."""
        self._touch(index, index)
        self.rows[index].text = text

    def insert(self, index: int, text: str) -> None:
        """The user typed a new line before a row."""
        self._touch(index - 1, index)
        self.rows.insert(index, Row(text, None))

    def remove(self, index: int) -> None:
        """The user deleted a row."""
        self._touch(index, index)
        del self.rows[index]

    def land(self, before: dict[int, str], after: dict[int, str]) -> None:
        """An edit landed that makes ``after`` of the original lines ``before``. Raises :class:`LandedElsewhere`."""
        found = {row.number: row for row in self.rows}
        for number, text in before.items():
            row = found.get(number)
            if row is None or row.text != text:
                raise LandedElsewhere(f"line {number} says {row.text if row else 'nothing'!r}, not {text!r}")
        for number, text in after.items():
            found[number].text = text

    def is_free(self, numbers: set[int]) -> bool:
        """Whether nothing was typed at, or right beside, these original lines: then an edit there must not fail."""
        return not any(abs(number - touched) < 2 for number in numbers for touched in self.touched)

    def _touch(self, first: int, last: int) -> None:
        near = self.rows[max(first, 0) : last + 1]
        self.touched |= {row.number for row in near if row.number is not None}
        # A typed row belongs to the original lines around it.
        for index in range(max(first, 0), min(last + 1, len(self.rows))):
            if self.rows[index].number is None:
                above = next((row.number for row in reversed(self.rows[:index]) if row.number is not None), 0)
                self.touched |= {above, above + 1}
