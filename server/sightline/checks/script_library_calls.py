"""TypeScript calls of the language's own functions and methods, on lines that the edit wrote, that give too little.

Source: the declarations that come with TypeScript (``graph/script_library_arity.py``). Never told is of too many
arguments: newer libraries than ours may take more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text
from sightline.checks.check import Finding
from sightline.checks.definitions import FUNCTIONS
from sightline.checks.expected_failures import finding_at_call
from sightline.checks.language import is_typed_script
from sightline.checks.matching import Matching
from sightline.checks.recall import facts_of
from sightline.checks.script_globals import declares_for_all
from sightline.checks.texts import TouchedFile
from sightline.graph.facts import DefinitionKind, Reference, ReferenceKind
from sightline.graph.script_library_arity import CLASSES, TYPES, VALUES
from sightline.graph.script_library_arity import FUNCTIONS as GLOBAL_FUNCTIONS
from sightline.graph.script_library_calls import LibraryCall, LibraryCalls
from sightline.graph.unbound import is_bound_at_top
from sightline.graph.view import GraphView
from sightline.languages.registry import language_of

_NAMES = frozenset(name for table in (*TYPES.values(), *VALUES.values()) for name in table).union(
    GLOBAL_FUNCTIONS, CLASSES
)
_CALL = re.compile(rb"([A-Za-z]\w*)(?:<[^<>()\n]*>)?\(")
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_LONGEST = 1 << 20
_VALUES = frozenset({DefinitionKind.VARIABLE, DefinitionKind.ATTRIBUTE})


def unfit_script_library_calls(matching: Matching) -> Iterator[Finding]:
    """Findings for new calls with fewer arguments than what they call asks for."""
    after, before = matching.given.after, matching.given.before
    for file in matching.files:
        if file.new is None or file.after is None or not is_typed_script(file.new) or not _may_call(file, file.after):
            continue
        facts = facts_of(after, file.new)
        if facts is None or any(problem.kind == "syntax" for problem in facts.problems):
            continue
        found = [each for each in _unfit(after, file.new, file.after) if _is_new(file, each.span)]
        if not found:
            continue
        old = _unfit(before, file.old, file.before) if file.old is not None and file.before is not None else ()
        known = {(each.name, each.given) for each in old}
        for each in found:
            if (each.name, each.given) not in known and not _is_own(after, each.root):
                yield _finding(matching, file.new, each)


def _may_call(file: TouchedFile, text: Text) -> bool:
    """Whether a line that the edit wrote calls something of a name that the library has."""
    if len(text.data) > _LONGEST:
        return False
    return any(
        match[1].decode() in _NAMES and _is_new(file, Span(match.start(1), match.end(1)))
        for match in _CALL.finditer(text.data)
    )


def _is_new(file: TouchedFile, name: Span) -> bool:
    """Whether a call is new or changed, its arguments on further lines among it."""
    return file.is_new(name) or name.end in file.called_around


def _unfit(view: GraphView, path: WorkspacePath, text: Text) -> Iterator[LibraryCall]:
    language, facts = language_of(path), facts_of(view, path)
    if language is None or facts is None:
        return
    at = {each.span.start: each for each in facts.references}

    def told(offset: int, *, called: bool) -> str:
        reference = at.get(offset)
        meant = view.resolve_known(path, reference) if reference is not None else ()
        if len(meant) != 1 or meant[0].definition.kind not in (FUNCTIONS if called else _VALUES):
            return ""
        written, index = meant[0].definition.annotation, view.index(meant[0].path)
        words = [word for word in _WORD.findall(written) if word in TYPES]
        return "" if index is None or any(is_bound_at_top(index, word) for word in words) else written

    yield from LibraryCalls(text.data, language, told).unfit()


def _is_own(view: GraphView, name: str) -> bool:
    """Whether the workspace declares a global name for all by itself."""
    return bool(name) and any(declares_for_all(view, path, name) for path in view.files_defining(name))


def _finding(matching: Matching, path: WorkspacePath, call: LibraryCall) -> Finding:
    reference = Reference(name=call.name, span=call.span, kind=ReferenceKind.CALL)
    message = (
        f"`{call.name}` asks for {call.least} argument{'s' * (call.least > 1)} and is given {call.given or 'none'}."
    )
    return finding_at_call(matching, (path, reference), message, symbol=call.name)
