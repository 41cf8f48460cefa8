"""Calls that tests make to see them fail: inside ``with pytest.raises(…)`` and the like."""

from __future__ import annotations

import ast

from sightline.base.text import Text
from sightline.checks.check import Certainty, Finding
from sightline.checks.language import is_python
from sightline.checks.matching import Matching, Use
from sightline.checks.python_pieces import parsed_pieces, remembered
from sightline.graph.answers import Symbol

#: Context managers that wait for an exception, of pytest, unittest and Django; and those that let it pass.
_WAITING = frozenset({"raises", "assertRaises", "assertRaisesMessage", "assertRaisesRegex", "suppress"})


def is_expected_to_fail(text: Text | None, use: Use) -> bool:
    """Whether a use stands where an exception is waited for. ``text`` is that of its file."""
    path, reference = use
    if text is None or not is_python(path):
        return False
    line = text.line_of(reference.span.start) + 1
    return any(first <= line <= last for first, last in _waiting(text.data))


def finding_at_call(
    matching: Matching, use: Use, message: str, *, symbol: str, is_certain: bool = True, defined: Symbol | None = None
) -> Finding:
    """A finding of the breakage check at a call; no more than possible where its failure is waited for.

    ``symbol`` is what the finding is about, ``defined`` the definition in the graph after that it speaks of.
    """
    certain = is_certain and not is_expected_to_fail(matching.text_after(use[0]), use)
    return matching.finding(
        use,
        message,
        certainty=Certainty.CERTAIN if certain else Certainty.POSSIBLE,
        symbol=symbol,
        related=(matching.definition_place(defined, "its definition"),) if defined is not None else (),
    )


@remembered(64)
def _waiting(source: bytes) -> tuple[tuple[int, int], ...]:
    """First and last line of the bodies of all such statements."""
    if not any(name.encode() in source for name in _WAITING):
        return ()
    found: list[tuple[int, int]] = []
    try:
        for tree, lines in parsed_pieces(source):
            found += (
                (node.body[0].lineno + lines, (node.body[-1].end_lineno or 0) + lines)
                for node in ast.walk(tree)
                if isinstance(node, ast.With | ast.AsyncWith)
                and any(_is_waiting(item.context_expr) for item in node.items)
            )
    except (SyntaxError, ValueError, RecursionError):
        return ()
    return tuple(found)


def _is_waiting(manager: ast.expr) -> bool:
    return isinstance(manager, ast.Call) and ast.unparse(manager.func).rpartition(".")[2] in _WAITING
