"""What the state machines of ``test_live_states.py`` found, one case each: the graph equals a fresh one afterwards."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from sightline.base.memory_system import MemoryFiles, memory_system
from sightline.base.text import Text
from sightline.graph.live import LiveGraph
from sightline.graph.view import GraphView
from sightline.workspace.live import LiveWorkspace
from support.graphs import ROOT, fresh_graph, graph_of, path
from support.live_states import check_same, exported

Files = dict[str, str]
Changes = dict[str, str | None]

CHANGED_ON_DISK: dict[str, tuple[Files, Changes]] = {
    "a file of any name that tsconfig.json extends": (
        {
            "tsconfig.json": '{"extends": "./shared/base.json"}',
            "shared/base.json": '{"compilerOptions": {"baseUrl": "..", "paths": {"@/*": ["one/*"]}}}',
            "a.ts": 'import { f } from "@/f"\n',
            "one/f.ts": "export const f = 1\n",
            "two/f.ts": "export const f = 2\n",
        },
        {"shared/base.json": '{"compilerOptions": {"baseUrl": "..", "paths": {"@/*": ["two/*"]}}}'},
    ),
    "what tsconfig.json extends appears": (
        {
            "tsconfig.json": '{"extends": "./shared/base.json"}',
            "a.ts": 'import { f } from "@/f"\n',
            "one/f.ts": "export const f = 1\n",
        },
        {"shared/base.json": '{"compilerOptions": {"baseUrl": "..", "paths": {"@/*": ["one/*"]}}}'},
    ),
    "requirements in a folder of that name": (
        {"requirements/base.txt": "flask\n", "a.py": "import yaml\n"},
        {"requirements/base.txt": "flask\npyyaml\n"},
    ),
    "the first model of a Rails application": (
        {"config/application.rb": "\n", "a.rb": "require 'user'\n"},
        {"app/models/user.rb": "class User; end\n"},
    ),
    "the last header of a folder": (
        {"include/a.h": "int f(void);\n", "a.h": "int f(void);\n", "sub/b.c": "#include <a.h>\n"},
        {"include/a.h": None},
    ),
    "a glob of a module on the way": (
        {
            "src/lib.rs": "pub mod face;\npub mod one;\npub mod two;\nmod user;\n",
            "src/face.rs": "pub use crate::one::*;\n",
            "src/one.rs": "pub mod inner { pub fn f() {} }\n",
            "src/two.rs": "pub mod inner { pub fn f() {} }\n",
            "src/user.rs": "use crate::face::inner::f;\n",
        },
        {"src/face.rs": "pub use crate::two::*;\n"},
    ),
    "a name that hides one of a glob": (
        {
            "src/lib.rs": "pub mod face;\npub mod one;\nmod user;\n",
            "src/face.rs": "pub use crate::one::*;\n",
            "src/one.rs": "pub mod inner { pub fn f() {} }\n",
            "src/user.rs": "use crate::face::inner::f;\n",
        },
        {"src/face.rs": "pub use crate::one::*;\npub enum inner { f }\n"},
    ),
    "the last module of a source folder": (
        {"src/a.py": "\n", "b.py": "import a\n", "conftest.py": "\n", "sub/conftest.py": "\n", "sub/c.py": "\n"},
        {"src/a.py": None, "sub/c.py": None},
    ),
}


@pytest.mark.parametrize("case", CHANGED_ON_DISK)
def test_follows_a_change_on_disk(case: str, tmp_path: Path) -> None:
    files, changes = CHANGED_ON_DISK[case]

    async def run() -> None:
        session = await _Session.begin(files, tmp_path)
        await session.change(changes)
        await session.check()

    asyncio.run(run())


def test_a_new_process_lists_no_file_that_went_with_what_it_imports(tmp_path: Path) -> None:
    files: Files = {"lib/a.rb": "A = 1\n", "lib/b.rb": "require 'a'\n", "lib/c.rb": "\n"}

    async def run() -> None:
        session = await _Session.begin(files, tmp_path)
        await session.graph.close()
        session.put({"lib/a.rb": None, "lib/b.rb": None})
        again = await _Session.of(session.disk, tmp_path)
        assert again.graph.view.paths() == (path("lib/c.rb"),)
        await again.check()

    asyncio.run(run())


def test_an_open_document_leaves_with_the_rule_that_ignores_it_and_comes_back(tmp_path: Path) -> None:
    async def run() -> None:
        session = await _Session.begin({"a.py": "import b\n", "b.py": "x = 1\n"}, tmp_path)
        session.graph.update(
            session.workspace.view, session.workspace.open_document(path("b.py"), Text.of("y = 1\n"), 1)
        )
        await session.change({".gitignore": "b.py\n"})
        assert session.graph.view.paths() == (path("a.py"),)
        await session.check()
        await session.change({".gitignore": ""})
        assert session.graph.view.paths() == (path("a.py"), path("b.py"))
        await session.check()

    asyncio.run(run())


def test_an_open_document_moves_to_a_root_that_comes(tmp_path: Path) -> None:
    async def run() -> None:
        session = await _Session.begin({"a.py": "\n", "sub/b.py": "x = 1\n"}, tmp_path)
        here = path("sub/b.py")
        session.graph.update(session.workspace.view, session.workspace.open_document(here, Text.of("y = 1\n"), 1))
        change = await session.workspace.set_roots((ROOT, f"{ROOT}/sub"))
        await session.graph.refresh(session.workspace.view, change)
        await session.check()
        assert [each.absolute for each in session.graph.view.paths()] == [f"{ROOT}/a.py", f"{ROOT}/sub/b.py"]

    asyncio.run(run())


def test_a_header_is_the_one_nearest_to_whoever_includes_it() -> None:
    header = "int f(void);\n"
    files: Files = {"one/in/d.h": header, "two/in/d.h": header, "one/a.c": "#include <in/d.h>\n"}
    graph = graph_of(files | {"two/b.c": "#include <in/d.h>\n"})
    assert [edge.target for edge in graph.dependencies(path("one/a.c"))] == [path("one/in/d.h")]
    assert [edge.target for edge in graph.dependencies(path("two/b.c"))] == [path("two/in/d.h")]


def test_packages_vendored_in_a_folder_serve_only_what_lies_in_it() -> None:
    files: Files = {
        "go.mod": "module x.io/m\n",
        "a.go": 'package m\nimport "y.io/v"\nvar A = v.F\n',
        "sub/b.go": 'package sub\nimport "y.io/v"\nvar B = v.F\n',
        "sub/vendor/modules.txt": "\n",
        "sub/vendor/y.io/v/v.go": "package v\nfunc F() {}\n",
    }
    graph = graph_of(files)
    assert not graph.dependencies(path("a.go"))
    assert [edge.target for edge in graph.dependencies(path("sub/b.go"))] == [path("sub/vendor/y.io/v/v.go")]


class _Session:
    """A server's workspace and graph over files in memory."""

    def __init__(self, disk: MemoryFiles, workspace: LiveWorkspace, graph: LiveGraph) -> None:
        self.disk = disk
        self.workspace = workspace
        self.graph = graph

    @classmethod
    async def begin(cls, files: Files, folder: Path) -> _Session:
        system = memory_system({f"{ROOT}/{name}": text for name, text in files.items()})
        assert isinstance(system.files, MemoryFiles)
        return await cls.of(system.files, folder)

    @classmethod
    async def of(cls, disk: MemoryFiles, folder: Path) -> _Session:
        system = memory_system(disk.contents)
        assert isinstance(system.files, MemoryFiles)
        session = cls(
            system.files, LiveWorkspace(system, (ROOT,)), LiveGraph(system, str(folder / "graph.sqlite"), workers=1)
        )
        await session.graph.build(await session.workspace.scan(), session.workspace.view)
        return session

    def put(self, changes: Changes) -> None:
        for name, text in changes.items():
            if text is None:
                self.disk.remove(f"{ROOT}/{name}")
            else:
                self.disk.write(f"{ROOT}/{name}", text.encode())

    async def change(self, changes: Changes) -> None:
        """Changes on disk, as the editor tells of them."""
        self.put(changes)
        change = await self.workspace.refresh([path(name) for name in changes])
        await self.graph.refresh(self.workspace.view, change)
        await self.graph.caught_up()

    async def check(self) -> None:
        """The graph is the one of a new process without a store; ends the session."""
        await self.graph.caught_up()
        check_same(exported(self.graph.view), exported(await self._fresh()), [])
        await self.graph.close()

    async def _fresh(self) -> GraphView:
        workspace = LiveWorkspace(memory_system(self.disk.contents), self.workspace.view.roots)
        for each, file in self.workspace.view.overlay.items():
            assert file is not None
            workspace.open_document(each, file.text, 1)
        await workspace.scan()
        return fresh_graph(workspace.view)
