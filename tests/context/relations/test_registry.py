"""What holds for every kind of relation."""

from __future__ import annotations

import pytest

from sightline.context.relations.registry import FINDERS, MOST, relations_of
from sightline.context.relations.relation import RelationKind
from sightline.graph.stopping import Stopped
from support.graphs import graph_of
from support.relations import anchor_at, related

MANY = graph_of(
    {
        "core.py": """
            class Base:
                def run(self, x):
                    return helper(x)


            def helper(x):
                return [
                    x]
        """,
        **{
            f"part{n}.py": (
                "from core import Base, helper\n\n\n"
                f"class Part{n}(Base):\n    def run(self, x):\n        return helper(x)\n\n\n"
                f"def use_{n}(x):\n    return Part{n}().run(x)\n"
            )
            for n in range(40)
        },
    }
)
PLACES = ["core.py:1", "core.py:2", "core.py:6", "part3.py:1", "part3.py:4", "part3.py:5", "part3.py:9"]


def test_every_kind_has_a_finder_and_a_bound() -> None:
    assert set(RelationKind) == {kind for kinds in FINDERS.values() for kind in kinds}
    assert set(RelationKind) == set(MOST)


@pytest.mark.parametrize("place", PLACES)
def test_relations_are_bounded_ordered_and_never_the_anchor_itself(place: str) -> None:
    anchor = anchor_at(MANY, place)
    index = MANY.index(anchor.path)
    assert index is not None
    own = range(index.line_of(anchor.span.start) + 1, index.line_of(anchor.span.end - 1) + 2)
    found = related(MANY, place)
    assert found == related(MANY, place)
    for kind in RelationKind:
        these = [each for each in found if each.kind is kind]
        inside = sum(each.path == anchor.path for each in these)
        assert inside <= MOST[kind][0]
        assert len(these) - inside <= MOST[kind][1]
        assert [each.weight for each in these] == sorted((each.weight for each in these), reverse=True)
        assert len({(each.path, each.line) for each in these}) == len(these)
    for each in found:
        assert 0 < each.weight <= 1
        assert each.reason
        assert each.path != anchor.path or each.line not in own
        assert each.line <= len(MANY.workspace.read(each.path).text.line_starts)


@pytest.mark.parametrize("kind", RelationKind)
def test_one_kind_alone_is_what_it_is_among_all(kind: RelationKind) -> None:
    for place in PLACES:
        alone = relations_of(MANY, anchor_at(MANY, place), kinds=(kind,))
        assert alone == tuple(each for each in related(MANY, place) if each.kind is kind)


def test_a_question_that_nobody_waits_for_ends() -> None:
    def give_up() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        relations_of(MANY, anchor_at(MANY, "core.py:6"), check=give_up)


def test_code_between_definitions_has_relations_too() -> None:
    view = graph_of(
        {
            "a.py": "from b import make\n\nLIMIT = make(3)\nOTHER = 4\n",
            "b.py": "def make(x):\n    return [\n        x]\n",
            "c.py": "import a\n\n\ndef run():\n    return make(a.LIMIT())\n",
        }
    )
    kinds = {(each.kind, str(each.path)) for each in related(view, "a.py:3")}
    assert (RelationKind.CALLEE, "b.py") in kinds
    assert (RelationKind.CALLER, "c.py") in kinds
