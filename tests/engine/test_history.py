"""Past commits reach the ranking of trusted workspaces, and git is never asked in others."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.context.history.index import HistoryIndex
from sightline.engine.engine import Engine
from sightline.tasks import preparing
from sightline.tasks.result import TurnRequest
from support.shop import shop_engine, write_workspace
from support.trees import git


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[HistoryIndex]:
    """The history that each context was ranked with."""
    seen: list[HistoryIndex] = []
    build = preparing.find_ranking

    def building(*arguments: object) -> object:
        seen.extend(each for each in arguments if isinstance(each, HistoryIndex))
        return build(*arguments)  # type: ignore[arg-type]  whatever it is called with

    monkeypatch.setattr(preparing, "find_ranking", building)
    return seen


def commit_twice(folder: Path) -> None:
    root = write_workspace(folder / "work")
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgSign=false")
    git(root, folder, "init", "-q")
    git(root, folder, "add", "-A")
    git(root, folder, *identity, "commit", "-q", "-m", "Begin")
    (root / "shop" / "cart.py").write_text("def total(prices, rate):\n    return 2\n")
    git(root, folder, *identity, "commit", "-q", "-a", "-m", "Round the total")


async def ask(engine: Engine) -> None:
    request = TurnRequest(turn="1", task="Round the total", task_type="fix", root=engine.roots[0], budget=900)
    await engine.build_prompt(request)


async def test_a_trusted_workspace_is_asked_for_its_past(tmp_path: Path, given: list[HistoryIndex]) -> None:
    commit_twice(tmp_path)
    async with shop_engine(tmp_path, trusted=True) as engine:
        await ask(engine)
    assert [len(history) for history in given] == [1]


async def test_an_untrusted_workspace_is_not(tmp_path: Path, given: list[HistoryIndex]) -> None:
    commit_twice(tmp_path)
    async with shop_engine(tmp_path) as engine:
        await ask(engine)
        await engine.history_read()
    assert [len(history) for history in given] == [0]


async def test_trust_that_is_taken_away_takes_the_past_away(tmp_path: Path, given: list[HistoryIndex]) -> None:
    commit_twice(tmp_path)
    (tmp_path / "added").mkdir()
    async with shop_engine(tmp_path, trusted=True) as engine:
        await ask(engine)
        await engine.set_roots((*engine.roots, str(tmp_path / "added")))
        await ask(engine)
    assert [len(history) for history in given] == [1, 0]
