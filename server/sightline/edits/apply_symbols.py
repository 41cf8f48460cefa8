"""Edits of definitions of one file: where they lie by the facts of the graph, and what comes of their lines.

Whole lines, always: a definition that shares its first or last line with other code is refused. Decorators above a
definition and comments directly above those belong to it; each stays unless the new text brings its own, and goes
with the definition. An ``export`` in front stays too. The text is re-indented to the place. What comes out is parsed
again: a text that does not define anything there, or that changes what is defined around it, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sightline.base.text import Text
from sightline.edits.apply_blocks import conflict
from sightline.edits.file_lines import FileLines, LineChange, split_lines
from sightline.edits.locate import Match
from sightline.edits.proposal import Located, SymbolAction, SymbolEdit, Unmatched
from sightline.edits.symbol_text import body_for, fitted, heads_of, top_of
from sightline.graph.facts import Definition, DefinitionKind, FileFacts
from sightline.graph.parse import parse
from sightline.languages.registry import language_of
from sightline.languages.spec import LanguageSpec
from sightline.workspace.files import SourceFile

#: What may stand in front of a definition on its first line: ``type``, ``export default``, ``pub(crate)``.
_IN_FRONT = re.compile(rb"^[\w \t()]*$")
_BEHIND = re.compile(rb"^[ \t]*[;,]?[ \t]*(?:(?://|#|--|/\*).*)?$")
_SEPARATORS = re.compile(r"::|#|->|\\")
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class _Place:
    """The zero-based lines ``top..end`` of a definition; from ``core`` on, comments and decorators are over."""

    definition: Definition
    top: int
    core: int
    end: int


def place_symbols(
    file: SourceFile, edits: Sequence[SymbolEdit]
) -> tuple[list[tuple[SymbolEdit, Match]], list[Unmatched]]:
    """The edits with their places in ``file``, and those that have none."""
    language = language_of(file.path)
    if language is None:
        reason = f"What {file.path} defines is not known: edit it with a search/replace block."
        return [], [Unmatched(path=edit.path, reason=reason, line=edit.line) for edit in edits]
    source = _Source(file, language)
    placed: list[tuple[SymbolEdit, Match]] = []
    unmatched: list[Unmatched] = []
    for edit in {(edit.symbol, edit.action, edit.text): edit for edit in edits}.values():
        match = source.match(edit)
        if isinstance(match, str):
            unmatched.append(Unmatched(path=edit.path, reason=match, line=edit.line, nearest=source.names()))
        else:
            placed.append((edit, match))
    if not unmatched and (reason := source.damage([match for _, match in placed])):
        culprits = [(edit, source.damage([match])) for edit, match in placed]
        unmatched = [Unmatched(path=e.path, reason=why, line=e.line) for e, why in culprits if why]
        unmatched = unmatched or [Unmatched(path=placed[0][0].path, reason=reason, line=placed[0][0].line)]
        placed = []
    return placed, unmatched


class _Source:
    """A file with its facts."""

    def __init__(self, file: SourceFile, language: LanguageSpec) -> None:
        self.language = language
        self.text = file.text
        self.lines = FileLines(file.text)
        self.facts = parse(file.text.data, language)

    def names(self) -> str:
        """What the file defines, for repair."""
        found = dict.fromkeys(self.facts.qualified_name(at) for at in range(len(self.facts.definitions)))
        return "\n".join(list(found)[:40])

    def match(self, edit: SymbolEdit) -> Match | str:
        """The lines that the edit covers and what it makes of them, or why it has no place."""
        place = self._place(edit)
        if isinstance(place, str):
            return place
        if edit.action is SymbolAction.DELETE:
            change = self._without(place)
        elif edit.action is SymbolAction.REPLACE:
            change = self._replaced(place, edit)
        else:
            change = self._beside(place, edit)
        if isinstance(change, str):
            return change
        unchanged = tuple(self.lines.contents[change.first : change.end]) == change.new
        first, end = min(place.top, change.first), max(place.end, change.end)
        if edit.action in (SymbolAction.INSERT_AFTER, SymbolAction.INSERT_BEFORE):
            first = end = change.first
        return Match(first=first, end=end, how=Located.SYMBOL, changes=() if unchanged else (change,))

    def _place(self, edit: SymbolEdit) -> _Place | str:
        name = _SEPARATORS.sub(".", edit.symbol.replace("(*", "").replace("()", "").replace(")", "").replace("(", ""))
        name = name.strip(".")
        names = [self.facts.qualified_name(at) for at in range(len(self.facts.definitions))]
        found = [at for at, each in enumerate(names) if each == name] or [
            at for at, each in enumerate(names) if each.endswith("." + name)
        ]
        found = [at for at in found if self.facts.definitions[at].kind is not DefinitionKind.EXTENSION] or found
        if not found:
            return f"{edit.path} defines no {name}."
        if len({names[at] for at in found}) > 1:
            qualified = " or ".join(list(dict.fromkeys(names[at] for at in found))[:_MOST_NAMED])
            return f"{edit.path} defines {name} more than once: write {qualified}."
        if len(found) > 1:
            found = self._same_signature(found, edit)
        places = [self.text.line_of(self.facts.definitions[at].span.start) + 1 for at in found]
        if len(found) > 1:
            numbers = ", ".join(map(str, places[:_MOST_NAMED]))
            return f"{edit.path} defines {name} more than once, at lines {numbers}: use a search/replace block."
        return self._whole_lines(self.facts.definitions[found[0]], name)

    def _same_signature(self, found: list[int], edit: SymbolEdit) -> list[int]:
        """Of several definitions of one name (overloads, a property and its setter) the one with this signature."""
        body = parse(Text.of(edit.text).data, self.language)
        if not body.definitions:
            return found
        name = self.facts.definitions[found[0]].name
        wanted = next((each for each in body.definitions if each.name == name), None)
        if wanted is None:
            return found
        same = [at for at in found if _same_signature(self.facts.definitions[at], wanted)]
        return same or found

    def _whole_lines(self, definition: Definition, name: str) -> _Place | str:
        first, last = self.text.line_of(definition.span.start), self.text.line_of(max(definition.span.end - 1, 0))
        in_front = self.text.data[self.text.line_starts[first] : definition.span.start]
        behind = self.text.data[definition.span.end : self.text.line_span(last).end]
        if not _IN_FRONT.match(in_front) or (definition.span.end > definition.span.start and not _BEHIND.match(behind)):
            return f"{name} shares a line with other code: use a search/replace block."
        if last >= len(self.lines) or self.text.line_count - len(self.lines) > 1:
            return f"{name} cannot be told from the lines around it."
        top = top_of(self.lines.contents, first)
        decorated = heads_of(self.lines.contents[first : last + 1])
        return _Place(definition, top, first + decorated.core, last + 1)

    def _replaced(self, place: _Place, edit: SymbolEdit) -> LineChange | str:
        name = place.definition.name
        body = body_for(split_lines(edit.text), self._ancestors(place.definition), self.language)
        old = self.lines.contents[place.top : place.end]
        body = fitted(body, self.lines.contents[place.core : place.end], self.language)
        if body is None:
            return f"The text of {name} has an indentation that cannot be fitted to its place."
        old_heads, new_heads = heads_of(old), heads_of(body)
        comments = body[: new_heads.decorators] or old[: old_heads.decorators]
        decorators = body[new_heads.decorators : new_heads.core] or old[old_heads.decorators : old_heads.core]
        core = _exported(body[new_heads.core :], old[old_heads.core])
        tail = self.text.data[place.definition.span.end : self.text.line_span(place.end - 1).end].strip()
        if tail in (b";", b",") and core and not core[-1].rstrip().endswith(tail):
            core = [*core[:-1], core[-1].rstrip() + tail]
        new = (*comments, *decorators, *core)
        if list(new) == old and old_heads.core > old_heads.decorators and new_heads.core == new_heads.decorators:
            return f"The text of {name} only leaves out its decorators, which stay: use a search/replace block."
        return LineChange(place.top, place.end, new)

    def _ancestors(self, definition: Definition) -> list[str]:
        names: list[str] = []
        parent = definition.parent
        while parent >= 0:
            names.append(self.facts.definitions[parent].name)
            parent = self.facts.definitions[parent].parent
        return names

    def _without(self, place: _Place) -> LineChange:
        """The definition goes with the blank lines behind it, or those before it at the end of a block."""
        end, top = place.end, place.top
        while end < len(self.lines) and not self.lines.stripped[end]:
            end += 1
        if end == len(self.lines) or self.lines.stripped[end][:1] in b"})]":
            end = place.end
            while top > 0 and not self.lines.stripped[top - 1]:
                top -= 1
        return LineChange(top, end, ())

    def _beside(self, place: _Place, edit: SymbolEdit) -> LineChange | str:
        body = body_for(split_lines(edit.text), self._ancestors(place.definition), self.language)
        body = fitted(body, self.lines.contents[place.core : place.end], self.language)
        if body is None:
            return f"The text beside {place.definition.name} has an indentation that cannot be fitted to its place."
        gap = [b""] * self._gap(place)
        if edit.action is SymbolAction.INSERT_BEFORE:
            return LineChange(place.top, place.top, (*body, *gap))
        return LineChange(place.end, place.end, (*gap, *body))

    def _gap(self, place: _Place) -> int:
        """Blank lines between this definition and its neighbour."""
        behind = place.end
        while behind < len(self.lines) and not self.lines.stripped[behind]:
            behind += 1
        if (
            behind < len(self.lines)
            and self.lines.stripped[behind][:1] not in (b"}", b")", b"]")
            and behind > place.end
        ):
            return min(behind - place.end, 3)
        before = place.top
        while before > 0 and not self.lines.stripped[before - 1]:
            before -= 1
        if before > 0 and before < place.top:
            return min(place.top - before, 3)
        single = place.end - place.core == 1
        return 0 if single else 2 if self.language.name == "python" and place.definition.parent < 0 else 1

    def damage(self, matches: Sequence[Match]) -> str:
        """Why the edits together cannot be right, "" if they can: what they define is theirs, what not stays."""
        ordered = sorted(matches, key=lambda match: (match.first, match.end))
        if any(conflict(left, right) for left, right in pairwise(ordered)):
            return ""  # refused where all edits of the file come together
        changes = [change for match in ordered for change in match.changes]
        after_text = self.text.apply(self.lines.edits(changes))
        after = parse(after_text.data, self.language)
        before_rows = _rows(self.facts, self.text)
        after_rows = _rows(after, after_text)
        kept = [name for name, line in before_rows if not any(c.first <= line < c.end for c in changes)]
        new_ranges: list[tuple[int, int, bool]] = []
        shift = 0
        for change in changes:
            start = change.first + shift
            new_ranges.append((start, start + len(change.new), bool(change.new)))
            shift += len(change.new) - (change.end - change.first)
        stayed = [name for name, line in after_rows if not any(s <= line < e for s, e, _ in new_ranges)]
        if kept != stayed:
            lost = next((name for name in kept if name not in stayed), "") or next(
                (name for name in stayed if name not in kept), "something"
            )
            return f"The text changes what is defined around it ({lost}): are its brackets or its indentation wrong?"
        for start, end, has_text in new_ranges:
            lines = (after_text.line_of(definition.name_span.start) for definition in after.definitions)
            if has_text and not any(start <= line < end for line in lines):
                return "The text defines nothing: write the whole definition, its first line included."
        return ""


def _rows(facts: FileFacts, text: Text) -> list[tuple[str, int]]:
    """Qualified names with their lines; what a method assigns to ``self`` is no definition of its own here."""
    return [
        (facts.qualified_name(at), text.line_of(definition.name_span.start))
        for at, definition in enumerate(facts.definitions)
        if definition.kind is not DefinitionKind.ATTRIBUTE
    ]


def _same_signature(old: Definition, new: Definition) -> bool:
    """Whether a text means this one of several definitions; decorators that it leaves out stay."""
    left, right = ([(each.name, each.annotation) for each in one.parameters or ()] for one in (old, new))
    return left == right and (not new.decorators or new.decorators == old.decorators)


def _exported(core: list[bytes], old_first: bytes) -> list[bytes]:
    """``export`` in front of the definition stays where the new text leaves it out."""
    found = re.match(rb"^[ \t]*(export[ \t]+(?:default[ \t]+)?)", old_first)
    if found is None or not core or core[0].lstrip().startswith(b"export"):
        return core
    indent = core[0][: len(core[0]) - len(core[0].lstrip())]
    return [indent + found[1] + core[0].lstrip(), *core[1:]]
