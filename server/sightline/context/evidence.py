"""Evidence: what is known of a file and of a piece, as numbers by name. ``scoring.py`` weighs them.

Each number is 0 where nothing speaks for a piece, and mostly in 0..1; what has no bound of its own is taken as its
logarithm. Names say the level: ``file_``, ``whole_`` (the definition that a section is of), ``part_`` (the section
itself); relations to other pieces are added by ``completion.py``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.context.access import definitions_of, imported_or_importing
from sightline.context.board import Board, Evidence, File, Piece
from sightline.context.generated import says_generated
from sightline.context.history.index import Definition, Likeness, Resembling
from sightline.context.pattern_task import pattern_of
from sightline.context.signals import ChunkScores, WordScores, is_aside
from sightline.context.task_wording import without_order
from sightline.context.tokens import query_terms, terms_of_word
from sightline.graph.common_names import CLASSES
from sightline.graph.facts import FUNCTIONS, DefinitionKind
from sightline.graph.raw_facts import DefinitionRow
from sightline.workspace.origins import origin_by_name

_TYPES = CLASSES | {DefinitionKind.NAMESPACE.value}

_OF_FILE = """
    score length aside generated near folder recent changes alike alike_total names snippets sought
    """
_OF_WHOLE = """
    title rarest rank gap name_share function type module head parts named implied alike alike_total recent changes
    """
_OF_PART = "words title rarest share first lines comments imports names snippets sought"
#: All names of evidence but those of relations.
EVIDENCE = frozenset(
    f"{level}_{name}"
    for level, names in (("file", _OF_FILE), ("whole", _OF_WHOLE), ("part", _OF_PART))
    for name in names.split()
)

#: Names and snippets of the task that are looked for in texts as they stand, and places of each that are looked at.
MOST_LITERALS, MOST_PLACES = 24, 40

#: A name in prose is one that is spelled like no word: with an underscore, inner capitals, or digits.
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]{2,}")
_ODD = re.compile(r"\w_\w|[a-z][A-Z]|[A-Z]{2}[a-z]|\w\d")
_QUOTED = re.compile(r"``?([^`\n]{2,80})``?|\"([^\"\n]{3,40})\"|(?<!\w)'([^'\n]{3,40})'(?!\w)")
_MARKED = re.compile(r"(?<![\w-])(--[\w-]{3,}|#\[[\w:]+|@[A-Za-z]\w{2,})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Literals:
    """What a task spells as code: ``names`` are whole identifiers, ``snippets`` any text, ``sought`` what a pattern
    task wants replaced."""

    names: tuple[str, ...]
    snippets: tuple[str, ...]
    sought: tuple[str, ...]


def literals_of(task: str) -> Literals:
    """The names and snippets of a task, in order of appearance."""
    quoted = [found for match in _QUOTED.finditer(task) for found in match.groups() if found]
    marked = _MARKED.findall(task)
    names = [name for each in quoted for name in _IDENTIFIER.findall(each)]
    names += [name for name in _IDENTIFIER.findall(task) if _ODD.search(name.strip("_$"))]
    snippets = [each.strip() for each in (*quoted, *marked)]
    pattern = pattern_of(task)
    sought = tuple(each.text for each in pattern.old if each.sure) if pattern else ()
    return Literals(
        names=tuple(dict.fromkeys(names))[:MOST_LITERALS],
        snippets=tuple(dict.fromkeys(each for each in snippets if len(each) > 2))[:MOST_LITERALS],
        sought=sought,
    )


class Gatherer:
    """Gathers the evidence of one question. ``resembling`` is what history says of the task's words.

    What a file is compared with (the best score, the folder of the best, …) is as the board was when it was made.
    """

    def __init__(self, board: Board, words: WordScores, resembling: Resembling) -> None:
        self.board = board
        self.words = words
        self.resembling = resembling
        self.literals = literals_of(board.request.task)
        self.title = frozenset(query_terms(without_order(board.request.task).strip().partition("\n")[0]))
        self.titled = sum(value for term, value in words.values.items() if term in self.title) or 1.0
        self.found = Found(board, self.literals)
        order = sorted(board.files.values(), key=lambda file: (-file.score, file.path))
        self._best = order[0].score if order and order[0].score else 1.0
        self._folder = _folder(order[0].path) if order else ""
        self._near = _import_neighbours(board, order[:3])
        self._most_alike = max((each.total for each in resembling.files.values()), default=0.0) or 1.0

    def gather(self) -> None:
        """Fills in the evidence of all files and pieces of the board that have none yet."""
        for file in self.board.files.values():
            if not file.evidence:
                self._gather_file(file)
        pieces: dict[WorkspacePath, list[Piece]] = {}
        for piece in self.board.pieces.values():
            if not piece.evidence:
                pieces.setdefault(piece.path, []).append(piece)
        for path, own in pieces.items():
            terms = self.board.terms_of(path)
            if terms is not None:
                _Pieces(self, path, self.words.of(path, terms)).gather(own)

    def _gather_file(self, file: File) -> None:
        path, board, values = file.path, self.board, file.evidence
        alike, activity, terms = self.resembling.files.get(path), board.history.activity(path), board.terms_of(path)
        values["file_score"] = file.score / self._best
        values["file_length"] = math.log1p(terms.length if terms else 0) / 8
        values["file_aside"] = float(is_aside(path.relative))
        values["file_generated"] = float(origin_by_name(path.relative) is not None or says_generated(board.view, path))
        values["file_near"] = self._near.get(path, 0.0)
        values["file_folder"] = float(_folder(path) == self._folder)
        values["file_recent"] = math.log1p(activity.recency) / 3
        values["file_changes"] = math.log1p(activity.changes) / 5
        values["file_alike"] = alike.most if alike else 0.0
        values["file_alike_total"] = alike.total / self._most_alike if alike else 0.0
        values["file_names"], values["file_snippets"], values["file_sought"] = self.found.shares(path)


class Found:
    """Where the literals of a task stand in the files of the board."""

    def __init__(self, board: Board, literals: Literals) -> None:
        self.literals = literals
        self.places: dict[WorkspacePath, dict[str, list[int]]] = {}
        self.times: dict[str, int] = {}
        sought = dict.fromkeys((*literals.names, *literals.snippets, *literals.sought))
        names = frozenset(literals.names)
        for path in board.files if sought else ():
            text = board.text(path)
            found = {each: _places(text, each, each in names) for each in sought} if text else {}
            self.places[path] = {each: places for each, places in found.items() if places}
            for each in self.places[path]:
                self.times[each] = self.times.get(each, 0) + 1

    def worth(self, each: str) -> float:
        """What a literal counts: those in few of the files most."""
        return math.log(1 + len(self.places) / (1 + self.times.get(each, 0)))

    def shares(self, path: WorkspacePath) -> tuple[float, float, float]:
        """Shares of the names, the snippets and what is sought that a file holds."""
        held = self.places.get(path, {})
        return (
            self._share(self.literals.names, held),
            self._share(self.literals.snippets, held),
            self._share(self.literals.sought, held),
        )

    def _share(self, wanted: Iterable[str], held: Mapping[str, object]) -> float:
        known = [each for each in wanted if self.times.get(each)]
        total = sum(map(self.worth, known))
        return sum(self.worth(each) for each in known if each in held) / total if total else 0.0

    def by_line(self, path: WorkspacePath) -> dict[int, set[str]]:
        """Literals by the one-based line they stand on."""
        lines: dict[int, set[str]] = {}
        for each, places in self.places.get(path, {}).items():
            for line in places:
                lines.setdefault(line, set()).add(each)
        return lines


def _places(text: Text, wanted: str, whole: bool) -> list[int]:  # noqa: FBT001  says what kind of literal it is
    """One-based lines with a literal, bounded; ``whole``: as an identifier of its own."""
    data, sought = text.data, wanted.encode("utf-8", "replace")
    lines: list[int] = []
    at = data.find(sought)
    while at >= 0 and len(lines) < MOST_PLACES:
        end = at + len(sought)
        if not whole or not (_is_word(data[at - 1 : at]) or _is_word(data[end : end + 1])):
            lines.append(text.line_of(at) + 1)
        at = data.find(sought, end)
    return lines


def _folder(path: WorkspacePath) -> str:
    return path.relative.rpartition("/")[0]


def _is_word(byte: bytes) -> bool:
    return byte.isalnum() or byte == b"_"


def _import_neighbours(board: Board, anchors: Iterable[File]) -> dict[WorkspacePath, float]:
    """Files that import an anchor or that it imports: 1 for the first anchor, 1/2 for the second, …"""
    near: dict[WorkspacePath, float] = {}
    for rank, file in enumerate(anchors, 1):
        for path in imported_or_importing(board.view, file.path):
            near.setdefault(path, 1 / rank)
    return near


@dataclass(slots=True)
class _Pieces:
    """Evidence of the pieces of one file."""

    gatherer: Gatherer
    path: WorkspacePath
    result: ChunkScores

    def gather(self, pieces: Iterable[Piece]) -> None:
        gatherer, board, terms = self.gatherer, self.gatherer.board, self.result.terms
        definitions = definitions_of(board.view, self.path)
        literal_lines = gatherer.found.by_line(self.path)
        alike = gatherer.resembling.definitions.get(self.path, {})
        ranks, best = self._ranks(), max(self.result.whole_scores.values(), default=0.0) or 1.0
        of_whole: dict[int, Evidence] = {}
        for piece in pieces:
            values, chunk, shape = piece.evidence, piece.chunk, terms.shape(piece.number)
            whole = piece.number - chunk.part
            if whole not in of_whole:
                of_whole[whole] = self._whole(piece, whole, ranks.get(whole, 0.0), best)
                self._add_name(of_whole[whole], chunk.definition, definitions, alike)
            values |= of_whole[whole]
            self._add_words(piece)
            values["part_comments"], values["part_imports"] = shape.comments, shape.imports
            values["part_first"] = float(not chunk.part)
            values["part_lines"] = chunk.lines / 20
            values["whole_head"] = float(chunk.head)
            if literal_lines:
                self._add_literals(piece, literal_lines)

    def _add_literals(self, piece: Piece, literal_lines: Mapping[int, set[str]]) -> None:
        lines = range(piece.chunk.first, piece.chunk.last + 1)
        held = {each for line in lines for each in literal_lines.get(line, ())}
        literals, worth, values = self.gatherer.literals, self.gatherer.found.worth, piece.evidence
        values["part_names"] = sum(worth(each) for each in literals.names if each in held) / 4
        values["part_snippets"] = sum(worth(each) for each in literals.snippets if each in held) / 4
        values["part_sought"] = float(any(each in held for each in literals.sought))

    def _ranks(self) -> dict[int, float]:
        order = sorted(self.result.whole_scores.items(), key=lambda entry: (-entry[1], entry[0]))
        return {whole: 1 / rank for rank, (whole, score) in enumerate(order, 1) if score}

    def _whole(self, piece: Piece, whole: int, rank: float, best: float) -> Evidence:
        """What is known of the definition or the block that a piece is a section of."""
        result, words, title = self.result, self.gatherer.words, self.gatherer.title
        worth, terms = words.values, result.whole_terms.get(whole, ())
        return {
            "whole_parts": math.log(piece.chunk.parts),
            "whole_title": sum(worth[term] for term in terms if term in title) / self.gatherer.titled,
            "whole_rarest": max((worth[term] for term in terms), default=0.0) / 8,
            "whole_rank": rank,
            "whole_gap": result.whole_scores.get(whole, 0.0) / best,
        }

    def _add_words(self, piece: Piece) -> None:
        result, words, title = self.result, self.gatherer.words, self.gatherer.title
        values, worth = piece.evidence, words.values
        own = [term for _, term in result.parts.get(piece.number, ())]
        score = result.scores[piece.number]
        values["part_words"] = score / words.best
        if own:
            values["part_title"] = sum(worth[term] for term in own if term in title) / self.gatherer.titled
            values["part_rarest"] = max(worth[term] for term in own) / 8
            whole_score = result.whole_scores[piece.number - piece.chunk.part]
            values["part_share"] = score / max(whole_score, score, 1e-9)

    def _add_name(
        self,
        values: Evidence,
        number: int,
        definitions: tuple[DefinitionRow, ...],
        alike: Mapping[str, Likeness],
    ) -> None:
        row = definitions[number] if 0 <= number < len(definitions) else None
        values["whole_module"] = float(row is None)
        if row is None:
            return
        board, worth = self.gatherer.board, self.gatherer.words.values
        values["whole_function"] = float(row.kind in FUNCTIONS)
        values["whole_type"] = float(row.kind in _TYPES)
        terms = set(terms_of_word(row.name))
        values["whole_name_share"] = sum(term in worth for term in terms) / max(len(terms), 1)
        likeness = alike.get(row.name)
        if likeness is not None:
            values["whole_alike"] = likeness.most
            values["whole_alike_total"] = likeness.total / 4
        activity = board.history.activity(Definition(self.path, row.name))
        values["whole_recent"] = math.log1p(activity.recency)
        values["whole_changes"] = math.log1p(activity.changes) / 3
