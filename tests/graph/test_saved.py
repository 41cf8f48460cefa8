"""A saved segment is adopted when it fits, and nothing worse than a rebuild happens when it does not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sightline.graph.advance import advance
from sightline.graph.codec import PackedFacts
from sightline.graph.indexing import Collected, first_state, parse_from_disk
from sightline.graph.layouts import Layouts, build_layouts
from sightline.graph.saved import FEW_CHANGED, adopted, layouts_key, pack_segment
from sightline.graph.slices import at_once
from sightline.graph.state import FileTable
from sightline.workspace.files import WorkspaceView
from support.graphs import path, workspace_of

FILES = {"pkg/__init__.py": "from .a import f\n", "pkg/a.py": "def f(): pass\n", "use.py": "from pkg import f\nf()\n"}


def _collected(workspace: WorkspaceView) -> Collected:
    found = Collected()
    for each in workspace.paths():
        found.facts[each] = PackedFacts(parse_from_disk(workspace.system, each).blob)
    return found


def _saved(workspace: WorkspaceView) -> tuple[bytes, Layouts]:
    layouts = build_layouts(workspace)
    state = at_once(first_state(FileTable(), layouts, _collected(workspace)))
    return b"".join(pack_segment(state.segments[0], state.table, layouts)), layouts


def test_an_unchanged_workspace_is_adopted_whole() -> None:
    workspace = workspace_of(FILES)
    data, layouts = _saved(workspace)
    adoption = adopted(data, layouts, _collected(workspace))
    assert adoption is not None
    assert adoption.changes == {}
    target = adoption.state.table.id_of(path("pkg/a.py"))
    source = adoption.state.table.id_of(path("pkg/__init__.py"))
    assert target is not None
    assert adoption.state.importers(target) == [source]
    assert adoption.state.defining("f") == [target]


def test_only_what_changed_is_laid_over_it() -> None:
    data, layouts = _saved(workspace_of(FILES))
    later = workspace_of({"pkg/__init__.py": FILES["pkg/__init__.py"], "use.py": "import pkg\n", "new.py": "x = 1\n"})
    adoption = adopted(data, layouts, _collected(later))
    assert adoption is not None
    assert sorted(map(str, adoption.touched)) == ["new.py", "pkg/a.py", "use.py"]
    gone = adoption.state.table.id_of(path("pkg/a.py"))
    assert [file for file, hot in adoption.changes.items() if hot is None] == [gone]


def test_another_layout_is_refused() -> None:
    data, layouts = _saved(workspace_of(FILES))
    other = build_layouts(workspace_of({**FILES, "pkg/deeper/__init__.py": ""}))
    assert layouts_key(other) != layouts_key(layouts)
    assert adopted(data, other, _collected(workspace_of(FILES))) is None


def test_a_segment_that_mostly_changed_is_refused() -> None:
    many = {f"m{number}.py": f"x = {number}\n" for number in range(FEW_CHANGED + 1)}
    data, layouts = _saved(workspace_of(many))
    changed = workspace_of({name: text + "y = 1\n" for name, text in many.items()})
    assert adopted(data, layouts, _collected(changed)) is None


@given(st.data())
def test_damaged_bytes_are_refused(data: st.DataObject) -> None:
    workspace = workspace_of(FILES)
    saved, layouts = _saved(workspace)
    at = data.draw(st.integers(0, len(saved) - 1))
    flipped = saved[:at] + bytes([saved[at] ^ data.draw(st.integers(1, 255))]) + saved[at + 1 :]
    assert adopted(saved, layouts, _collected(workspace)) is not None
    for damaged in (saved[:at], flipped, saved + b"x"):
        assert adopted(damaged, layouts, _collected(workspace)) is None


def test_no_bytes_are_no_segment() -> None:
    workspace = workspace_of(FILES)
    assert adopted(b"", build_layouts(workspace), _collected(workspace)) is None


def test_importers_of_a_package_that_changed_between_runs_are_resolved_again() -> None:
    before = {"pkg/__init__.py": "from pkg import f\n", "pkg/f.py": "from pkg import f\n"}
    data, layouts = _saved(workspace_of(before))
    later = workspace_of({**before, "pkg/__init__.py": "\n"})
    adoption = adopted(data, layouts, _collected(later))
    assert adoption is not None
    state, _ = at_once(advance(adoption.state, layouts, later, adoption.changes, adoption.touched))
    fresh = at_once(first_state(FileTable(), layouts, _collected(later)))
    for name in before:
        file, other = state.table.id_of(path(name)), fresh.table.id_of(path(name))
        assert file is not None
        assert other is not None
        found = {(str(state.table.path_of(edge.target)), edge.line) for edge in state.edges(file)}
        assert found == {(str(fresh.table.path_of(edge.target)), edge.line) for edge in fresh.edges(other)}
