"""The Python files of a code base as ``ast`` and plain words see them: where definitions stand and who mentions a name.

The mutation benchmark chooses its sites here and nowhere else, so that nothing of Sightline's own graph can favour
the sites it finds easy. It knows no mutations and no pyright.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
DefinitionNode = FunctionNode | ast.ClassDef

_WORD = re.compile(rb"[A-Za-z_][A-Za-z_0-9]*")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_TEST_FOLDERS = frozenset({"tests", "test", "docs", "examples", "scripts", "extras", "js_tests"})


class ParsedFile:
    """One file: its bytes, its tree, and the byte offsets of its nodes. Raises ``SyntaxError`` for broken source."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        self.tree = ast.parse(data)
        self.line_starts = [0, *(match.end() for match in _LINE_END.finditer(data))]

    def offset(self, line: int, column: int) -> int:
        """Byte offset of a one-based line and a column in bytes, as ``ast`` counts them."""
        return self.line_starts[line - 1] + column

    def start(self, node: ast.expr | ast.stmt | ast.arg) -> int:
        """Offset of a node's first byte (decorators of a definition not included)."""
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt | ast.arg) -> int:
        """Offset after a node's last byte."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self.offset(node.end_lineno, node.end_col_offset)

    def line_start(self, line: int) -> int:
        """Offset of a one-based line; the end of the file for the line after the last."""
        return self.line_starts[line - 1] if line <= len(self.line_starts) else len(self.data)

    def whole_lines(self, node: DefinitionNode) -> tuple[int, int]:
        """Offsets of all lines of a definition, from its first decorator to its last line with the line end."""
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        assert node.end_lineno is not None
        return self.line_start(first), self.line_start(node.end_lineno + 1)

    def name_start(self, node: DefinitionNode) -> int:
        """Offset of the name in ``def name`` or ``class name``."""
        return self.data.index(node.name.encode(), self.start(node) + len(b"def "))

    def replaced(self, *edits: tuple[int, int, bytes]) -> bytes:
        """The text with non-overlapping ``(start, end, new)`` edits applied."""
        data = self.data
        for start, end, new in sorted(edits, reverse=True):
            data = data[:start] + new + data[end:]
        return data


@dataclass(frozen=True, kw_only=True)
class Site:
    """A definition at module level or directly in a module-level class (``owner``)."""

    file: ParsedFile
    node: DefinitionNode
    owner: ast.ClassDef | None
    alone: bool  # whether no sibling has the same name (overloads, property setters, conditional twins)

    @property
    def name(self) -> str:
        """Bare name."""
        return self.node.name

    @property
    def qualified_name(self) -> str:
        """``path::Class.name``."""
        return f"{self.file.path}::{self.owner.name + '.' if self.owner else ''}{self.node.name}"

    @property
    def siblings(self) -> list[ast.stmt]:
        """The statements among which the definition stands."""
        return self.owner.body if self.owner else self.file.tree.body


@dataclass(frozen=True)
class CodeBase:
    """All ``.py`` files below ``root`` by relative path; ``name`` is that of its folder."""

    name: str
    root: Path
    texts: Mapping[str, bytes]

    @cached_property
    def words(self) -> dict[str, Counter[str]]:
        """How often each file holds each word: word → file → count."""
        found: dict[str, Counter[str]] = {}
        for path, data in self.texts.items():
            for word, count in Counter(_WORD.findall(data)).items():
                found.setdefault(word.decode(), Counter())[path] = count
        return found

    @cached_property
    def parsed(self) -> dict[str, ParsedFile]:
        """The files of the product itself (tests, documentation and examples only count as users), parsed."""
        return {
            path: ParsedFile(path, data)
            for path, data in self.texts.items()
            if not _TEST_FOLDERS & set(PurePosixPath(path).parts) and "_template" not in path
        }

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """All definitions that mutations choose from, in the order of paths and lines."""
        return tuple(site for file in self.parsed.values() for site in _sites(file))

    @cached_property
    def _bases(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for file in self.parsed.values():
            for node in ast.walk(file.tree):
                if isinstance(node, ast.ClassDef):
                    for base in node.bases:
                        found.setdefault(ast.unparse(base).rpartition(".")[2], set()).add(node.name)
        return found

    def heirs(self, name: str) -> tuple[str, ...]:
        """Names of classes that inherit from a class of this name, directly or not."""
        found: set[str] = set()
        todo = [name]
        while todo:
            new = self._bases.get(todo.pop(), set()) - found
            found |= new
            todo += new
        return tuple(sorted(found))

    def mentions(self, *names: str) -> set[str]:
        """Files that hold one of ``names`` as a word."""
        return {path for name in names for path in self.words.get(name, ())}

    def count(self, name: str) -> int:
        """How often the word ``name`` occurs in all files."""
        return sum(self.words.get(name, Counter()).values())


def load_code_base(root: Path) -> CodeBase:
    """Reads the Python files below ``root``. Files that do not parse are left out."""
    texts: dict[str, bytes] = {}
    for path in sorted(root.rglob("*.py")):
        relative = path.relative_to(root).as_posix()
        if path.is_symlink() or any(part.startswith(".") for part in PurePosixPath(relative).parts):
            continue
        data = path.read_bytes()
        try:
            ast.parse(data)
        except (SyntaxError, ValueError):
            continue
        texts[relative] = data
    return CodeBase(name=root.name, root=root, texts=texts)


def _sites(file: ParsedFile) -> Iterator[Site]:
    for node in file.tree.body:
        if isinstance(node, DefinitionNode):
            yield Site(file=file, node=node, owner=None, alone=_is_alone(node, file.tree.body))
        if isinstance(node, ast.ClassDef):
            for member in node.body:
                if isinstance(member, FunctionNode):
                    yield Site(file=file, node=member, owner=node, alone=_is_alone(member, node.body))


def _is_alone(node: DefinitionNode, siblings: list[ast.stmt]) -> bool:
    bound = [name for statement in siblings for name in bound_names(statement)]
    return bound.count(node.name) == 1


def bound_names(statement: ast.stmt) -> Iterator[str]:
    """Names a statement binds in its own scope, those inside ``if``, ``try`` and ``with`` included."""
    if isinstance(statement, DefinitionNode):
        yield statement.name
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in statement.names)
    elif isinstance(statement, (ast.Assign, ast.AnnAssign, ast.For, ast.AugAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        yield from (part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name))
    else:
        for child in ast.iter_child_nodes(statement):
            if isinstance(child, ast.stmt):
                yield from bound_names(child)
            elif isinstance(child, ast.ExceptHandler):
                for inner in child.body:
                    yield from bound_names(inner)
