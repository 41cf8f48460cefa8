"""Edits are merged with what was typed meanwhile beside the loop, and taken over only while nothing changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sightline.base import merge
from sightline.base.changes import ChangeSet, FileEdit
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit
from sightline.engine.engine import Engine, PreparedEdit
from sightline.features.feature import FeatureRequest
from sightline.sessions import kept_text
from support.shop import at, script, shop_engine

LINES, EDITS = 1_000, 50
LONG = Text.of("".join(f"value_{number} = {number}\n" for number in range(LINES)))


class Merging:
    """Counts the long parts of merging: on the loop, and in other threads."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.on_loop = self.beside = 0
        for module, name in ((merge, "_replacements"), (kept_text, "_place")):
            patch.setattr(module, name, self._counted(getattr(module, name)))

    def _counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any) -> Any:
            if threading.current_thread() is threading.main_thread():
                self.on_loop += 1
            else:
                self.beside += 1
            return function(*given)

        return counted


async def _long_edit(engine: Engine) -> WorkspacePath:
    """Lets an edit of fifty lines of a long open document wait under ``long``."""
    path = at(engine, "shop/long.py")
    engine.open_document(path, LONG, 1)
    await engine.caught_up()
    starts, step = LONG.line_starts, LINES // EDITS
    spans = [Span(starts[line], starts[line + 1]) for line in range(0, LINES, step)]
    edits = tuple(TextEdit(span, b"# " + LONG.data[span.start : span.end]) for span in spans)
    changes = ChangeSet(base={path: LONG.digest}, edits=(FileEdit(path=path, edits=edits),))
    await engine.propose("long", "Fifty lines", changes)
    return path


def _typed(text: Text) -> Text:
    """Something typed between two of the edits."""
    start = text.line_starts[LINES // EDITS // 2]
    return text.apply((TextEdit(Span(start, start), b"typed = 1\n"),))


def _land(engine: Engine, path: WorkspacePath, prepared: PreparedEdit, version: int) -> Text:
    (file,) = prepared.files
    assert file.after is not None
    engine.change_document(path, file.after, version)
    assert engine.applied(prepared) == ()
    return file.after


async def test_a_long_edit_is_merged_beside_the_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with shop_engine(tmp_path, script("")) as engine:
        path = await _long_edit(engine)
        engine.change_document(path, _typed(LONG), 2)
        await engine.caught_up()
        merging = Merging(monkeypatch)
        await engine.judge_again("long")
        prepared = engine.prepare("long")
        assert prepared.rebased
        assert merging.beside
        assert not merging.on_loop
        assert b"typed = 1" in _land(engine, path, prepared, 3).data


async def test_a_long_undo_is_merged_beside_the_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with shop_engine(tmp_path, script("")) as engine:
        path = await _long_edit(engine)
        landed = _land(engine, path, engine.prepare("long"), 2)
        engine.change_document(path, _typed(landed), 3)
        merging = Merging(monkeypatch)
        await engine.make_ready(engine.prepare_undo)
        undo = engine.prepare_undo()
        asked = FeatureRequest(command="undo", turn="t2", text="", root=engine.roots[0], path=None)
        await engine.run(asked, lambda _: None)
        assert engine.prepare("t2").changes == undo.changes
        assert undo.rebased
        assert merging.beside
        assert not merging.on_loop
        assert _land(engine, path, undo, 4) == _typed(LONG)


async def test_what_was_made_ready_before_something_was_typed_is_not_used(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script("")) as engine:
        path = await _long_edit(engine)
        _land(engine, path, engine.prepare("long"), 2)
        before = engine.prepare_undo()
        engine.change_document(path, _typed(engine.workspace.read(path).text), 3)
        after = engine.prepare_undo()
        assert before.files != after.files
        assert _land(engine, path, after, 4) == _typed(LONG)


async def test_a_closed_file_that_was_written_meanwhile_is_read_again(tmp_path: Path) -> None:
    """The view is the same until somebody tells of the file."""
    async with shop_engine(tmp_path, script("")) as engine:
        path = at(engine, "shop/cart.py")
        text = engine.workspace.read(path).text
        first = TextEdit(Span(0, text.line_starts[1]), b'"""Another cart."""\n')
        changes = ChangeSet(base={path: text.digest}, edits=(FileEdit(path=path, edits=(first,)),))
        await engine.propose("closed", "A line", changes)
        view = engine.workspace
        assert engine.prepare("closed").files[0].before == text
        Path(path.absolute).write_bytes(text.data + b"\n\nwritten = 1\n")
        assert engine.workspace is view
        prepared = engine.prepare("closed")
        assert prepared.rebased
        assert prepared.files[0].after is not None
        assert prepared.files[0].after.data.endswith(b"written = 1\n")
