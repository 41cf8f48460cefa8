"""The lines of a file as they may be shown: one kind of line end, secrets taken out, every line still at its number."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.redact import redact
from sightline.base.text import Text
from sightline.context.access import definitions_of, digest_of, language_of
from sightline.context.candidates import Gate
from sightline.graph.raw_facts import DefinitionRow
from sightline.graph.view import GraphView

MARK = "⋮"
#: Files whose shown lines are kept, as they were seen last.
_MOST_SHOWN = 128
#: Texts that are known to hold no secret.
_MOST_CLEAN = 1 << 14

_LINE_END = re.compile(r"\r\n|\n|\r")
_BACKTICKS = re.compile(r"`{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLines:
    """A readable file. ``lines[0]`` is line 1; ``language`` and ``definitions`` are empty where there are no facts.

    ``version`` is the editor's number for the text of an open file. ``mark`` begins the lines that stand for what is
    left out, ``fence`` surrounds the code: neither can be taken for a line of this file.
    """

    path: WorkspacePath
    text: Text
    language: str
    definitions: tuple[DefinitionRow, ...]
    lines: tuple[str, ...]
    mark: str
    fence: str
    version: int | None = None

    def lines_of(self, index: int) -> tuple[int, int]:
        """First and last one-based line of a definition."""
        row = self.definitions[index]
        return self.text.line_of(row.start) + 1, self.text.line_of(max(row.end - 1, row.start)) + 1

    def signature(self, index: int) -> tuple[int, int]:
        """One-based lines of the decorators and the signature of a definition, without its body."""
        row = self.definitions[index]
        head = self.text.data[row.start : row.body_start].rstrip()
        return self.text.line_of(row.start) + 1, self.text.line_of(row.start + max(len(head) - 1, 0)) + 1

    def name_line(self, index: int) -> int:
        """One-based line of the name of a definition: decorators stand above it."""
        return self.text.line_of(self.definitions[index].name_start) + 1

    def containers(self, index: int) -> list[int]:
        """Definitions around the one at ``index``, outermost first."""
        around: list[int] = []
        index = self.definitions[index].parent
        while index >= 0:
            around.append(index)
            index = self.definitions[index].parent
        return around[::-1]


def source_lines(view: GraphView, path: WorkspacePath, gate: Gate) -> SourceLines | None:
    """The lines of ``path``; ``None`` when it cannot be read, or when it is a link to something that is refused."""
    if gate.real_reason(path) is not None:
        return None
    try:
        file = view.workspace.read(path)
    except SightlineError:
        return None
    text = file.text
    shown = _shown.of(path, text)
    known = text.digest == digest_of(view, path)
    return SourceLines(
        path=path,
        text=text,
        language=language_of(view, path),
        definitions=definitions_of(view, path) if known else (),
        lines=shown.lines,
        mark=shown.mark,
        fence=shown.fence,
        version=file.version,
    )


def mark_for(lines: tuple[str, ...]) -> str:
    """``⋮``, repeated until no line begins with it."""
    longest = max((_leading_marks(line) for line in lines if MARK in line), default=0)
    return MARK * (longest + 1)


def fence_for(lines: tuple[str, ...]) -> str:
    """Backticks, more of them than any line has in a row, and at least three."""
    longest = max((len(found) for line in lines if "``" in line for found in _BACKTICKS.findall(line)), default=2)
    return "`" * max(longest + 1, 3)


def _leading_marks(line: str) -> int:
    bare = line.lstrip()
    return len(bare) - len(bare.lstrip(MARK))


class _Kept(NamedTuple):
    digest: str
    lines: tuple[str, ...]
    mark: str
    fence: str


class _Shown:
    """The lines of the files shown last, one text of each: kept by text, those of past ones would stay for long.

    Of many more texts it is kept that no secret was found in them, which is what takes time to find.
    """

    def __init__(self) -> None:
        self._entries: OrderedDict[WorkspacePath, _Kept] = OrderedDict()
        self._clean: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def of(self, path: WorkspacePath, text: Text) -> _Kept:
        """What is shown of ``path``, which holds ``text``."""
        kept = self._entries.get(path)
        if kept is None or kept.digest != text.digest:
            kept = self._read(text)
        with self._lock:
            self._entries[path] = kept
            self._entries.move_to_end(path)
            if len(self._entries) > _MOST_SHOWN:
                self._entries.popitem(last=False)
        return kept

    def _read(self, text: Text) -> _Kept:
        whole = _with_plain_ends(text.data)
        if text.digest in self._clean:
            shown = whole
        else:
            # Secrets can span lines (private keys), so the file is searched as a whole, and with one kind of line end.
            shown = redact(whole)
            assert shown.count("\n") == whole.count("\n"), "redaction keeps the line count"
            if shown == whole:
                with self._lock:
                    self._clean[text.digest] = None
                    if len(self._clean) > _MOST_CLEAN:
                        self._clean.popitem(last=False)
        lines = tuple(shown.split("\n"))
        return _Kept(
            digest=text.digest,
            lines=lines,
            mark=mark_for(lines) if MARK in shown else MARK,
            fence=fence_for(lines) if "```" in shown else "```",
        )


_shown = _Shown()


def _with_plain_ends(data: bytes) -> str:
    """A text with ``\\n`` between its lines and none after the last."""
    whole = data.decode("utf-8", "replace")
    if "\r" in whole:
        whole = _LINE_END.sub("\n", whole)
    return whole.removesuffix("\n")
