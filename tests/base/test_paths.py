"""A workspace path exists only inside its root."""

from __future__ import annotations

import posixpath
import re
from pathlib import PurePosixPath

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sightline.base.errors import PathOutsideRoot, UsageError
from sightline.base.paths import WorkspacePath, confine, normal_root, path_to_uri, uri_to_path

PARTS = st.lists(st.sampled_from(["a", "b.py", "..", ".", "", "~", "C:", "é", " ", "%2e%2e"]), max_size=7)


@given(root=st.sampled_from(["/", "/w", "/w/x"]), parts=PARTS, absolute=st.booleans(), separator=st.sampled_from("/\\"))
def test_what_is_confined_lies_inside(root: str, parts: list[str], absolute: bool, separator: str) -> None:
    text = ("/" if absolute else "") + separator.join(parts)
    try:
        path = confine(root, text)
    except PathOutsideRoot:
        return
    assert path.root == root
    assert posixpath.normpath(path.absolute) == path.absolute
    assert path.absolute.startswith(root.rstrip("/") + "/")
    meant = text.replace("\\", "/")
    assert posixpath.normpath(posixpath.join(root, meant)).replace("//", "/") == path.absolute
    assert confine(root, path.absolute) == path
    if not path.relative.startswith("C:"):  # which on its own means another disk
        assert confine(root, path.relative) == path


@pytest.mark.parametrize(
    ("path", "relative"),
    [("a.py", "a.py"), ("./a.py", "a.py"), ("a//b.py", "a/b.py"), ("a/../b.py", "b.py"), ("a\\b.py", "a/b.py"),
     ("/w/a.py", "a.py"), ("/w//a/./b.py", "a/b.py"), ("..a", "..a"), ("a/...", "a/...")],
)  # fmt: skip
def test_what_people_and_models_write(path: str, relative: str) -> None:
    assert confine("/w", path) == WorkspacePath("/w", relative)


@pytest.mark.parametrize(
    "path",
    ["..", "../a", "a/../../b", "/etc/passwd", "/w/../etc/passwd", "/wide/a", "", ".", "/w", "/w/", "a/..", "a\0b",
     "C:\\x", "C:/x", "c:x", "\\\\host\\share\\x", "..\\a"],
)  # fmt: skip
def test_what_leaves_the_root(path: str) -> None:
    with pytest.raises(PathOutsideRoot):
        confine("/w", path)


@pytest.mark.parametrize("relative", ["", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", "a\0"])
def test_no_path_object_of_another_shape(relative: str) -> None:
    with pytest.raises(PathOutsideRoot):
        WorkspacePath("/w", relative)


def test_parts_of_a_path() -> None:
    path = WorkspacePath("/w", "sub/Module.PY")
    assert (str(path), path.absolute, path.name, path.suffix) == (
        "sub/Module.PY",
        "/w/sub/Module.PY",
        "Module.PY",
        ".py",
    )
    assert WorkspacePath("/", "a").absolute == "/a"
    assert WorkspacePath("/w", ".gitignore").suffix == ""
    for name in ("a.d.TS", "a.", "..a", "a..b", ".a.b", "x.y/z", "x/.y", "a b.c "):
        assert WorkspacePath("/w", name).suffix == PurePosixPath(name).suffix.lower(), name
    assert sorted([WorkspacePath("/w", "b"), WorkspacePath("/a", "c"), WorkspacePath("/w", "a")])[0].root == "/a"


def test_roots() -> None:
    assert [normal_root(root) for root in ("/", "/w/", "C:\\w\\", "//host/share")] == [
        "/",
        "/w",
        "C:/w",
        "//host/share",
    ]
    for root in ("w", "", "./w", "~/w"):
        with pytest.raises(UsageError):
            normal_root(root)


NAME_PARTS = st.lists(
    st.sampled_from(["a", " ", "é", "%", "#", "?", "&", "+", "😀", "\n", "\t", "[", ":", ";", "%41"]), min_size=1
)


@given(st.lists(NAME_PARTS.map("".join), min_size=1, max_size=4))
def test_every_path_survives_its_address(parts: list[str]) -> None:
    assume(not re.fullmatch("[A-Za-z]:", parts[0]))  # in an address nothing tells a folder /a: from the drive a:
    path = "/" + "/".join(parts)
    uri = path_to_uri(path)
    assert uri.startswith("file:///")
    assert uri.isascii()
    assert uri_to_path(uri) == path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///w/a%20b.py", "/w/a b.py"),
        ("file://localhost/w/a.py", "/w/a.py"),
        ("FILE:///w/a.py", "/w/a.py"),
        ("file:///c%3A/w/a.py", "c:/w/a.py"),
        ("file:///C:/w/a.py", "C:/w/a.py"),
        ("file://host/share/a.py", "//host/share/a.py"),
        ("untitled:Untitled-1", None),
        ("vscode-notebook-cell:/w/a.ipynb#X", None),
        ("https://example.org/a.py", None),
        ("file://[broken/a", None),
        ("", None),
    ],
)
def test_addresses_of_editors(uri: str, path: str | None) -> None:
    assert uri_to_path(uri) == path


def test_windows_paths_have_addresses() -> None:
    assert path_to_uri("C:\\w\\a.py") == "file:///C%3A/w/a.py"
    assert uri_to_path("file:///C%3A/w/a.py") == "C:/w/a.py"
