"""Packages that a root's own environment installs in editable form, as pip, uv, hatch and setuptools write it down."""

from __future__ import annotations

import pytest

from sightline.base.memory_system import memory_system
from sightline.languages.python_environment import editable_installs
from support.graphs import graph_of, uses

ROOT = "/work"
SITE = ".venv/lib/python3.12/site-packages"


def installs(files: dict[str, str]) -> tuple[tuple[str, ...], dict[str, str]]:
    found = editable_installs(memory_system({f"{ROOT}/{name}": text for name, text in files.items()}), ROOT)
    return found.folders, dict(found.modules)


@pytest.mark.parametrize(
    ("name", "text", "folders"),
    [
        ("_editable_impl_tool.pth", "/work/libs/tool\n", ("libs/tool",)),
        ("__editable__.shop-1.pth", "/work/libs/shop/src", ("libs/shop/src",)),
        ("two.pth", "# a comment\n/work/a\n\n/work/b/../c\n/work/a\n/work/gone\n", ("a", "c")),
        ("relative.pth", "../../../../libs/tool\n", ("libs/tool",)),
        ("elsewhere.pth", "/home/me/tool\n/working/tool\n../../../../..\n", ()),
        ("the_root.pth", "/work\n/work/\n", ()),
        ("distutils-precedence.pth", "import os; os.environ.get('/work/a')\nimport\t/work/a\n", ()),
        ("no.txt", "/work/a\n", ()),
        ("windows.pth", "C:\\work\\libs\n", ()),
        ("bytes.pth", "\0\ud7ff/work/a\n", ()),
    ],
)
def test_lines_of_path_files_are_folders_below_the_root(name: str, text: str, folders: tuple[str, ...]) -> None:
    held = {f"{folder}/module.py": "" for folder in ("libs/tool", "libs/shop/src", "a", "c")}
    assert installs({**held, f"{SITE}/{name}": text}) == (folders, {})


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        ("MAPPING: dict[str, str] = {'odd': '/work/libs/odd/source'}\n", {"odd": "libs/odd/source"}),
        ("import x\nMAPPING = {'one': '/work/one.py', 'a.b': '/work/b'}\n", {"one": "one", "a.b": "b"}),
        ("MAPPING = {'out': '/home/me/out', 'root': '/work', 3: '/work/a', 'b': 3}\n", {}),
        ("MAPPING = {'a': open('/work/a')}\n", {}),
        ("MAPPING = {" + "(" * 5_000 + "}\n", {}),
        ("MAPPING = {[]: 3}\n", {}),
        ("NAMESPACES: dict[str, list[str]] = {}\n", {}),
    ],
)
def test_the_mapping_of_setuptools_leads_each_name_to_its_place(text: str, modules: dict[str, str]) -> None:
    assert installs({f"{SITE}/__editable___odd_1_0_finder.py": text}) == ((), modules)


def test_every_usual_environment_is_asked_and_one_that_is_active() -> None:
    texts = {
        "venv/lib/python3.11/site-packages/a.pth": "/work/a",
        "env/Lib/site-packages/b.pth": "/work/b",
        "a/x.py": "",
        "b/x.py": "",
        "c/x.py": "",
        "other/lib/python3.11/site-packages/c.pth": "/work/c",
    }
    assert installs(texts) == (("a", "b"), {})
    files = {f"{ROOT}/{name}": text for name, text in texts.items()}
    system = memory_system(files, environment={"VIRTUAL_ENV": "/work/other"})
    assert editable_installs(system, ROOT).folders == ("a", "b", "c")


def test_imports_of_editable_packages_lead_to_their_sources() -> None:
    graph = graph_of(
        {
            "libs/odd/source/__init__.py": "def strange():\n    pass\n",
            "libs/odd/source/inner.py": "def deep():\n    pass\n",
            "libs/tool/code/hammer.py": "def hit():\n    pass\n",
            "app/main.py": """
                import odd
                from hammer import hit
                from odd.inner import deep

                odd.strange()
                deep()
                hit()
            """,
            f"{SITE}/__editable___odd_1_finder.py": "MAPPING = {'odd': '/work/libs/odd/source'}\n",
            f"{SITE}/tool.pth": "/work/libs/tool/code\n",
        }
    )
    assert uses(graph, "strange") == ["app/main.py:5:5 call exact"]
    assert uses(graph, "deep") == ["app/main.py:3:23 import exact", "app/main.py:6:1 call exact"]
    assert uses(graph, "hit") == ["app/main.py:2:20 import exact", "app/main.py:7:1 call exact"]
