"""Where includes lead, on small projects."""

from __future__ import annotations

import json

import pytest

from sightline.languages.resolver import ImportRequest, build_layout, candidates, shapes_layout

Files = dict[str, str]


def _leads(files: Files, importer: str, written: str) -> str | None:
    """``written`` with its quotes or angles."""
    request = ImportRequest(module=written[1:-1], level=int(written.startswith('"')), names=("*",))
    found = candidates(importer, request, build_layout(files, files.get))
    return next((path for candidate in found for path in candidate.paths if path in files), None)


_TREE: Files = dict.fromkeys(
    (
        "src/a.c", "src/a.h", "src/inner/b.c", "src/inner/b.h", "include/lib/lib.h", "top.h", "deps/hiredis/hiredis.h",
        "deps/lua/src/lua.h", "tools/include/lib/lib.h", "tools/t.c", "src/string.h",
    ),
    "",
)  # fmt: skip


@pytest.mark.parametrize(
    ("importer", "written", "leads"),
    [
        ("src/a.c", '"a.h"', "src/a.h"),
        ("src/inner/b.c", '"../a.h"', "src/a.h"),
        ("src/inner/b.c", '"b.h"', "src/inner/b.h"),
        ("src/inner/b.c", '"a.h"', "src/a.h"),
        ("src/a.c", '"inner/b.h"', "src/inner/b.h"),
        ("src/a.c", "<lib/lib.h>", "include/lib/lib.h"),
        ("tools/t.c", "<lib/lib.h>", "tools/include/lib/lib.h"),
        ("src/a.c", '"top.h"', "top.h"),
        ("src/a.c", '"hiredis.h"', "deps/hiredis/hiredis.h"),
        ("src/a.c", "<lua.h>", "deps/lua/src/lua.h"),
        ("src/a.c", "<stdio.h>", None),
        ("src/a.c", '"missing.h"', None),
        ("src/a.c", '"../../outside.h"', None),
        ("src/a.c", '"/usr/include/x.h"', None),
    ],
)
def test_without_a_compilation_database(importer: str, written: str, leads: str | None) -> None:
    assert _leads(_TREE, importer, written) == leads


def test_commands_say_where_headers_lie() -> None:
    rows = [
        {
            "directory": "/home/me/app/build",
            "file": "../src/a.c",
            "command": "cc -I../one -isystem ../two -c ../src/a.c",
        },
        {
            "directory": "/home/me/app/build",
            "file": "/home/me/app/lib/b.c",
            "arguments": ["cc", "-I", "/home/me/app/two"],
        },
    ]
    files: Files = dict.fromkeys(("src/a.c", "lib/b.c", "lib/deep/c.c", "one/x.h", "two/x.h", "two/y.h"), "")
    files["build/compile_commands.json"] = json.dumps(rows)
    assert _leads(files, "src/a.c", "<x.h>") == "one/x.h"
    assert _leads(files, "src/a.c", "<y.h>") == "two/y.h"
    assert _leads(files, "lib/b.c", '"x.h"') == "two/x.h"
    assert _leads(files, "lib/deep/c.c", '"x.h"') == "two/x.h"


@pytest.mark.parametrize(
    "text", ["", "{", "[1, {}]", '[{"directory": 3}]', '[{"directory": "/a", "file": "b", "command": "\\""}]']
)
def test_broken_databases_are_passed_over(text: str) -> None:
    files = {"src/a.c": "", "include/x.h": "", "compile_commands.json": text}
    assert _leads(files, "src/a.c", '"x.h"') == "include/x.h"


def test_variants_of_a_folder_are_not_guessed() -> None:
    files: Files = dict.fromkeys((*(f"arch/a{number}/include/asm/io.h" for number in range(12)), "fs/a.c"), "")
    assert _leads(files, "fs/a.c", "<asm/io.h>") is None
    assert _leads({**files, "arch/a3/kernel/k.c": ""}, "arch/a3/kernel/k.c", "<asm/io.h>") == "arch/a3/include/asm/io.h"


def test_only_a_new_folder_of_headers_shapes_the_layout() -> None:
    layout = build_layout(_TREE, _TREE.get)
    assert not shapes_layout(layout, "src/new.h")
    assert not shapes_layout(layout, "new/new.c")
    assert shapes_layout(layout, "new/new.h")
    assert shapes_layout(layout, "build/compile_commands.json")
