"""C#'s import rules: namespaces, types in them, global usings of a project."""

from __future__ import annotations

from sightline.languages.csharp_imports import CSHARP_IMPORTS, csharp_layout, own_project
from sightline.languages.resolver import ImportRequest, ProjectLayout, candidates
from support.graphs import graph_of, path

_TEXTS = {
    "src/App/App.csproj": '<Project><ItemGroup><Using Include="Shop.Core" /></ItemGroup></Project>',
    "src/App/Properties/GlobalUsings.cs": "global using Shop.Events;\nglobal using static System.Math;\n",
    "src/App/Cart.cs": "",
    "tests/Tests.csproj": "<Project/>",
}


def test_global_usings_hold_for_their_project() -> None:
    layout = csharp_layout(_TEXTS, _TEXTS.get)
    assert layout.projects == ("src/App", "tests")
    assert layout.usings == (("src/App", "Shop.Core"), ("src/App", "Shop.Events"))
    assert own_project("src/App/Deep/A.cs", layout.projects) == "src/App"
    assert CSHARP_IMPORTS.outer("src/App/Cart.cs", "Shop.Carts.Small", layout) == (
        "Shop.Carts",
        "Shop",
        "Shop.Core",
        "Shop.Events",
    )
    assert CSHARP_IMPORTS.outer("tests/A.cs", "Shop", layout) == ()


def test_a_using_names_a_namespace_or_a_type_in_one() -> None:
    found = candidates("A.cs", ImportRequest(module="Shop.Carts"), ProjectLayout())
    assert [(each.namespace, each.name) for each in found] == [("Shop.Carts", ""), ("Shop", "Carts")]


def test_edges_by_namespace_global_using_and_what_is_around() -> None:
    graph = graph_of(
        {
            "App.csproj": "<Project/>",
            "GlobalUsings.cs": "global using Shop.Events;\n",
            "Event.cs": "namespace Shop.Events;\npublic class Added {}\npublic class Removed {}\n",
            "Unused.cs": "namespace Shop.Events;\npublic class Unused {}\n",
            "Base.cs": "namespace Shop\n{\n    public abstract class Thing {}\n}\n",
            "Tax.cs": "namespace Laws;\npublic static class Tax {}\n",
            "Cart.cs": """
                using Laws;
                namespace Shop.Carts;
                public class Cart : Thing { Added last = new Added(); int t = Tax.Of(1); }
            """,
        }
    )
    assert [edge.target.relative for edge in graph.dependencies(path("Cart.cs"))] == ["Base.cs", "Event.cs", "Tax.cs"]
    assert graph.dependencies(path("GlobalUsings.cs")) == ()
