"""The mark by which our prompts leave lines out is never taken for code when a model copies it into an edit."""

from __future__ import annotations

from sightline.base.memory_system import memory_system
from sightline.base.paths import WorkspacePath
from sightline.edits.apply import apply_proposal
from sightline.edits.parse import parse_reply
from sightline.workspace.files import WorkspaceView
from support.shop import CART, block


def test_a_copied_mark_refuses_the_edit() -> None:
    path = WorkspacePath("/work", "shop/cart.py")
    system = memory_system({path.absolute: CART})
    view = WorkspaceView(revision=1, roots=("/work",), system=system, known={path}, overlay={})
    for search, replacement in (
        ("def total(prices, rate):", "⋮ lines 1-3 left out\ndef total(prices, rate, currency):"),
        ("⋮ lines 1-3 left out\ndef total(prices, rate):", "⋮ lines 1-3 left out\ndef total(prices):"),
    ):
        proposal = parse_reply(block("shop/cart.py", search, replacement))
        applied = apply_proposal(proposal, view, "/work", lambda _: None)
        assert applied.changes.is_empty
        assert applied.unmatched or proposal.problems
