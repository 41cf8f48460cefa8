"""A Python code base as ``ast`` sees it: what may be drawn, and what is defined where."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from symbols.sites import ATTRIBUTE, ATTRIBUTE_CALL, BARE, KINDS, DefinitionSite, Identity, Spot, UseSite

from sightline.base.text import Text

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_HEAD = re.compile(rb"(?:async\s+def|def|class)\s+")
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Scope:
    """A module, class or function while a file is walked. ``own`` is the first parameter of a method."""

    kind: str  # "module", "class" or "function"
    name: str
    owner: Scope | None = None
    own: str = ""
    globals: frozenset[str] = field(default_factory=frozenset[str])

    def named(self, name: str) -> str:
        """The qualified name of something in this scope."""
        return f"{self.name}.{name}" if self.name else name


class PythonFile:
    """One file: its text, the identity of every defining spot, and its uses. Raises ``SyntaxError``."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.text = Text(data.removeprefix(_MARK))
        self.identities: dict[int, Identity] = {}
        self.uses: list[UseSite] = []
        self._called: set[int] = set()
        tree = ast.parse(self.text.data)
        # ``ast`` counts only the line ends of the language; a form feed or U+2028 ends no line there either.
        self._starts = self.text.line_starts
        self._body(tree, Scope("module", ""))

    def _offset(self, line: int | None, column: int | None) -> int:
        assert line is not None and column is not None
        return self._starts[line - 1] + column

    def _body(self, node: ast.AST, scope: Scope) -> None:
        for child in ast.iter_child_nodes(node):
            self._visit(child, scope)

    def _visit(self, node: ast.AST, scope: Scope) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node, scope)
            case ast.ClassDef():
                self._define(self._name_start(node), "class", scope, node.name)
                for each in (*node.decorator_list, *node.bases, *node.keywords):
                    self._visit(each, scope)
                inner = Scope("class", scope.named(node.name), scope)
                for each in node.body:
                    self._visit(each, inner)
            case ast.Import() | ast.ImportFrom():
                for alias in node.names:
                    start = self._offset(alias.lineno, alias.col_offset)
                    after = self._offset(alias.end_lineno, alias.end_col_offset)
                    self._define(start, "import", scope, alias.name)
                    if alias.asname:
                        self._define(after - len(alias.asname.encode()), "import", scope, alias.asname)
            case ast.Name():
                self._name(node, scope)
            case ast.Attribute():
                self._attribute(node, scope)
            case ast.Call():
                if isinstance(node.func, ast.Attribute):
                    self._called.add(id(node.func))
                self._body(node, scope)
            case ast.Lambda():
                inner = Scope("function", scope.named("<lambda>"), scope)
                self._parameters(node.args, inner)
                self._body(node, inner)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._body(node, Scope("function", scope.named("<comprehension>"), scope, globals=scope.globals))
            case _:
                self._body(node, scope)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        self._define(self._name_start(node), "method" if scope.kind == "class" else "function", scope, node.name)
        for each in node.decorator_list:
            self._visit(each, scope)
        for annotated in (node.args, node.returns):
            if annotated is not None:
                self._body(annotated, scope) if annotated is node.args else self._visit(annotated, scope)
        parameters = [*node.args.posonlyargs, *node.args.args]
        decorators = {ast.unparse(each) for each in node.decorator_list}
        is_method = scope.kind == "class" and parameters and "staticmethod" not in decorators
        declared = (name for each in ast.walk(node) if isinstance(each, ast.Global) for name in each.names)
        own = parameters[0].arg if is_method else ""
        inner = Scope("function", scope.named(node.name), scope, own, frozenset(declared))
        self._parameters(node.args, inner)
        for each in node.body:
            self._visit(each, inner)

    def _parameters(self, arguments: ast.arguments, scope: Scope) -> None:
        every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
        for each in every:
            if each is not None:
                self.identities[self._offset(each.lineno, each.col_offset)] = Identity("parameter", each.arg)

    def _name(self, node: ast.Name, scope: Scope) -> None:
        start = self._offset(node.lineno, node.col_offset)
        if isinstance(node.ctx, ast.Load):
            self.uses.append(UseSite(Spot(self.path, start), node.id, BARE))
        elif isinstance(node.ctx, ast.Store):
            kind = {"module": "variable", "class": "attribute"}.get(scope.kind, "local")
            if node.id in scope.globals:
                kind, scope = "variable", Scope("module", "")
            self._define(start, kind, scope, node.id)

    def _attribute(self, node: ast.Attribute, scope: Scope) -> None:
        start = self._offset(node.end_lineno, node.end_col_offset) - len(node.attr.encode())
        if isinstance(node.ctx, ast.Load):
            shape = ATTRIBUTE_CALL if id(node) in self._called else ATTRIBUTE
            self.uses.append(UseSite(Spot(self.path, start), node.attr, shape))
        elif isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name):
            around: Scope | None = scope
            while around is not None and around.own != node.value.id:
                around = around.owner
            if around is not None and node.value.id and around.owner is not None:
                self._define(start, "attribute", around.owner, node.attr)
        self._visit(node.value, scope)

    def _define(self, start: int, kind: str, scope: Scope, name: str) -> None:
        self.identities[start] = Identity(kind, f"{self.path}::{scope.named(name)}")

    def _name_start(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
        head = _HEAD.match(self.text.data, self._offset(node.lineno, node.col_offset))
        assert head is not None, "a definition begins with its keyword"
        return head.end()


class PythonSource:
    """All ``.py`` files below ``root`` that parse. Hidden folders and links are left out."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    @property
    def name(self) -> str:
        """Name of the folder."""
        return self.root.name

    @cached_property
    def files(self) -> dict[str, PythonFile]:
        """By relative path, sorted."""
        found: dict[str, PythonFile] = {}
        for path in sorted(self.root.rglob("*.py")):
            relative = path.relative_to(self.root).as_posix()
            if path.is_symlink() or any(part.startswith(".") for part in PurePosixPath(relative).parts):
                continue
            try:
                data = path.read_bytes()
                data.decode("utf-8")
                found[relative] = PythonFile(relative, data)
            except (SyntaxError, ValueError):
                continue
        return found

    def uses(self) -> list[UseSite]:
        """Every name and attribute that is read."""
        return [use for file in self.files.values() for use in file.uses]

    def definitions(self) -> list[DefinitionSite]:
        """Functions, classes, methods, attributes and global variables, each at the first place that makes it."""
        return list(self._definitions())

    def identity(self, spot: Spot) -> Identity | None:
        """What is defined at ``spot``."""
        file = self.files.get(spot.path)
        return file.identities.get(spot.start) if file is not None else None

    def _definitions(self) -> Iterator[DefinitionSite]:
        for file in self.files.values():
            seen: set[Identity] = set()
            for start, identity in sorted(file.identities.items()):
                if identity.kind in KINDS and identity not in seen:
                    seen.add(identity)
                    name = identity.name.rpartition("::")[2].rpartition(".")[2]
                    yield DefinitionSite(Spot(file.path, start), name, identity)
