"""What is told of the user's models: here what their servers hold, whose doing that is, and that nothing is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.base.database import open_cache
from sightline.base.memory_system import memory_system
from sightline.cli.model_reports import LoadedJson
from sightline.cli.surveying import say_held
from sightline.config.settings import Settings
from sightline.engine.model import model_set
from sightline.engine.model_survey import survey
from sightline.models import leases
from sightline.models.gateway import Gateway, ModelStores
from sightline.models.leases import LeaseBook, SharedModels
from sightline.models.provider import ModelLoading
from sightline.models.residency import Residency, ResidencyPolicy
from support.fake_ollama import fake_ollama


async def test_what_a_server_holds_is_told_with_whose_it_is(tmp_path: Path) -> None:
    system = memory_system()
    book = LeaseBook(open_cache(f"{tmp_path}/l.sqlite3", version=leases.VERSION, schema=leases.SCHEMA), system.clock)
    policy = ResidencyPolicy(persistent=frozenset({"tiny"}))
    async with fake_ollama() as ollama:
        models = model_set(
            Settings.model_validate({"model": {"name": "ollama:tiny", "base_url": ollama.server.base_url}}), {}
        )
        gateway = Gateway(system, ModelStores)
        provider = await gateway.provider(models.members["model"])
        assert isinstance(provider, ModelLoading)
        await provider.load("other")  # by somebody else
        ollama.graphics_memory = ollama.used() + 1_000
        residency = Residency(provider, policy, system.clock, SharedModels(book, ollama.server.root))
        await residency.place("tiny")
        loads = len(ollama.loads)
        (report,) = await survey(models, gateway, kept=book.kept(), residency=policy)
        await gateway.close()
    held = {row.model.name: row for row in report.loaded}
    assert (held["tiny:latest"].ours, held["tiny:latest"].persistent) == (True, True)
    assert held["tiny:latest"].idle_seconds is not None
    assert (held["other:latest"].ours, held["other:latest"].idle_seconds) == (False, None)
    assert "no room on the graphics card" in held["tiny:latest"].warning
    assert not held["other:latest"].warning
    assert len(ollama.loads) == loads
    book.close()


def test_a_person_is_told_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    row = LoadedJson(name="tiny", window=4096, size=1, graphics_size=1)
    mine = row.model_copy(update={"ours": True, "idle_seconds": 12.4, "persistent": True, "warning": "It is slow."})
    say_held([row, mine], "  ")
    assert capsys.readouterr().out.splitlines() == [
        "  holds tiny, 4,096 tokens",
        "  holds tiny, 4,096 tokens, loaded by Sightline, asked 12 s ago, persistent",
        "      It is slow.",
    ]
