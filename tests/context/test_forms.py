"""In which form a piece is shown when it is too large: ranges around what matters, a signature, one line."""

from __future__ import annotations

import re

import pytest

from sightline.base.text import Span
from sightline.context.pack import ContextPack
from sightline.context.render import Form
from sightline.edits.elision import elided_lines
from support.contexts import context_of, shown_of
from support.graphs import graph_of, path

STEPS = "".join(f"        step_{n}(request)\n" for n in range(200))
GIANT = (
    "class Shop:\n"
    "    def handle_order(\n        self,\n        request,\n    ):\n"
    f"{STEPS}        cookie = request.cookie('session')\n{STEPS}        return request\n"
)
NOTES = "import os\n" + "".join(f"def note_{n}():\n    return {n}\n\n\n" for n in range(30))
VIEW = graph_of({"shop/giant.py": GIANT, "shop/notes.py": NOTES, "shop/session.py": "def session():\n    return 1\n"})
COOKIE = 206


def lines_of(pack: ContextPack, file: str) -> set[int]:
    return {
        line
        for piece in pack.slices
        if piece.path == path(file) and piece.form is not Form.OUTLINE
        for line in range(piece.first, piece.last + 1)
    }


def test_a_giant_named_in_passing_shows_its_signature_and_the_lines_with_the_words() -> None:
    pack = context_of(VIEW, "fix handle_order: the session cookie is lost", budget=400)
    shown = lines_of(pack, "shop/giant.py")
    assert {1, 2, 3, 4, 5, COOKIE} <= shown
    assert 100 not in shown
    assert {piece.name for piece in pack.slices if piece.first > 1} == {"Shop.handle_order"}
    assert re.search(r"(?m)^⋮ lines \d+-\d+ left out$", pack.text)


def test_a_giant_is_cut_around_the_cursor() -> None:
    text = VIEW.workspace.read(path("shop/giant.py")).text
    cursor = text.line_starts[299]
    pack = context_of(VIEW, "what is this", budget=300, focus=(path("shop/giant.py"), Span(cursor, cursor)))
    assert {2, 298, 300, 302} <= lines_of(pack, "shop/giant.py")


def test_a_giant_is_cut_around_the_line_of_a_diagnostic() -> None:
    pack = context_of(VIEW, "fix it", budget=300, diagnostics=("shop/giant.py:350: `request` may be unbound",))
    assert {2, 348, 350, 352} <= lines_of(pack, "shop/giant.py")


@pytest.mark.parametrize("budget", [24, 40, 80, 160, 320, 1000])
def test_what_the_user_points_at_is_shown_in_some_form_however_small_the_budget(budget: int) -> None:
    pack = context_of(VIEW, "Change `Shop.handle_order`", budget=budget)
    assert pack.tokens <= budget
    assert 2 in lines_of(pack, "shop/giant.py")


def test_the_first_thing_pointed_at_leaves_room_for_the_last() -> None:
    named = " and ".join(f"`note_{n}`" for n in range(12))
    pack = context_of(VIEW, f"Merge `Shop.handle_order`, {named} and `session`", budget=220)
    assert 2 in lines_of(pack, "shop/giant.py")
    assert 1 in lines_of(pack, "shop/session.py")
    assert {piece.name for piece in pack.slices} >= {f"note_{n}" for n in range(12)}


def test_a_file_that_is_pointed_at_is_shown_in_some_form() -> None:
    files = {f"shop/rival_{n}.py": "def rival(parcel):\n    return parcel\n" * 12 for n in range(6)}
    view = graph_of({**files, "shop/quiet.py": "LIMIT = 3\n"})
    pack = context_of(view, "parcel rival in @shop/quiet.py", budget=120)
    assert shown_of(pack, "shop/quiet.py")


def test_the_reason_says_when_there_was_no_room() -> None:
    pack = context_of(VIEW, "Change `Shop.handle_order`", budget=30)
    piece = next(piece for piece in pack.slices if piece.name == "Shop.handle_order")
    assert piece.reasons[-1].startswith("no room for ")


def test_no_edit_may_take_a_mark_for_code() -> None:
    pack = context_of(VIEW, "fix handle_order: the session cookie is lost", budget=400)
    marks = [line for line in pack.text.split("\n") if line.startswith("⋮")]
    assert marks
    assert elided_lines("\n".join(marks), path="shop/giant.py") == tuple(marks)
