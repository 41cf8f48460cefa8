"""Keys that an edit took from a ``TypedDict``, and that somebody still writes or reads, in Python.

Judged are literals whose type is written and is that class alone (of a variable with an annotation, of the result of
the function that returns them), and subscripts of parameters and variables that an annotation gives it and nothing
binds again. Source: the typing specification, "Typed dictionaries".
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text
from sightline.checks.bindings import bound_names
from sightline.checks.check import Certainty, Finding
from sightline.checks.definitions import CLASSES, groups_of
from sightline.checks.implicit_calls import offset_of
from sightline.checks.known_uses import known_heirs
from sightline.checks.language import is_python
from sightline.checks.matching import Matching
from sightline.checks.outside import unseen_bases
from sightline.checks.python_pieces import parsed_pieces
from sightline.checks.recall import ancestors_of, facts_of, header_of, members_of, text_of
from sightline.graph.answers import Symbol
from sightline.graph.facts import Reference, ReferenceKind
from sightline.graph.view import GraphView

_MOST_FILES = 200
#: What a typed dictionary may inherit from besides others.
_BASES = frozenset({"TypedDict", "Generic"})
#: The keyword of a class whose values have further keys (:pep:`728`).
_MORE_KEYS = re.compile(r"\bextra_items\s*=")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def lost_keys(matching: Matching) -> Iterator[Finding]:
    """One finding for each key that is written or read and that its class has lost."""
    for owner, gone in _poorer(matching):
        for path in _files(matching.given.after, owner):
            text = text_of(matching.given.after, path)
            if text is None or not any(
                f'"{key}"'.encode() in text.data or f"'{key}'".encode() in text.data for key in gone
            ):
                continue
            for key, span in _Reader(matching.given.after, path, text, owner).written():
                if key in gone:
                    yield _finding(matching, owner, path, Reference(name=key, span=span, kind=ReferenceKind.STRING))


def _poorer(matching: Matching) -> Iterator[tuple[Symbol, frozenset[str]]]:
    """Typed dictionaries, and those that inherit from them, with the keys that they have lost."""
    before, after = matching.given.before, matching.given.after
    for file in matching.files:
        if file.new is None or file.old is None or not is_python(file.new):
            continue
        old = groups_of(before, file.old)
        for name, group in groups_of(after, file.new).items():
            same = old.get(name, ())
            if len(group) != 1 or len(same) != 1 or group[0].definition.kind not in CLASSES:
                continue
            gone = _names(before, same[0]) - _names(after, group[0])
            if gone and _lists_all_keys(after, group[0]):
                yield from _with_heirs(after, group[0], gone)


def _lists_all_keys(view: GraphView, owner: Symbol) -> bool:
    """Whether a class is a typed dictionary that lists, with those of the workspace above it, each key it may have."""
    unseen = {text.rpartition(".")[2] for text in unseen_bases(view, owner)}
    line = [each for each in ancestors_of(view, owner) if isinstance(each, Symbol)]
    return "TypedDict" in unseen <= _BASES and not any(_MORE_KEYS.search(header_of(view, each)) for each in line)


def _with_heirs(view: GraphView, owner: Symbol, gone: frozenset[str]) -> Iterator[tuple[Symbol, frozenset[str]]]:
    waiting, seen = [owner], {owner.identifier}
    while waiting:
        each = waiting.pop()
        line = [each, *(row for row in ancestors_of(view, each) if isinstance(row, Symbol))]
        left = gone - {name for row in line for name in _names(view, row)}
        if left and _lists_all_keys(view, each):
            yield each, left
        heirs = [heir for heir in known_heirs(view, each) if heir.identifier not in seen]
        seen.update(heir.identifier for heir in heirs)
        waiting += heirs


def _names(view: GraphView, owner: Symbol) -> frozenset[str]:
    return frozenset(member.definition.name for member in members_of(view, owner))


def _files(view: GraphView, owner: Symbol) -> list[WorkspacePath]:
    found = [path for path in view.files_referencing(owner.definition.name) if is_python(path)][:_MOST_FILES]
    return list(dict.fromkeys([owner.path, *found]))


def _finding(matching: Matching, owner: Symbol, path: WorkspacePath, place: Reference) -> Finding:
    return matching.finding(
        (path, place),
        f"`{owner.qualified_name}` has no key `{place.name}` since the edit.",
        certainty=Certainty.CERTAIN,
        symbol=f"{owner.identifier}.{place.name}",
        related=(matching.definition_place(owner, "the typed dictionary"),),
    )


class _Reader:
    """Finds the keys that a file gives to, or asks of, values of one typed dictionary."""

    def __init__(self, view: GraphView, path: WorkspacePath, text: Text, owner: Symbol) -> None:
        self._view, self._path, self._text, self._owner = view, path, text, owner
        self._lines = 0

    def written(self) -> Iterator[tuple[str, Span]]:
        """Each key, and where it is written."""
        try:
            for tree, lines in parsed_pieces(self._text.data):
                self._lines = lines
                yield from self._scope(tree, result=False)
                for node in ast.walk(tree):
                    if isinstance(node, _Function):
                        yield from self._scope(node, result=self._is_meant(node.returns))
        except (SyntaxError, ValueError, RecursionError):
            return

    def _scope(self, scope: ast.Module | _Function, *, result: bool) -> Iterator[tuple[str, Span]]:
        """Keys in one function, or in a module, without the functions inside."""
        nodes = list(_inside(scope))
        typed = self._typed(scope, nodes)
        for node in nodes:
            match node:
                case ast.AnnAssign(annotation=annotation, value=ast.Dict() as literal) if self._is_meant(annotation):
                    yield from self._keys(literal)
                case ast.Return(value=ast.Dict() as literal) if result:
                    yield from self._keys(literal)
                case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key)) as at):
                    if typed.get(name):
                        yield key, self._span(at)
                case _:
                    pass

    def _typed(self, scope: ast.Module | _Function, nodes: list[ast.AST]) -> Mapping[str, bool]:
        """Names that have the type, and are bound once."""
        rows = [
            (node.target.id, node.annotation)
            for node in nodes
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        ]
        bound = Counter(bound_names(ast.Module(body=scope.body, type_ignores=[])))
        if isinstance(scope, _Function):
            given = [*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs]
            bound.update(each.arg for each in given)
            rows += [(each.arg, each.annotation) for each in given if each.annotation is not None]
        return {name: bound[name] == 1 and self._is_meant(annotation) for name, annotation in rows}

    def _keys(self, literal: ast.Dict) -> Iterator[tuple[str, Span]]:
        for key in literal.keys:
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, self._span(key)

    def _is_meant(self, annotation: ast.expr | None) -> bool:
        """Whether an annotation names the typed dictionary and nothing else."""
        name = self._owner.definition.name
        match annotation:
            case ast.Name(id=written) | ast.Attribute(attr=written) if written == name:
                start = self._span(annotation).end - len(name.encode())
            case ast.Constant(value=str(written)) if written == name:
                start = self._span(annotation).start + 1
            case _:
                return False
        facts = facts_of(self._view, self._path)
        for row in facts.references_starting_at(start) if facts is not None else ():
            if any(each.identifier == self._owner.identifier for each in self._view.resolve_known(self._path, row)):
                return True
        return False

    def _span(self, node: ast.expr) -> Span:
        start = offset_of(self._text, node.lineno + self._lines, node.col_offset)
        end = offset_of(self._text, (node.end_lineno or node.lineno) + self._lines, node.end_col_offset or 0)
        return Span(start, end)


def _inside(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope, without those of functions and classes in it."""
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _Function | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
