"""The lines of a file as they may be shown: one kind of line end, secrets taken out, every line still at its number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath, confine
from sightline.base.redact import redact
from sightline.base.text import Text
from sightline.context.candidates import Gate
from sightline.context.chunks import content_lines
from sightline.graph.facts import FileFacts
from sightline.graph.view import GraphView


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLines:
    """A readable file. ``lines[0]`` is line 1; ``language`` is empty for a language the graph does not know."""

    path: WorkspacePath
    text: Text
    facts: FileFacts | None
    lines: tuple[str, ...]

    @property
    def language(self) -> str:
        """Name of the language for a code fence."""
        return self.facts.language if self.facts else ""

    def signature(self, index: int) -> tuple[int, int]:
        """One-based lines of the decorators and the signature of a definition, without its body."""
        assert self.facts is not None
        definition = self.facts.definitions[index]
        head = self.text.data[definition.span.start : definition.body_start].rstrip()
        end = definition.span.start + max(len(head) - 1, 0)
        return self.text.line_of(definition.span.start) + 1, self.text.line_of(end) + 1

    def containers(self, index: int) -> list[int]:
        """Definitions around the one at ``index``, outermost first."""
        assert self.facts is not None
        around: list[int] = []
        index = self.facts.definitions[index].parent
        while index >= 0:
            around.append(index)
            index = self.facts.definitions[index].parent
        return around[::-1]


def source_lines(view: GraphView, path: WorkspacePath, gate: Gate) -> SourceLines | None:
    """The lines of ``path``; ``None`` when it cannot be read, or when it is a link to something that is refused."""
    if not gate.admits(path) or not _target_admitted(view, path, gate):
        return None
    try:
        text = view.workspace.read(path).text
    except SightlineError:
        return None
    return SourceLines(path=path, text=text, facts=view.facts(path), lines=_shown_lines(text.data))


def _target_admitted(view: GraphView, path: WorkspacePath, gate: Gate) -> bool:
    """A link called ``notes.txt`` must not show what ``.env`` holds."""
    files = view.workspace.system.files
    try:
        real, root = files.real_path(path.absolute), files.real_path(path.root)
        target = confine(root, real)
    except (OSError, SightlineError):
        return False
    return target.relative == path.relative or gate.admits(WorkspacePath(path.root, target.relative))


@lru_cache(maxsize=128)
def _shown_lines(data: bytes) -> tuple[str, ...]:
    text = Text(data)
    lines = [text.line_text(line) for line in range(content_lines(text))]
    # Secrets can span lines (private keys), so the file is searched as a whole, with line ends that are all alike.
    shown = redact("\n".join(lines)).split("\n")
    assert len(shown) == len(lines), "redaction keeps the line count"
    return tuple(shown)
