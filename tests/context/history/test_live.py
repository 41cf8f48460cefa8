"""The history of real repositories: read, kept up to date, and absent where there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import get_ident
from typing import Any

import pytest

from sightline.base.paths import WorkspacePath
from sightline.base.real_processes import RealProcesses
from sightline.base.system import ProcessResult, System
from sightline.context.history import reading
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


async def test_what_changed_together_is_told(repository: Repository) -> None:
    repository.commit("Begin", {"a.py": "def a():\n    pass\n", "b.py": "def b():\n    pass\n", "c.py": "c = 1\n"})
    for number in range(3):
        repository.commit(f"Both {number}", {"a.py": f"def a():\n    {number}\n", "b.py": f"def b():\n    {number}\n"})
    repository.commit("One", {"c.py": "c = 2\n"})
    index = await repository.history()
    a, b = repository.path("a.py"), repository.path("b.py")
    found = index.changed_with({a: 1.0})
    assert list(found.files) == [b]
    assert found.files[b].score == pytest.approx(3 / (3 + 3) / (1 + 1 / 4))
    assert found.files[b].anchor == a
    assert found.files[b].commit.endswith(" Both 2")
    assert set(found.definitions[b]) == {"b"}
    assert set(index.changed_with({}, {Definition(a, "a"): 1.0}).definitions) == {b}
    assert index.activity(b).changes == 3


async def test_a_renamed_file_keeps_its_past_and_a_new_one_of_its_old_name_does_not(repository: Repository) -> None:
    text = "".join(f"line_{number} = {number}\n" for number in range(20))
    repository.commit("Begin", {"other.py": ""})
    repository.commit("Add tax", {"tax.py": text})
    repository.commit("Change tax", {"tax.py": text.replace("7", "77")})
    repository.git("mv", "tax.py", "rates.py")
    repository.commit("Call it rates", {})
    repository.commit("Another tax", {"tax.py": "tax = 1\n"})
    index = await repository.history()
    assert index.activity(repository.path("rates.py")).changes == 3
    assert index.activity(repository.path("tax.py")).changes == 1


async def test_names_of_any_kind(repository: Repository) -> None:
    names = ("with space.py", "ä\tö.py", 'quo"ted.py', "-dash.py", ":(top)odd.py", "back\\slash.py", "new\nline.py")
    repository.commit("Begin", dict.fromkeys(names, "def total():\n    return 1\n"))
    repository.commit("Change", dict.fromkeys(names, "def total():\n    return 2\n"))
    index = await repository.history()
    for name in names:
        assert index.activity(repository.path(name)).changes == 1, name
        assert index.activity(Definition(repository.path(name), "total")).changes == 1, name


@pytest.mark.parametrize(
    ("name", "before", "after", "changed"),
    [
        ("a.ts", "class Cart {\n    private async total(a: number) {\n        return 1\n    }\n}\n", "2", "total"),
        ("a.js", "res.send = function send(body) {\n  if (body) {\n    return 1\n  }\n}\n", "2", "send"),
        ("a.go", "package a\n\nfunc (c *Cart) Total() int {\n\treturn 1\n}\n", "2", "Total"),
        ("a.rs", "impl Cart {\n    fn total(&self) -> u8 {\n        1\n    }\n}\n", "2", "total"),
        ("A.java", "class Cart {\n    public int total(int a) {\n        return 1;\n    }\n}\n", "2", "total"),
        ("a.c", "int total(int a)\n{\n    return 1;\n}\n", "2", "total"),
        ("a.rb", "class Cart\n  def total\n    1\n  end\nend\n", "2", "total"),
        ("a.vue", "<script>\nexport default {\n  total() {\n    return 1\n  },\n}\n</script>\n", "2", "total"),
    ],
)
async def test_methods_are_named(repository: Repository, name: str, before: str, after: str, changed: str) -> None:
    repository.commit("Begin", {name: before})
    repository.commit("Change", {name: before.replace("1", after)})
    index = await repository.history()
    assert index.activity(Definition(repository.path(name), changed)).changes == 1


async def test_a_folder_of_a_repository_and_several_roots(repository: Repository) -> None:
    repository.commit("Begin", {"one/a.py": "", "two/b.py": "", "c.py": ""})
    repository.commit("Change", {"one/a.py": "a = 1\n", "two/b.py": "b = 1\n", "c.py": "c = 1\n"})
    repository.commit("Elsewhere", {"c.py": "c = 2\n"})
    one, two = str(repository.root / "one"), str(repository.root / "two")
    index = await history_of(repository.system, one, two)
    found = index.changed_with({WorkspacePath(one, "a.py"): 1.0})
    assert set(found.files) == {WorkspacePath(two, "b.py")}
    assert len(index) == 1


async def test_another_branch_a_rebase_and_a_new_commit_are_followed(repository: Repository) -> None:
    repository.commit("Begin", {"a.py": "a = 1\n"})
    repository.commit("Second", {"a.py": "a = 2\n"})
    history = CommitHistory()
    root = str(repository.root)

    async def subjects() -> list[str]:
        await history.follow(repository.system, [root])
        found = history.index.resembling(dict.fromkeys(query_terms("second third fourth side"), 1.0))
        return sorted(each.commit.partition(" ")[2] for each in found.files.values())

    assert await subjects() == ["Second"]
    repository.git("checkout", "-q", "-b", "side", "HEAD~1")
    repository.commit("Side", {"b.py": "b = 1\n"})
    assert await subjects() == ["Side"]
    repository.git("rebase", "-q", "main")
    assert await subjects() == ["Second", "Side"]
    repository.git("reset", "-q", "--hard", "HEAD~2")
    assert await subjects() == []


async def test_git_is_not_run_when_nothing_moved(repository: Repository) -> None:
    repository.commit("Begin", {"a.py": "a = 1\n"})
    repository.commit("Second", {"a.py": "a = 2\n"})
    system, runs = counting(repository.system)
    history = CommitHistory()
    await history.follow(system, [str(repository.root)])
    assert runs
    runs.clear()
    await history.follow(system, [str(repository.root)])
    assert runs == []
    repository.git("pack-refs", "--all")
    await history.follow(system, [str(repository.root)])
    assert len(history.index) == 1


async def test_only_new_commits_are_read_and_the_rest_comes_from_the_store(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit("Begin", {"a.py": "a = 1\n"})
    repository.commit("Second", {"a.py": "def a():\n    pass\n"})
    root, store = str(repository.root), LexicalStore(str(tmp_path / "commits.sqlite"))
    await history_of(repository.system, root, store=store)
    repository.commit("Third", {"a.py": "def a():\n    return\n"})
    system, runs = counting(repository.system)
    index = await history_of(system, root, store=store)
    assert index.activity(Definition(repository.path("a.py"), "a")).changes == 2
    second = repository.git("rev-parse", "HEAD~1").strip()
    assert runs
    assert not any(second in run for run in runs)
    (tmp_path / "commits.sqlite").write_bytes(b"damaged")
    assert len(await history_of(repository.system, root, store=store)) == 2


async def test_what_was_read_before_a_cancel_is_kept(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Begin", {"a.py": "a = 1\n"})
    repository.commit("Second", {"a.py": "def a():\n    pass\n"})
    threads: list[int] = []

    class Store(LexicalStore):
        def save(self, version: str, data: bytes) -> None:
            threads.append(get_ident())
            super().save(version, data)

    root, store = str(repository.root), Store(str(tmp_path / "commits.sqlite"))
    at_patches = asyncio.Event()

    class Stuck(RealProcesses):
        async def run(self, arguments: Sequence[str], **given: Any) -> ProcessResult:
            if "-U0" in arguments:
                at_patches.set()
                await asyncio.Event().wait()
            return await super().run(arguments, **given)

    history = CommitHistory(store)
    stuck = replace(repository.system, processes=Stuck(repository.system.environment))
    reading = asyncio.create_task(history.follow(stuck, [root]))
    await at_patches.wait()
    assert history.index.activity(repository.path("a.py")).changes == 1
    reading.cancel()
    await asyncio.wait([reading])
    assert reading.cancelled()
    assert len(threads) == 1
    assert get_ident() not in threads, "thousands of commits must not be packed on the event loop"
    system, runs = counting(repository.system)
    index = await history_of(system, root, store=store)
    assert not any("--raw" in run for run in runs)
    assert index.activity(Definition(repository.path("a.py"), "a")).changes == 1


async def test_a_message_too_long_to_be_read_costs_its_own_commit_alone(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "OUTPUT", 8000)
    repository.commit("Begin", {"a.py": "a = 0\n"})
    for number in range(1, 30):
        message = "Long\n\n" + "word " * 4000 if number == 11 else f"Change {number}"
        repository.commit(message, {"a.py": f"def a():\n    {number}\n"})
    index = await repository.history()
    assert index.activity(repository.path("a.py")).changes == 28
    assert index.activity(Definition(repository.path("a.py"), "a")).changes == 28


async def test_a_message_with_a_nul_is_read_as_far_as_git_shows_it(repository: Repository) -> None:
    repository.commit("Begin", {"a.py": "a = 0\n"})
    repository.commit("Second", {"a.py": "a = 1\n"})
    repository.commit("Third", {"a.py": "a = 2\n"})
    raw = repository.git("cat-file", "commit", "HEAD~1").replace("Second", "Round\0M\0tax")
    (repository.root / "raw").write_text(raw)
    odd = repository.git("hash-object", "-t", "commit", "-w", "--literally", "raw").strip()
    repository.git("replace", "HEAD~1", odd)
    found = (await repository.history()).resembling(dict.fromkeys(query_terms("round third"), 1.0))
    (likeness,) = found.files.values()
    assert found.commits == 2
    assert likeness.commit.partition(" ")[2] in ("Round", "Third")


async def test_there_is_no_history_without_commits_or_repository_or_git(repository: Repository, tmp_path: Path) -> None:
    assert len(await repository.history()) == 0
    (tmp_path / "plain").mkdir()
    assert len(await history_of(repository.system, str(tmp_path / "plain"))) == 0
    repository.commit("Begin", {"a.py": "a = 1\n"})
    repository.commit("Second", {"a.py": "a = 2\n"})
    assert len(await repository.history()) == 1
    no_git = repository.system.processes.on_path(str(tmp_path / "plain"))
    assert len(await history_of(replace(repository.system, processes=no_git), str(repository.root))) == 0
    (repository.root / ".git" / "HEAD").write_text("nonsense")
    assert len(await repository.history()) == 0


async def test_a_shallow_clone_has_the_history_it_has(repository: Repository, tmp_path: Path) -> None:
    for number in range(4):
        repository.commit(f"Change {number}", {"a.py": f"a = {number}\n"})
    git(tmp_path, repository.home, "clone", "-q", "--depth=2", f"file://{repository.root}", "shallow")
    index = await history_of(repository.system, str(tmp_path / "shallow"))
    assert index.activity(WorkspacePath(str(tmp_path / "shallow"), "a.py")).changes == 1


async def test_a_clone_without_old_contents_has_files_and_fetches_nothing(
    repository: Repository, tmp_path: Path
) -> None:
    for number in range(3):
        repository.commit(f"Change {number}", {"a.py": f"def a():\n    {number}\n", "b.py": "b = 1\n" * number})
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "partial"
    git(tmp_path, repository.home, "clone", "-q", "--filter=blob:none", f"file://{repository.root}", str(clone))
    before = git(clone, repository.home, "count-objects", "-v")
    index = await history_of(repository.system, str(clone))
    assert index.activity(WorkspacePath(str(clone), "a.py")).changes == 2
    assert git(clone, repository.home, "count-objects", "-v") == before


async def test_nothing_that_the_repository_names_is_run(repository: Repository, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{mark}'\ncat \"$1\"\n")
    program.chmod(0o755)
    repository.commit("Begin", {".gitattributes": "*.py diff=mine filter=mine\n", "a.py": "a = 1\n"})
    repository.commit("Second", {"a.py": "a = 2\n"})
    for key in ("diff.mine.textconv", "diff.mine.command", "diff.external", "filter.mine.clean", "filter.mine.smudge"):
        repository.git("config", key, str(program))
    for key in ("core.fsmonitor", "core.pager", "gpg.program"):
        repository.git("config", key, str(program))
    repository.git("config", "log.showSignature", "true")
    mark.unlink(missing_ok=True)
    assert len(await repository.history()) == 1
    assert not mark.exists()


async def test_the_users_settings_of_git_do_not_matter(repository: Repository) -> None:
    repository.commit("Begin", {"dir/a.py": "def a():\n    pass\n", "b.py": "b = 1\n"})
    repository.commit("Second", {"dir/a.py": "def a():\n    return\n"})
    settings = ("diff.noprefix=true", "diff.mnemonicPrefix=true", "diff.renames=false", "color.ui=always",
                "log.decorate=full", "diff.relative=true", "diff.interHunkContext=9", "i18n.logOutputEncoding=latin1",
                "format.pretty=oneline", "log.follow=true")  # fmt: skip
    for setting in settings:
        repository.git("config", *setting.split("=", 1))
    index = await repository.history()
    assert index.activity(Definition(repository.path("dir/a.py"), "a")).changes == 1


async def test_a_submodule_has_its_own_history(repository: Repository, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    other = Repository(inner)
    other.commit("Begin", {"a.py": "a = 1\n"})
    other.commit("Inside", {"a.py": "a = 2\n"})
    repository.commit("Begin", {"b.py": "b = 1\n"})
    repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.root), "vendor")
    repository.commit("Add the vendor", {})
    vendor = str(repository.root / "vendor")
    index = await history_of(repository.system, str(repository.root), vendor)
    assert index.activity(WorkspacePath(vendor, "a.py")).changes == 1


def counting(system: System) -> tuple[System, list[tuple[str, ...]]]:
    """``system``, and the arguments of every program it runs from now on."""
    runs: list[tuple[str, ...]] = []

    class Counting(RealProcesses):
        async def run(self, arguments: Sequence[str], **given: Any) -> ProcessResult:
            runs.append(tuple(arguments))
            return await super().run(arguments, **given)

    return replace(system, processes=Counting(system.environment)), runs
