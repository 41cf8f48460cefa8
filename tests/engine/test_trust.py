"""A folder that is added to a running session is trusted, or not, for itself."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from sightline.base.errors import SightlineError
from sightline.base.system import System
from sightline.config.locations import locations
from sightline.config.trust import set_trust
from sightline.engine.gate import DiffSource
from sightline.lsp.opening import engine_maker
from sightline.lsp.options import ServerOptions
from support import shop as shop_module
from support.shop import shop_engine, shop_system


async def test_a_folder_that_is_added_takes_the_trust_of_all_until_it_goes(tmp_path: Path) -> None:
    (tmp_path / "added").mkdir()
    added = str((tmp_path / "added").resolve())
    async with shop_engine(tmp_path, trusted=True) as engine:
        own = engine.roots
        assert engine.trusted
        await engine.set_roots((*own, added))
        assert not engine.trusted
        with pytest.raises(SightlineError, match="trust"):
            await engine.check(DiffSource(staged=True))
        await engine.set_roots(own)
        assert engine.trusted


async def test_a_folder_that_the_user_trusts_may_be_added(tmp_path: Path) -> None:
    (tmp_path / "added").mkdir()
    added = str((tmp_path / "added").resolve())
    async with shop_engine(tmp_path, trusted=True) as engine:
        await engine.vouch((added,))
        assert engine.trusted
        await engine.set_roots((*engine.roots, added))
        assert engine.trusted


async def test_nothing_runs_while_folders_change(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, trusted=True) as engine:
        own = engine.roots
        with pytest.raises(SightlineError):
            await engine.set_roots((*own, str(tmp_path / "missing")))
        assert engine.roots == own
        assert engine.trusted


async def test_programs_in_a_folder_that_is_added_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "added" / "bin"
    programs.mkdir(parents=True)
    (programs / "git").write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\nexit 1\n")
    (programs / "git").chmod(0o755)
    added = str((tmp_path / "added").resolve())

    def with_programs(folder: Path, replies: str = "") -> System:
        system = shop_system(folder, replies)
        environment = {**system.environment, "PATH": f"{programs}{os.pathsep}{system.environment['PATH']}"}
        return replace(system, environment=environment, processes=system.processes.on_path(environment["PATH"]))

    monkeypatch.setattr(shop_module, "shop_system", with_programs)
    async with shop_engine(tmp_path, trusted=True) as engine:
        subprocess.run(["git", "init", "-q", engine.roots[0]], check=True)
        await engine.vouch((added,))
        await engine.set_roots((*engine.roots, added))
        assert engine.trusted
        with suppress(SightlineError):
            await engine.check(DiffSource(staged=True))
        assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("word", "own", "other"),
    [(True, True, False), (False, False, False), (None, False, False)],
    ids=["the editor trusts", "the editor does not", "the editor has no word"],
)
async def test_the_editors_word_is_of_the_folders_it_was_given_for(
    tmp_path: Path, *, word: bool | None, own: bool, other: bool
) -> None:
    for name in ("own", "other", "told"):
        (tmp_path / name).mkdir()
    first, second, told = (str((tmp_path / name).resolve()) for name in ("own", "other", "told"))
    system = shop_system(tmp_path)
    set_trust(system, locations(system), told)
    vouched = (first,) if word else ()
    engine = await engine_maker(system)(ServerOptions(roots=(first,), trusted=word, vouched=vouched))
    try:
        assert engine.trusted is own
        await engine.set_roots((first, second))
        assert engine.trusted is other
        await engine.set_roots((first, told))
        assert engine.trusted is own
        await engine.set_roots((told,))
        assert engine.trusted is (word is not False)
    finally:
        await engine.close()
