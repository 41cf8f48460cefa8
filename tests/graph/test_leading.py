"""Uses that are more than uses of a name are found without asking files from which no imports lead there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.changes import ChangeSet, FileCreate
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.graph import lookup
from sightline.graph.answers import Confidence, Symbol
from sightline.graph.index import FileIndex
from sightline.graph.leading import Leading
from sightline.graph.references import Limit
from sightline.graph.view import MOST_PLACES, GraphView
from support.graphs import graph_of, path, symbol

KNOWN = Limit(MOST_PLACES, known=True)
SHOP = {
    "shop/__init__.py": "from shop.cart import Cart\n",
    "shop/cart.py": "class Cart:\n    def total(self): return 1\n",
    "shop/plain.py": "class Plain:\n    def total(self): return 2\n",
    "app.py": "from shop import Cart\n\ndef made() -> Cart: return Cart()\n\nmade().total()\n",
    "far.py": "from app import made\n\nmade().total()\n",
    "around.py": "import shop\n\nshop.Cart().total()\n",
    "other.py": "def guess(cart): return cart.total()\n",
    "heir.py": "import far\nfrom shop.cart import Cart\n\nclass Heir(Cart):\n    pass\n",
    "unknown.py": "from elsewhere import Cart\n\nclass Other(Cart):\n    pass\n",
}


def _known(graph: GraphView, one: Symbol) -> list[tuple[WorkspacePath, int]]:
    return [(place.path, place.line) for place in graph.references(one, limit=KNOWN).places]


def _leading(graph: GraphView, name: str) -> set[str]:
    table = graph.state.table
    file = table.id_of(path(name))
    assert file is not None
    found = Leading(graph.state).to(file)
    return {str(table.path_of(each)) for each in graph.state.files() if found[each]}


def test_known_uses_are_all_but_those_by_name() -> None:
    graph = graph_of(SHOP)
    for name in ("Cart", "Cart.total", "Plain.total", "made", "Heir"):
        one = symbol(graph, name)
        every = graph.references(one).places
        by_rules = [(each.path, each.line) for each in every if each.confidence is not Confidence.NAME_ONLY]
        assert _known(graph, one) == by_rules
    assert {str(each) for each, _ in _known(graph, symbol(graph, "Cart.total"))} == {"app.py", "far.py", "around.py"}


def test_files_that_do_not_lead_there_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = graph_of({**SHOP, **{f"word{number}.py": "def f(x): return x.total()\n" for number in range(20)}})
    seen: set[str] = set()
    found = lookup.ViewFiles.index

    def noted(files: lookup.ViewFiles, file: int) -> FileIndex | None:
        seen.add(graph.state.table.path_of(file).name)
        return found(files, file)

    total = symbol(graph, "Cart.total")
    monkeypatch.setattr(lookup.ViewFiles, "index", noted)
    graph.references(total, limit=KNOWN)
    assert "app.py" in seen
    assert not any(name.startswith("word") for name in seen)


def test_uses_by_name_beyond_are_asked_for_while_they_are_few() -> None:
    graph = graph_of(SHOP)
    total = symbol(graph, "Cart.total")
    everywhere = graph.references(total, limit=Limit(MOST_PLACES, beyond=1))
    near = graph.references(total, limit=Limit(MOST_PLACES, beyond=0))
    few, none = everywhere.places, near.places
    assert few == graph.references(total).places
    assert (everywhere.coverage.unvisited, near.coverage.unvisited) == (0, 1)
    assert not near.coverage.complete
    assert {str(place.path) for place in few} - {str(place.path) for place in none} == {"other.py"}


def test_heirs_by_name_are_left_out_where_only_known_ones_are_wanted() -> None:
    graph = graph_of(
        {**SHOP, "nested.py": "class A:\n    class Kin: pass\n\ndef f(x):\n    y = x.z\n    class B(y.Kin): pass\n"}
    )
    cart, kin = symbol(graph, "Cart"), symbol(graph, "A.Kin")
    assert [each.qualified_name for each in graph.subclasses(cart, known=True)] == ["Heir"]
    assert [each.qualified_name for each in graph.subclasses(kin)] == ["f.B"]
    assert graph.subclasses(kin, known=True) == ()


def test_an_import_that_an_edit_brings_in_leads_there_too() -> None:
    graph = graph_of(SHOP)
    one = symbol(graph, "Cart.total")
    assert path("new.py") not in {each for each, _ in _known(graph, one)}
    text = Text(b"from far import made\n\nmade().total()\n")
    forked = graph.fork(ChangeSet(creates=(FileCreate(path=path("new.py"), text=text),)))
    assert (path("new.py"), 3) in _known(forked, one)
    assert (
        forked.fork(ChangeSet(deletes=(path("new.py"),), base={path("new.py"): text.digest}))
        .references(one, limit=KNOWN)
        .places
        == graph.references(one, limit=KNOWN).places
    )


modules = st.lists(st.lists(st.integers(0, 7), max_size=3), min_size=8, max_size=8)


@given(modules, st.permutations(range(8)))
def test_no_file_that_leads_there_is_missing(imports: list[list[int]], order: list[int]) -> None:
    """Whatever was asked before, of the same state and of one made of it."""
    files = {f"m{at}.py": "".join(f"import m{each}\n" for each in found) for at, found in enumerate(imports)}
    graph = graph_of(files)
    table, leading = graph.state.table, Leading(graph.state)
    for number in order:
        file = table.id_of(path(f"m{number}.py"))
        assert file is not None
        found, waiting = {file}, [file]
        for each in waiting:
            news = [source for source in graph.state.importers(each) if source not in found]
            found.update(news)
            waiting += news
        answer = leading.to(file)
        assert all(answer[each] for each in found)
        assert leading.after(graph.state).to(file) == answer
    assert _leading(graph, f"m{order[0]}.py") >= {f"m{order[0]}.py"}
