"""Python calls of built-in functions, of the standard library and of installed packages, on lines that the edit wrote.

Built-in functions are counted by the table of the library's own documentation ("Built-in Functions"); others are read
from their source (``packages.py``), as long as a file binds their name by one import alone; those of the standard
library that have none say it themselves (``compiled_functions.py``). Nothing of the workspace is imported or run.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text
from sightline.checks.check import Finding
from sightline.checks.compiled_functions import compiled_function
from sightline.checks.expected_failures import finding_at_call
from sightline.checks.implicit_calls import offset_of, shape_of
from sightline.checks.language import is_python
from sightline.checks.matching import Matching
from sightline.checks.python_pieces import parsed_pieces
from sightline.checks.recall import packages_of
from sightline.checks.signature import Parameters, mismatch
from sightline.checks.texts import TouchedFile
from sightline.graph.facts import CallShape, Parameter, ParameterKind, Reference, ReferenceKind
from sightline.graph.view import GraphView

#: Built-in functions that take nothing by keyword: how many arguments at least, and at most.
_BUILT_IN: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(
        ["abs", "all", "any", "ascii", "bin", "callable", "chr", "hash", "hex", "id", "len", "oct", "ord"], (1, 1)
    ),
    **dict.fromkeys(["delattr", "divmod", "hasattr", "isinstance", "issubclass"], (2, 2)),
    **dict.fromkeys(["format", "iter", "next"], (1, 2)),
    "getattr": (2, 3), "setattr": (3, 3), "range": (1, 3), "slice": (1, 3), "reversed": (1, 1),
}  # fmt: skip


#: A node of a syntax tree, and how many lines stand before the piece of text it is read from.
_Node = tuple[ast.AST, int]
#: A call of something that has a name, and where that name stands.
_Call = tuple[ast.Call, Span]


def unfit_outside_calls(matching: Matching) -> Iterator[Finding]:
    """Findings for new calls with more or fewer arguments, or others, than what they call takes."""
    for file in matching.files:
        if file.new is None or file.after is None or not is_python(file.new):
            continue
        calls = _new_calls(file, file.after)
        found = list(_unfit(matching.given.after, calls, file.new, file.after)) if calls else []
        old = _nodes(file.before) if found and file.before is not None else []
        known = {_spelling(node) for node, _ in old if isinstance(node, ast.Call)}
        for node, reference, reason in found:
            if _spelling(node) not in known:
                message = f"`{reference.name}` {reason}."
                yield finding_at_call(matching, (file.new, reference), message, symbol=reference.name)


def _spelling(node: ast.Call) -> tuple[str, CallShape]:
    """What is called, and with how many arguments of which names: what these are makes no call fit."""
    return ast.unparse(node.func), shape_of(node)


def _unfit(
    view: GraphView, calls: Sequence[_Call], path: WorkspacePath, text: Text
) -> Iterator[tuple[ast.Call, Reference, str]]:
    nodes = _nodes(text)
    meanings, bound = _imported(nodes), _bound(nodes)
    for node, span in calls:
        written = ast.unparse(node.func)
        head, _, rest = written.partition(".")
        parameters, only_missing = None, False
        if head in meanings and bound[head] == 1:
            full = f"{meanings[head]}.{rest}" if rest else meanings[head]
            if view.module(path, full.partition(".")[0]) is None:
                parameters = packages_of(view, path.root).function(full) or compiled_function(full)
                # Another Python than this one may give its functions further parameters.
                only_missing = full.partition(".")[0] in sys.stdlib_module_names
        elif not rest and written in _BUILT_IN and not bound[written] and hasattr(builtins, written):
            parameters = _built_in(written)
        reason = mismatch(parameters, shape_of(node)) if parameters is not None else None
        if reason is not None and (not only_missing or reason.startswith("requires")):
            yield node, Reference(name=written, span=span, kind=ReferenceKind.CALL), reason


def _new_calls(file: TouchedFile, text: Text) -> list[_Call]:
    """Calls of what has a name, on lines that are new or changed; none in a module that does not parse.

    What holds no such line is not looked into: most edits write no call, and a walk of all nodes takes ten times as
    long as the parsing.
    """
    found: list[_Call] = []
    try:
        for tree, lines in parsed_pieces(text.data):
            waiting: list[ast.AST] = [tree]
            while waiting:
                node = waiting.pop()
                waiting += (each for each in ast.iter_child_nodes(node) if _may_be_new(file, text, each, lines))
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                    end = offset_of(text, (node.func.end_lineno or node.lineno) + lines, node.func.end_col_offset or 0)
                    span = Span(offset_of(text, node.lineno + lines, node.col_offset), end)
                    if file.is_new(span) or end in file.called_around:
                        found.append((node, span))
    except (SyntaxError, ValueError, RecursionError):
        return []
    return sorted(found, key=lambda call: call[1].start)


def _may_be_new(file: TouchedFile, text: Text, node: ast.AST, lines: int) -> bool:
    """Whether a node has lines that are new, changed or gone, or nothing tells which lines it has."""
    if not isinstance(node, ast.stmt | ast.expr):
        return True
    first = node.lineno
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        first = min([first, *(each.lineno for each in node.decorator_list)])
    last = text.line_span((node.end_lineno or node.lineno) + lines - 1).end
    start = offset_of(text, first + lines, 0)
    return file.is_new(Span(start, last)) or any(start < end <= last for end in file.called_around)


def _built_in(name: str) -> Parameters:
    least, most = _BUILT_IN[name]
    kind = ParameterKind.POSITIONAL_ONLY
    return tuple(Parameter(name=f"argument {at + 1}", kind=kind, has_default=at >= least) for at in range(most))


def _nodes(text: Text) -> list[_Node]:
    """All nodes of a module; none of one that does not parse."""
    try:
        return [(node, lines) for tree, lines in parsed_pieces(text.data) for node in ast.walk(tree)]
    except (SyntaxError, ValueError, RecursionError):
        return []


def _imported(nodes: Sequence[_Node]) -> dict[str, str]:
    """The full names of what a file imports from elsewhere than its own package."""
    found: dict[str, str] = {}
    for node, _ in nodes:
        if isinstance(node, ast.Import):
            found |= {each.asname or each.name.partition(".")[0]: _whole(each) for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    return found


def _whole(alias: ast.alias) -> str:
    return alias.name if alias.asname else alias.name.partition(".")[0]


def _bound(nodes: Sequence[_Node]) -> Counter[str]:
    """How often each name is bound anywhere in a file, in whatever scope."""
    found: Counter[str] = Counter()
    for node, _ in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found[name] += 1
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found[name] += 1
            case ast.ClassDef(name=name) | ast.MatchAs(name=str(name)) | ast.ExceptHandler(name=str(name)):
                found[name] += 1
            case ast.alias(name=name, asname=other):
                found[other or name.partition(".")[0]] += 1
            case _:
                pass
    return found
