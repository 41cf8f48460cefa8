"""The history of real repositories: read, kept up to date, and absent where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.context.history.index import Definition, HistoryIndex
from sightline.context.history.live import CommitHistory
from sightline.context.lexical_store import LexicalStore
from sightline.context.tokens import query_terms
from support.trees import git, system_at, write_tree


class Repository:
    """A real repository in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        self.root = folder / "work"
        write_tree(self.root, {})
        self.git("init", "-q", "-b", "main")

    @property
    def system(self) -> System:
        return system_at(self.home)

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgSign=false")
        return git(self.root, self.home, *identity, *arguments)

    def commit(self, message: str, files: Mapping[str, str | bytes]) -> None:
        write_tree(self.root, files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)

    def path(self, relative: str) -> WorkspacePath:
        return WorkspacePath(str(self.root), relative)

    async def history(self) -> HistoryIndex:
        return await history_of(self.system, str(self.root))


async def history_of(system: System, *roots: str, store: LexicalStore | None = None) -> HistoryIndex:
    history = CommitHistory(store)
    await history.follow(system, roots)
    return history.index


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


CART = "class Cart:\n    def total(self):\n        return 1\n\n    def mean(self):\n        return 2\n"


async def test_a_task_like_a_past_commit_finds_what_it_changed(repository: Repository) -> None:
    repository.commit("Begin", {"cart.py": CART, "mail.py": "def send():\n    pass\n"})
    repository.commit("Round the total of a cart", {"cart.py": CART.replace("return 1", "return round(1)")})
    repository.commit("Send mail twice", {"mail.py": "def send():\n    pass; pass\n"})
    index = await repository.history()
    found = index.resembling(dict.fromkeys(query_terms("The cart's total is rounded wrongly"), 1.0))
    (path,) = found.files
    assert path == repository.path("cart.py")
    assert found.files[path].most > 0.5
    assert found.files[path].commit.endswith(" Round the total of a cart")
    assert set(found.definitions[path]) == {"total"}
    assert index.activity(Definition(path, "total")).changes == 1
    assert index.activity(Definition(path, "mean")).changes == 0
