"""Imports through links to files lead to the file behind the link, as compilers read it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from sightline.base.paths import WorkspacePath
from sightline.base.system import real_system
from sightline.graph.live import LiveGraph
from sightline.workspace.live import LiveWorkspace

MANIFEST = '[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n'
CASES = {
    "rust": (
        {
            "one/Cargo.toml": MANIFEST.format(name="one"),
            "one/src/lib.rs": "pub mod helper;\n",
            "one/src/helper.rs": "pub fn help() {}\n",
            "two/Cargo.toml": MANIFEST.format(name="two"),
            "two/src/lib.rs": "mod helper;\npub mod user;\n",
            "two/src/user.rs": "use crate::helper::help;\npub fn f() { help(); }\n",
        },
        "two/src/helper.rs",
        "one/src/helper.rs",
        ["one/src/lib.rs", "two/src/lib.rs", "two/src/user.rs"],
    ),
    "python": (
        {"shared/names.py": "def name(): ...\n", "app/main.py": "from app.names import name\n"},
        "app/names.py",
        "shared/names.py",
        ["app/main.py"],
    ),
    "package": (
        {"shared/names.py": "def name(): ...\n", "app/__init__.py": "", "app/use.py": "from .names import name\n"},
        "app/names.py",
        "shared/names.py",
        ["app/use.py"],
    ),
    "typescript": (
        {"shared/names.ts": "export const name = 1;\n", "app/main.ts": "import { name } from './names';\n"},
        "app/names.ts",
        "shared/names.ts",
        ["app/main.ts"],
    ),
    "configuration": (
        {
            "shared/tsconfig.json": '{"compilerOptions": {"paths": {"~/*": ["./source/*"]}}}',
            "app/source/names.ts": "export const name = 1;\n",
            "app/main.ts": "import { name } from '~/names';\n",
        },
        "app/tsconfig.json",
        "app/source/names.ts",
        ["app/main.ts"],
    ),
    "c": (
        {"shared/names.h": "int name(void);\n", "app/main.c": '#include "names.h"\n'},
        "app/names.h",
        "shared/names.h",
        ["app/main.c"],
    ),
}


@pytest.mark.parametrize("name", sorted(CASES))
async def test_each_language_reads_through_a_link(tmp_path: Path, name: str) -> None:
    files, link, behind, importers = CASES[name]
    _write(tmp_path, files)
    _link(tmp_path, link, "shared/tsconfig.json" if name == "configuration" else behind)
    session = await _Session.start(tmp_path)
    assert session.importers(behind) == importers
    assert WorkspacePath(str(tmp_path), link) not in session.workspace.view.paths()


async def test_a_link_out_of_the_workspace_is_not_read(tmp_path: Path) -> None:
    inside = tmp_path / "w"
    _write(tmp_path, {"secret/names.ts": "export const name = 1;\n", "w/main.ts": "import { name } from './names';\n"})
    _link(tmp_path, "w/names.ts", "secret/names.ts")
    session = await _Session.start(inside)
    assert session.workspace.view.links == {}
    link = WorkspacePath(str(inside), "names.ts")
    assert session.workspace.view.skipped[link] == "outside_root"
    assert [edge.target for edge in session.graph.view.dependencies(WorkspacePath(str(inside), "main.ts"))] == [link]
    assert session.graph.view.symbols(link) == ()


async def test_links_that_come_turn_and_go_are_followed(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "one/names.ts": "export const name = 1;\n",
            "two/names.ts": "export const name = 2;\n",
            "app/main.ts": "import { name } from './names';\nname;\n",
        },
    )
    session = await _Session.start(tmp_path)
    assert (session.importers("one/names.ts"), session.importers("two/names.ts")) == ([], [])
    _link(tmp_path, "app/names.ts", "one/names.ts")
    await session.refresh("app/names.ts")
    assert (session.importers("one/names.ts"), session.importers("two/names.ts")) == (["app/main.ts"], [])
    assert session.uses("one/names.ts::name") == ["app/main.ts:1", "app/main.ts:2"]
    _link(tmp_path, "app/names.ts", "two/names.ts")
    await session.refresh("app/names.ts")
    assert (session.importers("one/names.ts"), session.importers("two/names.ts")) == ([], ["app/main.ts"])
    (tmp_path / "two/names.ts").unlink()
    await session.refresh("two/names.ts")
    assert session.importers("one/names.ts") == []
    _write(tmp_path, {"two/names.ts": "export const name = 3;\n"})
    await session.refresh("two/names.ts")
    assert session.importers("two/names.ts") == ["app/main.ts"]
    (tmp_path / "app/names.ts").unlink()
    await session.refresh("app/names.ts")
    assert session.importers("two/names.ts") == []
    _write(tmp_path, {"app/names.ts": "export const name = 4;\n"})
    await session.refresh("app/names.ts")
    assert session.importers("app/names.ts") == ["app/main.ts"]


async def test_a_warm_start_sees_where_links_lead_now(tmp_path: Path) -> None:
    root, store = tmp_path / "w", tmp_path / "graph.sqlite"
    _write(root, {"one/names.ts": "export const name = 1;\n", "two/names.ts": "export const name = 2;\n"})
    _write(root, {"app/main.ts": "import { name } from './names';\n"})
    for name in ("one", "two"):
        _link(root, "app/names.ts", f"{name}/names.ts")
        session = await _Session.start(root, store)
        assert session.importers(f"{name}/names.ts") == ["app/main.ts"]
        await session.graph.close()


def _write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def _link(root: Path, link: str, target: str) -> None:
    (root / link).unlink(missing_ok=True)
    (root / link).symlink_to(os.path.relpath(root / target, (root / link).parent))


class _Session:
    """A workspace on disk and its graph."""

    def __init__(self, root: Path, store: Path) -> None:
        system = real_system()
        self.root = str(root)
        self.workspace = LiveWorkspace(system, (self.root,))
        self.graph = LiveGraph(system, str(store))

    @classmethod
    async def start(cls, root: Path, store: Path | None = None) -> _Session:
        """A session after its first index."""
        session = cls(root, store or root.parent / f"{root.name}.sqlite")
        await session.graph.build(await session.workspace.scan(), session.workspace.view)
        return session

    async def refresh(self, name: str) -> None:
        """What the editor's watcher says of one path."""
        change = await self.workspace.refresh((WorkspacePath(self.root, name),))
        await self.graph.refresh(self.workspace.view, change)

    def importers(self, name: str) -> list[str]:
        """Files that import a file."""
        found = self.graph.view.importers(WorkspacePath(self.root, name))
        return sorted({each.source.relative for each in found})

    def uses(self, text: str) -> list[str]:
        """Uses of a symbol as ``path:line``."""
        (symbol,) = self.graph.view.lookup(text)
        return [f"{place.path}:{place.line}" for place in self.graph.view.references(symbol).places]
