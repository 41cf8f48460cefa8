"""The operators that make mutants: edits a careless model might make, chosen by syntax and plain words from a seed.

Each operator is a function from one place of a file to the files it changes; what one language does not have, its
operator answers with nothing. A mutant is only a candidate: whether it breaks something is for the oracle to say.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from mutant_sources import Sources
from sites.site import ATTRIBUTE, CLASS, CONSTANT, FUNCTION, MEMBER, METHOD, DefinitionSite, FileSites, ParameterSite

Edited = Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One edit: ``files`` maps paths to new contents. ``names`` are words that whoever it breaks is bound to write."""

    identifier: str
    operator: str
    language: str
    files: Edited
    names: tuple[str, ...]
    syntactic: bool = False  # breaks the text itself: where parsers give up on it differs between them


@dataclass(frozen=True, kw_only=True)
class Place:
    """What one operator works on: a definition, or anything else of a file by its index."""

    file: FileSites
    index: int
    definition: DefinitionSite | None = None


Maker = Callable[["Sources", "Place", random.Random], "tuple[Edited, Sequence[str]] | None"]


def mutants(sources: Sources, operator: str, seed: int) -> Iterator[Mutant]:
    """Candidates of one operator in a seeded order."""
    choice = random.Random(f"{seed}/{sources.name}/{operator}")
    kinds, maker, source = OPERATORS[operator]
    places = list(_places(sources, kinds, source))
    choice.shuffle(places)
    for place in places:
        made = maker(sources, place, choice)
        if made is None or all(sources.texts.get(path) == data for path, data in made[0].items()):
            continue
        what = place.definition.qualified_name if place.definition is not None else str(place.index)
        yield Mutant(
            identifier=f"{sources.name}/{operator}/{place.file.path}::{what}",
            operator=operator,
            language=sources.language,
            files=made[0],
            names=tuple(dict.fromkeys(name for name in made[1] if name)),
            syntactic=operator in ("break_brackets", "break_indentation"),
        )


def _places(sources: Sources, kinds: Sequence[str], source: str) -> Iterator[Place]:
    for file in sources.product:
        if source == "definitions":
            for index, row in enumerate(file.definitions):
                if row.kind in kinds and sources.is_used(file, row):
                    yield Place(file=file, index=index, definition=row)
        else:
            rows = getattr(file, source)
            # One place in a few is enough: a file of a thousand names must not crowd out the others.
            yield from (Place(file=file, index=index) for index in range(0, len(rows), max(1, len(rows) // 12)))


def delete(sources: Sources, place: Place, choice: random.Random) -> tuple[Edited, Sequence[str]] | None:
    """The definition is gone, every use stays."""
    row = _definition(place)
    if _is_special(row.name):
        return None
    return {place.file.path: place.file.replaced((*row.span, b""))}, (row.name,)


def rename(sources: Sources, place: Place, choice: random.Random) -> tuple[Edited, Sequence[str]] | None:
    """The definition bears a new name, every use the old one."""
    row = _definition(place)
    new = choice.choice((f"{row.name}V2", f"{row.name}Renamed", f"{row.name}_new"))
    if _is_special(row.name):
        return None
    return {place.file.path: place.file.replaced((*row.name_span, new.encode()))}, (row.name, new)


def make_private(sources: Sources, place: Place, choice: random.Random) -> tuple[Edited, Sequence[str]] | None:
    """A name of the private kind: an underscore, a small letter, ``private``; uses elsewhere stay."""
    row, file = _definition(place), place.file
    if _is_special(row.name) or row.name.startswith("_"):
        return None
    if sources.language == "typescript":
        line = file.data.rfind(b"\n", 0, row.name_span[0]) + 1
        head = file.data[line : row.name_span[0]]
        if row.kind != METHOD or not row.body or re.search(rb"private|protected|abstract|get|set", head):
            return None
        public = head.find(b"public ")
        at = line + public if public >= 0 else line + len(head) - len(head.lstrip())
        old = len(b"public ") if public >= 0 else 0
        return {file.path: file.replaced((at, at + old, b"private "))}, (row.name,)
    if sources.language == "go":
        new = row.name[0].lower() + row.name[1:]
        if new == row.name or sources.count(new):
            return None
        own = [sources.texts[path] for path in sources.beside(file.path)]
        if any(re.search(rf"\b{row.name}\b".encode(), data) for data in own):
            return None  # the package itself uses it: that is a rename
    else:
        new = f"_{row.name}"
    return {file.path: file.replaced((*row.name_span, new.encode()))}, (row.name, new)


def remove_export(sources: Sources, place: Place, choice: random.Random) -> tuple[Edited, Sequence[str]] | None:
    """The keyword ``export`` is gone; in Python, a name that ``__init__.py`` imports for others."""
    row = _definition(place)
    if row.export is None:
        return None
    return {place.file.path: place.file.replaced((*row.export, b""))}, (row.name,)


def drop_reexport(sources: Sources, place: Place, choice: random.Random) -> tuple[Edited, Sequence[str]] | None:
    """A package no longer hands on what it imported for others."""
    row = place.file.imports[place.index]
    if not place.file.path.endswith("__init__.py") or not row.names:
        return None
    span = place.file.whole_lines(row.span)
    return {place.file.path: place.file.replaced((*span, b""))}, row.names


def drop_import(sources: Sources, place: Place, choice: random.Random) -> tuple[Edited, Sequence[str]] | None:
    """An import is gone, what it brought is still used in the file."""
    row = place.file.imports[place.index]
    if place.file.path.endswith("__init__.py") or not row.names:
        return None
    span = place.file.whole_lines(row.span)
    return {place.file.path: place.file.replaced((*span, b""))}, row.names


def missing_module(sources: Sources, place: Place, choice: random.Random) -> tuple[Edited, Sequence[str]] | None:
    """An import of a module that does not exist, beside the one meant."""
    row = place.file.imports[place.index]
    module = place.file.text(row.module)
    if not module.strip("./"):
        return None
    stem, dot, ending = module.rpartition(".") if module.endswith((".js", ".ts", ".mjs")) else (module, "", "")
    new = f"{stem}_helpers{dot}{ending}"
    return {place.file.path: place.file.replaced((*row.module, new.encode()))}, row.names


def add_parameter(sources: Sources, place: Place, choice: random.Random) -> tuple[Edited, Sequence[str]] | None:
    """One more parameter that callers must give."""
    row = _definition(place)
    added = _new_parameter(sources, row)
    edit = _with_parameter(sources, row, added)
    if edit is None or row.decorated or _is_special(row.name):
        return None
    return {place.file.path: place.file.replaced(edit)}, (row.name, added)


def override_arity(sources: Sources, place: Place, choice: random.Random) -> tuple[Edited, Sequence[str]] | None:
    """A method that other classes have too asks for one more argument than theirs."""
    row = _definition(place)
    if sources.method_names[row.name] < 2 or _is_special(row.name):
        return None
    return add_parameter(sources, place, choice)


def remove_parameter(sources: Sources, place: Place, choice: random.Random) -> tuple[Edited, Sequence[str]] | None:
    """A parameter goes; what the body did with it does something else."""
    row, file = _definition(place), place.file
    rows = [each for each in row.parameters if each.kind in ("plain", "optional")]
    if not rows or row.decorated or _is_special(row.name):
        return None
    gone = choice.choice(rows)
    edits = [(*_listed_span(file, row, gone), b"")]
    if row.body is not None:
        edits += _without_uses(sources, file, row.body, gone)
    return {file.path: file.replaced(*edits)}, (row.name, gone.name)


def rename_parameter(sources: Sources, place: Place, choice: random.Random) -> tuple[Edited, Sequence[str]] | None:
    """A parameter that callers give by keyword bears another name, in the body too."""
    row, file = _definition(place), place.file
    if sources.language != "python" or row.body is None or row.decorated:
        return None
    given = [each for each in row.parameters if each.kind != "other" and sources.has_keyword(row.name, each.name)]
    if not given:
        return None
    old = choice.choice(given)
    new = f"{old.name}_given".encode()
    body = rf"(?<![\w.]){re.escape(old.name)}\b(?!\s*=[^=])".encode()
    edits = [(*old.name_span, new), (*row.body, re.sub(body, new, file.data[slice(*row.body)]))]
    return {file.path: file.replaced(*edits)}, (row.name, old.name)


def reorder_parameters(sources: Sources, place: Place, choice: random.Random) -> tuple[Edited, Sequence[str]] | None:
    """Two parameters of the same kind change places."""
    row, file = _definition(place), place.file
    plain = [each for each in row.parameters if each.kind == "plain"]
    if len(plain) < 2 or row.decorated:
        return None
    left, right = sorted(choice.sample(plain, 2), key=lambda each: each.span)
    if sources.language != "python" and left.type_text == right.type_text:
        return None  # no compiler can tell
    edits = [(*left.span, file.data[slice(*right.span)]), (*right.span, file.data[slice(*left.span)])]
    return {file.path: file.replaced(*edits)}, (row.name,)


def move_definition(sources: Sources, place: Place, choice: random.Random) -> tuple[Edited, Sequence[str]] | None:
    """The definition goes to a new file (in Go a new package), and nobody is told."""
    row, file = _definition(place), place.file
    if row.owner:
        return None
    folder, ending = PurePosixPath(file.path).parent, PurePosixPath(file.path).suffix
    if sources.language == "go":
        target = str(folder / f"moved{row.name.lower()}" / f"moved{ending}")
        head = f"package moved{row.name.lower()}\n\n".encode()
    else:
        target = str(folder / f"moved_{row.name.strip('_').lower()}{ending}")
        head = _imports_of(file)
    moved = head + file.data[slice(*row.span)]
    return {file.path: file.replaced((*row.span, b"")), target: moved}, (row.name,)


def add_duty(sources: Sources, place: Place, choice: random.Random) -> tuple[Edited, Sequence[str]] | None:
    """One more member that heirs must have: an abstract method, a member of an interface."""
    row, file = _definition(place), place.file
    if not row.demands or row.member_place is None:
        return None
    name = f"audit{row.name}"
    if sources.language == "python":
        text = f"    @__import__('abc').abstractmethod\n    def {name}(self): ...\n\n"
    elif sources.language == "go":
        text = f"\n\t{name[0].upper()}{name[1:]}() int\n"
    else:
        text = f"\n  {name}(): void\n" if row.decorated else f"\n  abstract {name}(): void\n"
    at = row.member_place
    return {file.path: file.replaced((at, at, text.encode()))}, (row.name, name, *sources.heirs(row.name))


def break_brackets(sources: Sources, place: Place, choice: random.Random) -> tuple[Edited, Sequence[str]] | None:
    """A closing bracket is missing."""
    at = place.file.brackets[place.index]
    return {place.file.path: place.file.replaced((at, at + 1, b""))}, ()


def break_indentation(sources: Sources, place: Place, choice: random.Random) -> tuple[Edited, Sequence[str]] | None:
    """One statement of a block stands deeper or less deep than the others."""
    if sources.language != "python":
        return None
    start, _ = place.file.bodies[place.index]
    line = place.file.data.rfind(b"\n", 0, start) + 1
    if place.file.data[line:start].strip():
        return None
    edit = (line, line, b"   ") if choice.random() < 0.5 else (line, line + 1, b"")
    return {place.file.path: place.file.replaced(edit)}, ()


def undefined_name(sources: Sources, place: Place, choice: random.Random) -> tuple[Edited, Sequence[str]] | None:
    """A name that nothing defines."""
    span = place.file.names[place.index]
    old = place.file.text(span)
    new = choice.choice((f"{old}Value", f"{old}_value", f"my{old[:1].upper()}{old[1:]}"))
    if sources.count(new):
        return None
    return {place.file.path: place.file.replaced((*span, new.encode()))}, (new,)


def drop_argument(sources: Sources, place: Place, choice: random.Random) -> tuple[Edited, Sequence[str]] | None:
    """A call gives one argument fewer."""
    call, file = place.file.calls[place.index], place.file
    rows = list(call.arguments)
    start = rows[-2][1] if len(rows) > 1 else rows[0][0]
    return {file.path: file.replaced((start, rows[-1][1], b""))}, (call.name,)


#: Operator → the kinds of definitions it works on, how it does, and which places of a file those are.
OPERATORS: Mapping[str, tuple[Sequence[str], Maker, str]] = {
    "delete_function": ((FUNCTION,), delete, "definitions"),
    "delete_method": ((METHOD,), delete, "definitions"),
    "delete_type": ((CLASS,), delete, "definitions"),
    "delete_constant": ((CONSTANT,), delete, "definitions"),
    "delete_attribute": ((ATTRIBUTE,), delete, "definitions"),
    "delete_enum_member": ((MEMBER,), delete, "definitions"),
    "rename_function": ((FUNCTION,), rename, "definitions"),
    "rename_method": ((METHOD,), rename, "definitions"),
    "rename_type": ((CLASS,), rename, "definitions"),
    "make_private": ((FUNCTION, METHOD, CLASS), make_private, "definitions"),
    "remove_export": ((FUNCTION, CLASS, CONSTANT), remove_export, "definitions"),
    "drop_reexport": ((), drop_reexport, "imports"),
    "drop_import": ((), drop_import, "imports"),
    "missing_module": ((), missing_module, "imports"),
    "add_parameter": ((FUNCTION, METHOD), add_parameter, "definitions"),
    "override_arity": ((METHOD,), override_arity, "definitions"),
    "remove_parameter": ((FUNCTION, METHOD), remove_parameter, "definitions"),
    "rename_parameter": ((FUNCTION, METHOD), rename_parameter, "definitions"),
    "reorder_parameters": ((FUNCTION, METHOD), reorder_parameters, "definitions"),
    "move_definition": ((FUNCTION, CLASS), move_definition, "definitions"),
    "add_abstract_method": ((CLASS,), add_duty, "definitions"),
    "break_brackets": ((), break_brackets, "brackets"),
    "break_indentation": ((), break_indentation, "bodies"),
    "undefined_name": ((), undefined_name, "names"),
    "drop_argument": ((), drop_argument, "calls"),
}


def _definition(place: Place) -> DefinitionSite:
    assert place.definition is not None
    return place.definition


def _is_special(name: str) -> bool:
    """Whether the language itself calls or demands the name."""
    return name in ("constructor", "main", "init") or (name.startswith("__") and name.endswith("__"))


def _new_parameter(sources: Sources, row: DefinitionSite) -> str:
    plain = re.sub(r"\W|_", "", row.name)
    return f"audit_{plain.lower()}" if sources.language == "python" else f"audit{plain[:1].upper()}{plain[1:]}"


def _with_parameter(sources: Sources, row: DefinitionSite, name: str) -> tuple[int, int, bytes] | None:
    """Where a required parameter goes: behind those that are required already."""
    if row.parameter_list is None:
        return None
    spelled = {"python": name, "typescript": f"{name}: string", "go": f"{name} string"}[sources.language]
    at_start = [each for each in row.parameters if each.kind == "plain"]
    if sources.language == "go" and any(each.kind == "other" for each in row.parameters):
        at_start = []  # names that share a type cannot be told from what follows
    if at_start and at_start == list(row.parameters[: len(at_start)]):
        at = at_start[-1].span[1]
        return at, at, f", {spelled}".encode()
    if sources.language == "python" and row.owner:
        if not row.parameters:
            return None
        at = row.parameters[0].span[0]
        return at, at, f"{spelled}, ".encode()
    at = row.parameters[0].span[0] if row.parameters else row.parameter_list[0]
    return at, at, f"{spelled}{', ' if row.parameters else ''}".encode()


def _listed_span(file: FileSites, row: DefinitionSite, gone: ParameterSite) -> tuple[int, int]:
    """A parameter with the comma that goes with it."""
    assert row.parameter_list is not None
    start, end = gone.span
    after = re.match(rb"\s*,\s*", file.data[end : row.parameter_list[1]])
    if after:
        return start, end + after.end()
    before = re.search(rb",\s*$", file.data[row.parameter_list[0] : start])
    return (row.parameter_list[0] + before.start() if before else start), end


def _without_uses(
    sources: Sources, file: FileSites, body: tuple[int, int], gone: ParameterSite
) -> Iterator[tuple[int, int, bytes]]:
    """The body with another value wherever it read the parameter."""
    instead = {"python": "None", "typescript": "(undefined as any)", "go": f"(*new({gone.type_text}))"}
    for match in re.finditer(
        rf"(?<![\w.$\"']){re.escape(gone.name)}\b(?!\s*(?::|=[^=]|:=))".encode(), file.data[slice(*body)]
    ):
        start, end = body[0] + match.start(), body[0] + match.end()
        yield start, end, instead[sources.language].encode()


def _imports_of(file: FileSites) -> bytes:
    return b"".join(file.data[slice(*row.span)].strip() + b"\n" for row in file.imports) + b"\n\n"
