"""Calls from which the edit took arguments that everything of that name asks for, in Python and TypeScript.

What a receiver is need not be known: the names are those of methods of the language's own types, told apart by few
others, and neither these nor any definition of the workspace can be called with so little. The call must have given
enough before the edit; what was never right, or is new, is not judged here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from sightline.base.paths import WorkspacePath
from sightline.checks.check import Finding
from sightline.checks.definitions import FUNCTIONS
from sightline.checks.expected_failures import finding_at_call
from sightline.checks.language import is_python, is_typed_script
from sightline.checks.matching import Matching
from sightline.checks.recall import groups_of
from sightline.checks.signature import required
from sightline.checks.texts import TouchedFile
from sightline.graph.answers import Symbol
from sightline.graph.facts import Reference
from sightline.graph.index import FileIndex
from sightline.graph.script_library_arity import TYPES
from sightline.graph.view import GraphView

#: Methods of Python's built-in types whose names nobody gives to what takes nothing.
_PYTHON: Final[Mapping[str, int]] = {
    **dict.fromkeys(
        ["append", "appendleft", "endswith", "extend", "extendleft", "isdisjoint", "issubset", "issuperset", "ljust",
         "partition", "removeprefix", "removesuffix", "rjust", "rpartition", "setdefault", "startswith", "zfill"], 1
    ),
    "insert": 2,
}  # fmt: skip
#: The same of the types of JavaScript and of browsers: how many each asks for, they say themselves.
_SCRIPT_NAMES = frozenset({
    "addEventListener", "appendChild", "charAt", "charCodeAt", "codePointAt", "dispatchEvent", "endsWith", "every",
    "findIndex", "findLast", "findLastIndex", "flatMap", "forEach", "getAttribute", "getElementById",
    "getElementsByClassName", "getElementsByTagName", "has", "hasAttribute", "includes", "indexOf",
    "insertAdjacentHTML", "insertBefore", "lastIndexOf", "localeCompare", "map", "padEnd", "padStart", "querySelector",
    "querySelectorAll", "reduce", "reduceRight", "removeAttribute", "removeChild", "removeEventListener", "replaceAll",
    "replaceChild", "setAttribute", "some", "split", "startsWith", "toggleAttribute",
})  # fmt: skip
_MOST_FILES = 50


#: Of several types that have such a method, the one that asks for least.
_SCRIPT: Final[Mapping[str, int]] = {
    name: min(members[name].least for members in TYPES.values() if name in members) for name in _SCRIPT_NAMES
}


def dropped_arguments(matching: Matching) -> Iterator[Finding]:
    """One finding for each such call of a touched file."""
    after = matching.given.after
    for file in matching.files:
        names = _PYTHON if is_python(file.path) else _SCRIPT if is_typed_script(file.path) else None
        index = after.index(file.new) if file.new is not None and file.old is not None else None
        if names is None or index is None or file.new is None or any(row[0] == "syntax" for row in index.problems):
            continue
        short = [row for row in _calls(index, names) if _given(row) < names[row.name]]
        gone = _gone(matching, file, names) if short else Counter[tuple[str, str]]()
        for row in short:
            old = matching.before_of((file.new, row))
            spelled = (row.receiver, row.name)
            if old is None and gone[spelled] > 0:
                gone[spelled] -= 1
            elif old is None or old[1].call is None or _given(old[1]) < names[row.name]:
                continue
            if not _takes_so_few(after, row):
                yield _finding(matching, file.new, row, names[row.name])


def _calls(index: FileIndex, names: Mapping[str, int]) -> Iterator[Reference]:
    """Calls of members with some names that spread nothing."""
    for at in index.positions(names.keys() & set(index.strings)):
        row = index.reference(at)
        if row.receiver and row.call is not None and not row.call.splat and not row.call.double_splat:
            yield row


def _given(row: Reference) -> int:
    return row.call.positional + len(row.call.keywords) if row.call is not None else 0


def _gone(matching: Matching, file: TouchedFile, names: Mapping[str, int]) -> Counter[tuple[str, str]]:
    """Calls that gave enough, by how they are spelled, on lines of the file before that are gone or changed."""
    index = matching.given.before.index(file.old) if file.old is not None else None
    if index is None or file.before is None:
        return Counter()
    kept = file.line_shifts
    return Counter(
        (row.receiver, row.name)
        for row in _calls(index, names)
        if _given(row) >= names[row.name] and file.before.line_of(row.span.start) not in kept
    )


def _takes_so_few(view: GraphView, row: Reference) -> bool:
    """Whether the workspace defines something of that name that such a call may fit."""
    paths = view.files_defining(row.name)
    if len(paths) > _MOST_FILES:
        return True
    own = (each for path in paths for group in groups_of(view, path).values() for each in group)
    return any(_fits(each, row) for each in own if each.definition.name == row.name)


def _fits(symbol: Symbol, row: Reference) -> bool:
    parameters = symbol.definition.parameters
    if symbol.definition.kind not in FUNCTIONS or parameters is None:
        return True
    first = symbol.definition.parent >= 0 and is_python(symbol.path)
    return len(required(parameters)) - first <= _given(row)


def _finding(matching: Matching, path: WorkspacePath, row: Reference, least: int) -> Finding:
    asked = f"{least} argument{'s' * (least > 1)}"
    message = f"`{row.name}` asks for {asked} and is given {_given(row) or 'none'} since the edit."
    return finding_at_call(matching, (path, row), message, symbol=row.name)
