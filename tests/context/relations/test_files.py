"""What stands beside the anchor, and what files were generated from."""

from __future__ import annotations

from sightline.context.relations.relation import RelationKind
from support.graphs import graph_of
from support.relations import found


def test_what_stands_right_before_and_after() -> None:
    text = "import os\n\n\ndef a():\n    return 1\n\n\ndef b():\n    return 2\n\n\ndef c():\n    return 3\n"
    view = graph_of({"m.py": text})
    assert found(view, "m.py:8", RelationKind.NEIGHBOUR) == ["m.py:5", "m.py:12"]
    assert found(view, "m.py:12", RelationKind.NEIGHBOUR) == ["m.py:9"]
    assert found(view, "m.py:1", RelationKind.NEIGHBOUR) == ["m.py:4"]


def test_generated_from_and_into() -> None:
    view = graph_of(
        {
            "api/kinds.go": "package api\n\nfunc Kinds() int {\n\treturn 1\n}\n",
            "api/kinds_string.go": (
                "// Code generated from kinds.go. DO NOT EDIT.\npackage api\n\nfunc Text() int {\n\treturn 1\n}\n"
            ),
        }
    )
    assert found(view, "api/kinds.go:3", RelationKind.GENERATED) == ["api/kinds_string.go:1"]
    assert found(view, "api/kinds_string.go:4", RelationKind.GENERATED) == ["api/kinds.go:1"]
