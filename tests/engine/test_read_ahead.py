"""Words of the workspace are read behind the user's back, kept between two runs, and never in the way."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from sightline.base.text import Text
from sightline.config.load import load_settings
from sightline.config.locations import locations
from sightline.context import lexical
from sightline.context.file_terms import FileTerms, file_terms
from sightline.engine.engine import Engine
from sightline.engine.opening import EngineOptions, open_engine
from sightline.graph.raw_facts import DefinitionRow
from support.patience import PATIENCE
from support.shop import shop_system, write_workspace

MANY = 60


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Text]:
    """The texts whose words are read."""
    seen: list[Text] = []

    def noting(text: Text, definitions: tuple[DefinitionRow, ...], *, settled: bool = True) -> FileTerms:
        seen.append(text)
        return file_terms(text, definitions, settled=settled)

    monkeypatch.setattr(lexical, "file_terms", noting)
    return seen


async def opened(folder: Path, *, live: bool) -> Engine:
    root = folder / "work"
    if not root.exists():
        write_workspace(root)
        for number in range(MANY):
            (root / f"parcel_{number}.py").write_text(f"def ship_{number}(cart):\n    return cart\n", "utf-8")
    system = shop_system(folder)
    where, roots = locations(system), (str(root.resolve()),)
    loaded = load_settings(system, where, roots)
    engine = await open_engine(
        EngineOptions(
            roots=roots, system=system, settings=loaded.settings, where=where, trusts=lambda _: False, live=live
        )
    )
    await engine.start()
    return engine


async def test_a_session_reads_words_before_anybody_asks(tmp_path: Path, reads: list[Text]) -> None:
    engine = await opened(tmp_path, live=True)
    await engine.words_read()
    assert len(reads) == len(engine.view.paths()) > MANY
    await engine.close()


async def test_a_command_reads_no_words_that_it_does_not_need(tmp_path: Path, reads: list[Text]) -> None:
    engine = await opened(tmp_path, live=False)
    await engine.words_read()
    await engine.close()
    assert reads == []


async def test_files_that_change_on_disk_are_read_ahead_too(tmp_path: Path, reads: list[Text]) -> None:
    engine = await opened(tmp_path, live=True)
    await engine.words_read()
    reads.clear()
    new = tmp_path / "work" / "levy.py"
    new.write_text("def levy(zone): ...\n", "utf-8")
    path = engine.workspace_path(str(new.resolve()))
    assert path is not None
    await engine.files_changed((path,))
    await engine.words_read()
    assert [str(text) for text in reads] == ["def levy(zone): ...\n"]
    await engine.close()


async def test_closing_does_not_wait_for_words(
    tmp_path: Path, reads: list[Text], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical, "PAUSE_SECONDS", 1000.0)
    engine = await opened(tmp_path, live=True)
    await asyncio.wait_for(engine.close(), PATIENCE)
    assert len(reads) < MANY


async def test_the_next_session_takes_over_the_words(tmp_path: Path, reads: list[Text]) -> None:
    engine = await opened(tmp_path, live=True)
    await engine.words_read()
    await engine.close()
    reads.clear()
    engine = await opened(tmp_path, live=True)
    await engine.words_read()
    await engine.close()
    assert reads == []
