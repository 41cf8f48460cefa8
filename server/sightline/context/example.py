"""The nearest thing of the workspace to what a task wants added: an example, and where things of its kind live.

A task that adds "a JSON exporter" is near ``CsvExporter`` and ``XmlExporter``. Definitions are of a kind when its word
stands in their names, in their decorators or in the name of their folder. One alone makes no kind: then there is no
example. Nothing here ranks or renders.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.context.access import definitions_of, digest_of, may_define, qualified_name
from sightline.context.candidates import Candidate, Example, Gate, Ranking, Tier
from sightline.context.chunks import Chunk
from sightline.context.request import ContextRequest, TaskType
from sightline.context.signals import is_aside
from sightline.context.task_wording import asked_thing
from sightline.context.tokens import STOP_TERMS, terms_of_word, words
from sightline.graph.facts import FUNCTIONS, DefinitionKind
from sightline.graph.raw_facts import DefinitionRow
from sightline.graph.view import GraphView

#: Files of the ranking that are looked through, and of the folders of the kind's name.
MOST_FILES, MOST_OF_FOLDER = 30, 20
#: Lines of an example: fewer show nothing, more are too many to copy.
FEWEST_LINES, MOST_LINES = 3, 80
#: More definitions of one kind than this say that its word says nothing here.
MOST_OF_KIND = 60
#: Others of the kind that are told by name.
MOST_OTHERS = 4
#: Bytes before a name that are read for decorators.
_DECORATORS = 400

#: Words that end what is asked for and say nothing of its kind: everything is a class, takes options, has a type.
_SAY_NOTHING = frozenset(
    term
    for word in words(
        "class func function method property attribute field variable constant parameter param argument arg option "
        "flag setting type value support work way thing name object string number code file version test case feature "
        "default behaviour behavior length size"
    )
    for term in terms_of_word(word)
)

#: A word that is spelled as only code is.
_CODE = re.compile(r"[a-z][A-Z]|\w_\w")

_CLASSES = frozenset(
    {DefinitionKind.CLASS.value, DefinitionKind.INTERFACE.value, DefinitionKind.TYPE.value, DefinitionKind.ENUM.value}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """A definition of the kind. ``how`` says by what: ``name``, ``decorator`` or ``folder``."""

    path: WorkspacePath
    name: str
    first: int
    last: int
    number: int
    how: str
    is_class: bool
    terms: frozenset[int]
    file_rank: int


def find_example(view: GraphView, ranking: Ranking, request: ContextRequest, gate: Gate) -> Example | None:
    """The example for a task that adds something of a kind the workspace has several of, else ``None``."""
    if request.task_type != TaskType.IMPLEMENT.value:
        return None
    asked = asked_thing(request.task)
    kinds = terms_of_word(asked[-1]) if asked else ()
    if not kinds or kinds[-1] in STOP_TERMS | _SAY_NOTHING:
        return None
    if any(_CODE.search(word) and may_define(view, word) for word in asked):
        return None  # "implement `IntoResponse` for slices": what is named is there, and is shown itself
    wanted = frozenset(term for word in asked for term in terms_of_word(word))
    return _example_of(list(_members(view, ranking, gate, kinds[-1], wanted)), asked[-1], wanted)


def _example_of(members: list[_Member], kind: str, wanted: frozenset[int]) -> Example | None:
    families: dict[tuple[str, bool], list[_Member]] = {}
    for member in members:
        families.setdefault((member.how, member.is_class), []).append(member)
    large = [family for family in families.values() if 2 <= len(family) <= MOST_OF_KIND]
    if not large:
        return None
    family = max(large, key=lambda own: (own[0].how == "name", len(own), own[0].is_class))
    fitting = [each for each in family if FEWEST_LINES <= each.last - each.first + 1 <= MOST_LINES]
    if not fitting:
        return None
    best = min(fitting, key=lambda each: _farness(each, wanted))
    others = [each for each in family if each is not best]
    return Example(
        kind=kind,
        piece=Candidate(
            path=best.path,
            chunk=Chunk(first=best.first, last=best.last, definition=best.number, head=True),
            tier=Tier.RANKED,
            score=1.0,
            reasons=(f"an example of what is asked for: a `{kind}` like others here",),
        ),
        name=best.name,
        others=tuple((each.path, each.name) for each in others[:MOST_OTHERS]),
        count=len(family),
        place=_place(family),
    )


def _farness(member: _Member, wanted: frozenset[int]) -> tuple[int, bool, int, int, int]:
    """How far a member is from the thing: by words in common, then without a word of its own (a base class)."""
    lines = member.last - member.first
    return -len(member.terms & wanted), not member.terms - wanted, member.file_rank, lines, member.first


def _place(family: list[_Member]) -> WorkspacePath | str:
    """The file that holds most of a family, else the relative folder that does, "" where there is neither."""
    path, count = Counter(each.path for each in family).most_common(1)[0]
    if count * 2 > len(family) and count > 1:
        return path
    folder, count = Counter(each.path.relative.rpartition("/")[0] for each in family).most_common(1)[0]
    return f"{folder}/" if folder and count * 2 > len(family) else ""


def _members(view: GraphView, ranking: Ranking, gate: Gate, kind: int, wanted: frozenset[int]) -> Iterator[_Member]:
    for rank, path in enumerate(_files(view, ranking, gate, kind)):
        text = _text(view, path, gate)
        if text is None:
            continue
        rows = definitions_of(view, path)
        in_folder = kind in _folder_terms(path)
        for number, row in enumerate(rows):
            if row.kind not in FUNCTIONS | _CLASSES or _is_inner(rows, row):
                continue
            name = terms_of_word(row.name)
            terms = frozenset(name)
            if terms <= {kind} or terms == wanted:
                continue  # the kind itself (a base class, a registry), or the thing that is asked for
            how = "name" if _is_named(name, kind, row) else "decorator" if kind in _decorated(text, row) else ""
            if not how and in_folder and row.parent < 0 and not row.name.startswith("_"):
                how = "folder"
            if how:
                yield _Member(
                    path=path,
                    name=qualified_name(rows, number),
                    first=text.line_of(row.start) + 1,
                    last=text.line_of(max(row.end - 1, row.start)) + 1,
                    number=number,
                    how=how,
                    is_class=row.kind in _CLASSES,
                    terms=terms,
                    file_rank=rank,
                )


def _text(view: GraphView, path: WorkspacePath, gate: Gate) -> Text | None:
    """The text that the definitions of a file are of; ``None`` for a newer one, and where a link to it is refused."""
    if gate.real_reason(path) is not None:
        return None
    try:
        text = view.workspace.read(path).text
    except SightlineError:
        return None
    return text if text.digest == digest_of(view, path) else None


def _is_named(name: tuple[int, ...], kind: int, row: DefinitionRow) -> bool:
    """Whether a name says of what kind it is: ``CsvExporter``, ``export_command``, ``cmd_export``."""
    return bool(name) and (name[-1] == kind or (name[0] == kind and row.kind in FUNCTIONS))


def _files(view: GraphView, ranking: Ranking, gate: Gate, kind: int) -> list[WorkspacePath]:
    """The best files, and those beside them in folders that bear the kind's name; no tests."""
    best = [file.path for file in ranking.files if not is_aside(file.path.relative)][:MOST_FILES]
    folders = {(path.root, path.relative.rpartition("/")[0]) for path in best if kind in _folder_terms(path)}
    table = view.state.table
    beside = sorted(
        path
        for root, folder in folders
        for path in (table.path_of(file) for file in table.in_folder(root, folder) if view.state.exists(file))
        if gate.admits(path) and path not in best
    )
    return [*best, *beside[:MOST_OF_FOLDER]]


def _folder_terms(path: WorkspacePath) -> frozenset[int]:
    folder = path.relative.rpartition("/")[0].rpartition("/")[2]
    return frozenset(term for word in words(folder) for term in terms_of_word(word))


def _is_inner(rows: tuple[DefinitionRow, ...], row: DefinitionRow) -> bool:
    """Whether a definition stands in a function."""
    return row.parent >= 0 and rows[row.parent].kind in FUNCTIONS


def _decorated(text: Text, row: DefinitionRow) -> frozenset[int]:
    """The words of the decorators of a definition."""
    before = text.data[row.start : min(row.name_start, row.start + _DECORATORS)]
    if b"@" not in before:
        return frozenset()
    return frozenset(term for word in words(before.decode("utf-8", "replace")) for term in terms_of_word(word))
