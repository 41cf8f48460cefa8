"""Whatever happens to a small workspace, the graph equals one built from nothing, in every language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import settings

from sightline.graph import compact as compact_module
from sightline.graph import documents as documents_module
from sightline.graph import live as live_module
from sightline.graph import slices as slices_module
from sightline.languages.registry import LANGUAGES, language_of
from support.live_states import LiveStates
from support.live_worlds import WORLDS


@pytest.fixture(autouse=True, scope="module")
def small_limits() -> Iterator[None]:
    """Segments and merging happen after a handful of edits instead of hundreds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live_module, "MOST_HOT", 2)
        patch.setattr(live_module, "WORTH_SKIMMING", 1)
        patch.setattr(compact_module, "MOST_SEGMENTS", 2)
        yield


class LateStates(LiveStates):
    """The same when nothing is ever short enough to be done on the event loop, or to be parsed whole."""

    def __init__(self) -> None:
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(documents_module, "READ_AT_ONCE", -1)
        self.patch.setattr(documents_module, "SPLICED_AT_ONCE", -1)
        self.patch.setattr(documents_module, "WINDOWED", -1)
        self.patch.setattr(live_module, "SMALL_WORKSPACE", -1)
        self.patch.setattr(slices_module, "SLICE_SECONDS", 0)
        super().__init__()

    def teardown(self) -> None:
        super().teardown()
        self.patch.undo()


def _in_world(base: type[LiveStates], name: str, examples: int) -> Any:
    """The machine over a world, as a test case."""
    machine = cast("type[LiveStates]", type(f"{base.__name__}{name}", (base,), {"world": WORLDS[name]}))
    machine.TestCase.settings = settings(max_examples=examples, stateful_step_count=12, deadline=None)
    return machine.TestCase


TestPythonStates = _in_world(LiveStates, "Python", 60)
TestScriptStates = _in_world(LiveStates, "Script", 30)
TestGoStates = _in_world(LiveStates, "Go", 30)
TestJvmStates = _in_world(LiveStates, "Jvm", 30)
TestRustStates = _in_world(LiveStates, "Rust", 30)
TestCStates = _in_world(LiveStates, "C", 30)
TestNamespacesStates = _in_world(LiveStates, "Namespaces", 30)
TestLoadedStates = _in_world(LiveStates, "Loaded", 30)
TestLatePythonStates = _in_world(LateStates, "Python", 30)
TestLateScriptStates = _in_world(LateStates, "Script", 15)


def test_every_language_is_in_a_world() -> None:
    found = {language_of(name) for world in WORLDS.values() for name in world.names}
    assert found - {None} == set(LANGUAGES)
