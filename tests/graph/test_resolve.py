"""Where the imports of a file lead."""

from __future__ import annotations

from sightline.graph.view import GraphView
from support.graphs import graph_of, path


def targets(graph: GraphView, file: str) -> list[str]:
    """The files that ``file`` imports."""
    return [edge.target.relative for edge in graph.dependencies(path(file))]


def test_a_submodule_that_its_package_imports_too_needs_nothing_of_the_package() -> None:
    graph = graph_of(
        {
            "a/pkg/__init__.py": """
                from . import near
                from a.pkg import named
                from .other import shown
                from . import far as distant
            """,
            "a/pkg/near.py": "",
            "a/pkg/named.py": "",
            "a/pkg/other.py": "shown = 1\n",
            "a/pkg/shown.py": "",
            "a/pkg/far.py": "",
            "a/pkg/distant.py": "",
            "one.py": "from a.pkg import near\n",
            "two.py": "from a.pkg import named\n",
            "three.py": "from a.pkg import shown\n",
            "four.py": "from a.pkg import distant\n",
        }
    )
    assert targets(graph, "one.py") == ["a/pkg/near.py"]
    assert targets(graph, "two.py") == ["a/pkg/named.py"]
    # What the package binds to something else is the package's, whatever lies beside it.
    assert targets(graph, "three.py") == ["a/pkg/__init__.py", "a/pkg/shown.py"]
    assert targets(graph, "four.py") == ["a/pkg/__init__.py", "a/pkg/distant.py"]
