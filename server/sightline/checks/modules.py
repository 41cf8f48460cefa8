"""Names that a Python module has for its importers, by every way of binding one that the language knows.

The graph lists definitions and imports; a module may also bind names in loops, ``with`` blocks and the like, or make
them at run time, and then nobody can say which it lacks.
"""

from __future__ import annotations

import ast

from sightline.base.paths import WorkspacePath
from sightline.checks.bindings import bound_names
from sightline.checks.python_pieces import parsed_pieces, remembered
from sightline.checks.recall import facts_of, text_of
from sightline.graph.view import GraphView

#: Names every module has (language reference, 3.2, "Modules").
_ALWAYS = frozenset({
    "__name__", "__doc__", "__file__", "__loader__", "__package__", "__path__", "__spec__", "__dict__",
    "__annotations__", "__builtins__",
})  # fmt: skip
#: Star imports are followed this far.
_MOST_MODULES = 50


def names_of_module(view: GraphView, path: WorkspacePath) -> frozenset[str] | None:
    """The globals of a module; ``None`` when they cannot be known: a star import from outside, ``__getattr__``…"""
    found: set[str] = set(_ALWAYS)
    waiting, seen = [path], {path}
    while waiting:
        module = waiting.pop()
        text = text_of(view, module)
        names = _globals_of(text.data) if text is not None else None
        stars = _starred(view, module)
        if names is None or stars is None or len(seen) > _MOST_MODULES:
            return None
        found |= names
        waiting += (each for each in stars if each not in seen)
        seen |= stars
    return frozenset(found)


@remembered(256)
def _globals_of(source: bytes) -> frozenset[str] | None:
    names: set[str] = set()
    try:
        for tree, _ in parsed_pieces(source):
            own = frozenset(bound_names(tree))
            given = _given_names(tree) if "__getattr__" in own else frozenset[str]()
            if given is None or _makes_names(tree):
                return None
            names |= own | given
    except (SyntaxError, ValueError, RecursionError):
        return None
    return frozenset(names)


def _given_names(tree: ast.Module) -> frozenset[str] | None:
    """The names that the module's ``__getattr__`` answers for: it compares what it is asked for with plain strings.

    ``None`` when it may answer for others. Source: language reference, 3.3.2.1 ("Customizing module attribute access").
    """
    functions = [each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == "__getattr__"]
    if len(functions) != 1 or len(functions[0].args.args) != 1 or not isinstance(functions[0].body[-1], ast.Raise):
        return None
    return _answered(functions[0].body, functions[0].args.args[0].arg)


def _answered(body: list[ast.stmt], asked: str) -> frozenset[str] | None:
    """The names for which some statements return something."""
    found = frozenset[str]()
    for statement in body:
        if not isinstance(statement, ast.If):
            if _returns([statement]):
                return None
            continue
        names, others = _compared(statement.test, asked), _answered(statement.orelse, asked)
        if others is None or (names is None and _returns(statement.body)):
            return None
        found |= others | (names or frozenset())
    return found


def _returns(body: list[ast.stmt]) -> bool:
    return any(isinstance(node, ast.Return) for statement in body for node in ast.walk(statement))


def _compared(test: ast.expr, asked: str) -> frozenset[str] | None:
    """The strings that a name must be one of for a condition to hold; ``None`` when it may hold for others."""
    match test:
        case ast.Compare(left=ast.Name(id=name), ops=[ast.Eq()], comparators=[ast.Constant(value=str(only))]):
            return frozenset([only]) if name == asked else None
        case ast.Compare(
            left=ast.Name(id=name), ops=[ast.In()], comparators=[ast.Tuple() | ast.Set() | ast.List() as of]
        ):
            texts = [row.value for row in of.elts if isinstance(row, ast.Constant) and isinstance(row.value, str)]
            return frozenset(texts) if name == asked and len(texts) == len(of.elts) else None
        case ast.BoolOp(op=ast.And(), values=parts):
            return next((names for part in parts if (names := _compared(part, asked)) is not None), None)
        case _:
            return None


def _makes_names(tree: ast.Module) -> bool:
    """Whether the module binds names as it runs: ``exec`` at its top level, writes to ``globals()``, a stand-in."""
    for statement in tree.body:
        if isinstance(statement, ast.Expr) and _calls(statement.value, "exec"):
            return True
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            is_module_table = isinstance(node.value, ast.Attribute) and ast.unparse(node.value) == "sys.modules"
            if _calls(node.value, "globals") or is_module_table:
                return True
        if isinstance(node, ast.Attribute) and node.attr in ("update", "setdefault") and _calls(node.value, "globals"):
            return True
    return False


def _calls(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _starred(view: GraphView, path: WorkspacePath) -> set[WorkspacePath] | None:
    """Modules whose public names a module takes over; ``None`` when one of them is outside the workspace."""
    facts = facts_of(view, path)
    text = text_of(view, path)
    if facts is None or text is None:
        return None
    found: set[WorkspacePath] = set()
    unresolved = {row.span for row in view.unresolved_imports(path)}
    for row in facts.imports:
        if any(name.name == "*" for name in row.names):
            line = text.line_of(row.span.start) + 1
            if row.span in unresolved:
                return None
            found |= {edge.target for edge in view.dependencies(path) if edge.line == line}
    return found
