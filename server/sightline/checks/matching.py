"""Which reference after an edit is which reference before it.

In a file the edit does not touch it is the same one. In a touched file it is the one at the same place of a line that
stayed as it was; references on new or changed lines are new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text
from sightline.base.words import counted
from sightline.checks.check import Certainty, CheckInput, Finding, RelatedPlace, Severity
from sightline.checks.kept_quiet import is_kept_quiet
from sightline.checks.known_uses import MOST_BEYOND
from sightline.checks.recall import facts_of, symbols_of, text_of
from sightline.checks.texts import TouchedFile, line_and_column
from sightline.graph.answers import Symbol
from sightline.graph.coverage import MOST_NAMED
from sightline.graph.facts import Reference, ReferenceKind
from sightline.graph.view import GraphView

#: A reference and the file it stands in.
Use = tuple[WorkspacePath, Reference]


@dataclass(slots=True)
class LeftOut:
    """Uses by name alone that are not among the findings, by the definition that went.

    ``unasked``: files that have the name and were not looked at; ``unlisted``: uses that were found and are too many.
    """

    unasked: dict[Symbol, int] = field(default_factory=dict["Symbol", int])
    unlisted: dict[Symbol, int] = field(default_factory=dict["Symbol", int])

    def told(self) -> tuple[str, ...]:
        """A sentence on each definition, the first few of either kind."""
        unasked = [
            f"breakage: {counted(count, 'file')} with the name `{symbol.definition.name}`, from which no imports lead "
            f"to {symbol.path}, had no look: more than {MOST_BEYOND} have it, and could use it by name alone"
            for symbol, count in self.unasked.items()
        ]
        unlisted = [
            f"breakage: {counted(count, 'more use')} of `{symbol.definition.name}` by name alone "
            f"{'is' if count == 1 else 'are'} not listed"
            for symbol, count in self.unlisted.items()
        ]
        return (*_first(unasked), *_first(unlisted))


def _first(sentences: list[str]) -> list[str]:
    more = len(sentences) - MOST_NAMED
    return [*sentences[:MOST_NAMED], f"breakage: the same holds for {counted(more, 'more name')}"][: len(sentences)]


class Matching:
    """Follows references of one edit in both directions. Safe to use from one thread at a time."""

    def __init__(self, given: CheckInput, files: Sequence[TouchedFile]) -> None:
        self.given = given
        self.files = tuple(files)
        #: What was left out for a limit's sake; told with the findings.
        self.left_out = LeftOut()
        self._by_old = {file.old: file for file in files if file.old is not None}
        self._by_new = {file.new: file for file in files if file.new is not None}
        self._changed: dict[WorkspacePath, tuple[Reference, ...]] = {}

    def after_of(self, use: Use) -> Use | None:
        """The same reference after the edit; ``None`` when its line was changed or is gone."""
        path, reference = use
        file = self._by_old.get(path)
        if file is None:
            return use
        offset = self._forward.get(path, {}).get(self._line(self.given.before, path, reference))
        if offset is None or file.new is None:
            return None
        start = reference.span.start + offset
        found = _same(self.given.after, file.new, start, reference)
        return None if found is None else (file.new, found)

    def before_of(self, use: Use) -> Use | None:
        """The same reference before the edit; ``None`` for one that is new or stands on a changed line."""
        path, reference = use
        file = self._by_new.get(path)
        if file is None:
            return use
        offset = file.old_offset(reference.span.start)
        if offset is None or file.old is None:
            return None
        found = _same(self.given.before, file.old, offset, reference)
        return None if found is None else (file.old, found)

    def touched(self, path: WorkspacePath) -> TouchedFile | None:
        """The touched file that had this path before the edit."""
        return self._by_old.get(path)

    def changed_references(self, file: TouchedFile) -> tuple[Reference, ...]:
        """References of a touched file that are new or stand on a changed line, in source order."""
        if file.path not in self._changed:
            facts = facts_of(self.given.after, file.new)
            self._changed[file.path] = tuple(facts.references_touching(file.new_parts)) if facts is not None else ()
        return self._changed[file.path]

    def changed_calls(self, file: TouchedFile) -> tuple[Reference, ...]:
        """Changed references, and calls on lines that stayed whose arguments, on others, did not."""
        facts = facts_of(self.given.after, file.new)
        changed, ends = self.changed_references(file), file.called_around
        if facts is None or not ends:
            return changed
        names = [Span(max(end - 1, 0), end) for end in sorted(ends)]
        around = [row for row in facts.references_touching(names) if row.call is not None and row.span.end in ends]
        known = {row.span for row in changed}
        return (*changed, *(row for row in around if row.span not in known))

    def text_after(self, path: WorkspacePath) -> Text | None:
        """Text of a file after the edit."""
        return text_of(self.given.after, path)

    def finding(
        self, use: Use, message: str, *, certainty: Certainty, symbol: str, related: Sequence[RelatedPlace] = ()
    ) -> Finding:
        """A finding of the breakage check at a reference in the graph after the edit.

        It is no more than possible where a comment says that the line is not to be judged.
        """
        path, reference = use
        text = self.text_after(path)
        if text is not None and is_kept_quiet(path, text, reference.span.start):
            certainty = Certainty.POSSIBLE
        line, column = line_and_column(text, reference.span.start) if text is not None else (1, 1)
        return Finding(
            check="breakage",
            certainty=certainty,
            severity=Severity.ERROR if certainty is Certainty.CERTAIN else Severity.WARNING,
            path=path,
            span=reference.span,
            line=line,
            column=column,
            message=message,
            related=tuple(related),
            symbol=symbol,
        )

    def definition_place(self, symbol: Symbol, message: str, *, before: bool = False) -> RelatedPlace:
        """Where a symbol is defined; for one that is gone, the line it had."""
        text = text_of(self.given.before if before else self.given.after, symbol.path)
        line = line_and_column(text, symbol.definition.name_span.start)[0] if text is not None else 1
        return RelatedPlace(path=symbol.path, line=line, message=message)

    @cached_property
    def _forward(self) -> dict[WorkspacePath, dict[int, int]]:
        """Touched file → line before → how far its bytes moved."""
        return {path: file.line_shifts for path, file in self._by_old.items()}

    def _line(self, view: GraphView, path: WorkspacePath, reference: Reference) -> int:
        text = text_of(view, path)
        return -1 if text is None else text.line_of(reference.span.start)


def _same(view: GraphView, path: WorkspacePath, start: int, reference: Reference) -> Reference | None:
    """The last reference of a file that begins at a byte and is spelled like another one."""
    facts = facts_of(view, path)
    near = facts.references_starting_at(start) if facts is not None else []
    spelled = (reference.name, reference.receiver)
    return next((each for each in reversed(near) if (each.name, each.receiver) == spelled), None)


def symbol_before(matching: Matching, symbol: Symbol) -> Symbol | None:
    """A symbol of the graph after, in the graph before; ``None`` for a new one and for one of several twins."""
    path = next((file.old for file in matching.files if file.new == symbol.path), symbol.path)
    found = [each for each in symbols_of(matching.given.before, path) if each.qualified_name == symbol.qualified_name]
    return found[0] if len(found) == 1 else None


def own_name(symbol: Symbol) -> Reference:
    """The name in a definition itself, as a place for a finding."""
    definition = symbol.definition
    return Reference(name=definition.name, span=definition.name_span, kind=ReferenceKind.READ)
