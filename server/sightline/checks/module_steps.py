"""What a Python module does while it is imported, step by step: what it binds, imports and asks of other modules.

Bodies of functions do not run then; a ``TYPE_CHECKING`` block never runs; what stands under another ``if``, in a loop
or in a handler may run. Source: the Python language reference, chapters 5 ("The import system"), 7 and 8.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sightline.checks.bindings import bound_names
from sightline.checks.python_pieces import parsed_pieces, remembered

_FAILURES = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException", "AttributeError"})
_Function = ast.FunctionDef | ast.AsyncFunctionDef
#: Expressions that hold code which runs later, or only perhaps.
_LATER = ast.Lambda | ast.GeneratorExp | ast.IfExp | ast.BoolOp


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of: ``names`` are bound; ``module`` is imported; ``attribute`` is asked of what ``receiver`` stands for.

    ``asked`` are the names of ``from module import name``, each with the name it is bound to; a plain import has
    none, and binds ``names``. ``line`` is one-based. ``maybe``: it need not run; ``caught``: its failure is dealt with.
    """

    line: int
    names: tuple[str, ...] = ()
    module: str | None = None
    level: int = 0
    asked: tuple[tuple[str, str], ...] = ()
    receiver: str = ""
    attribute: str = ""
    maybe: bool = False
    caught: bool = False


@remembered(256)
def steps_of(source: bytes) -> tuple[Step, ...] | None:
    """The steps of a module in the order they run; ``None`` if its source does not parse."""
    found: list[Step] = []
    try:
        for tree, lines in parsed_pieces(source):
            found += (replace(step, line=step.line + lines) for step in _of_body(tree.body))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tuple(found)


def _of_body(body: list[ast.stmt]) -> Iterator[Step]:
    for statement in body:
        yield from _of_statement(statement)


def _of_statement(node: ast.stmt) -> Iterator[Step]:
    match node:
        case ast.Import(names=names):
            bound = [(each.name, each.asname or each.name.partition(".")[0]) for each in names]
            yield from (Step(line=node.lineno, module=name, names=(alias,)) for name, alias in bound)
        case ast.ImportFrom(module=module, names=names, level=level):
            asked = tuple((each.name, each.asname or each.name) for each in names)
            yield Step(line=node.lineno, module=module or "", level=level, asked=asked)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            run = (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults))
            yield from (step for each in run for step in _asked(each))
            yield Step(line=node.lineno, names=(node.name,))
        case ast.ClassDef():
            run = (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords))
            yield from (step for each in run for step in _asked(each))
            yield from (replace(step, names=()) for step in _of_body(node.body))
            yield Step(line=node.lineno, names=(node.name,))
        case ast.If():
            yield from _of_condition(node)
        case ast.Try():
            yield from _of_try(node)
        case ast.With() | ast.AsyncWith():
            yield from (step for item in node.items for step in _asked(item.context_expr))
            yield Step(line=node.lineno, names=tuple(_bound_by(node.items)))
            yield from _of_body(node.body)
        case ast.For() | ast.AsyncFor() | ast.While() | ast.Match():
            inner = [each for each in ast.walk(node) if isinstance(each, ast.stmt) and each is not node]
            imports = [each for each in inner if isinstance(each, ast.Import | ast.ImportFrom)]
            yield from (replace(step, maybe=True) for each in imports for step in _of_statement(each))
            yield Step(line=node.lineno, names=tuple(_bound_by([node])))
        case _:
            run = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
            notes = getattr(node, "annotation", None)
            yield from (step for each in run if each is not notes for step in _asked(each))
            yield Step(line=node.lineno, names=tuple(_bound_by([node])))


def _of_condition(node: ast.If) -> Iterator[Step]:
    test = ast.unparse(node.test)
    if test.rpartition(".")[2] == "TYPE_CHECKING":
        yield from _of_body(node.orelse)
    elif not ("__name__" in test and "__main__" in test):
        yield from (replace(step, maybe=True) for step in _of_body([*node.body, *node.orelse]))


def _of_try(node: ast.Try) -> Iterator[Step]:
    caught = any(_catches(handler) for handler in node.handlers)
    yield from (replace(step, caught=step.caught or caught) for step in _of_body(node.body))
    for handler in node.handlers:
        yield from (replace(step, maybe=True) for step in _of_body(handler.body))
    yield from _of_body([*node.orelse, *node.finalbody])


def _catches(handler: ast.ExceptHandler) -> bool:
    kind = handler.type
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(each is None or ast.unparse(each).rpartition(".")[2] in _FAILURES for each in kinds)


def _asked(expression: ast.expr) -> Iterator[Step]:
    """What an expression asks of names that may stand for modules, as far as it surely runs."""
    waiting: list[ast.AST] = [expression]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _LATER):
            continue
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute, ctx=ast.Load()):
                yield Step(line=node.lineno, receiver=name, attribute=attribute)
            case _:
                waiting += ast.iter_child_nodes(node)


def _bound_by(nodes: list[ast.withitem] | list[ast.stmt]) -> Iterator[str]:
    for node in nodes:
        yield from bound_names(ast.Module(body=[node], type_ignores=[]) if isinstance(node, ast.stmt) else node)
