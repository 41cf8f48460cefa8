"""Texts are read and written in the encoding they declare, and an edit leaves every other byte as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.changes import ChangeSet, FileCreate, FileEdit, FileRename
from sightline.base.errors import SightlineError, SourceUnavailable
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit
from sightline.workspace.encodings import Undecodable, decoded, encoded
from sightline.workspace.files import decode_source
from sightline.workspace.write import apply_to_disk
from support.trees import system_at, write_tree

LATIN = "# -*- coding: latin-1 -*-\nname = 'café'\n"


@pytest.mark.parametrize(
    ("name", "data", "text", "encoding"),
    [
        ("a.py", LATIN.encode("latin-1"), LATIN, "iso8859-1"),
        ("a.py", b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n\x80\n", None, "cp1252"),
        ("a.rb", b"# encoding: iso-8859-15\n\xa4\n", "# encoding: iso-8859-15\n€\n", "iso8859-15"),
        ("a.py", "# coding: latin-1\né".encode(), "# coding: latin-1\nÃ©", "iso8859-1"),
        ("a.py", "# coding: utf-8\né".encode(), "# coding: utf-8\né", "utf-8"),
        ("a.py", "x = 1\n\n# coding: latin-1\né".encode(), None, "utf-8"),
        ("a.py", "x = 1\n# coding: latin-1\né".encode(), None, "utf-8"),
        ("a.py", b"# coding: latin-1\nx\n", None, "utf-8"),
        ("a.py", "# coding: rot13\né".encode(), None, "utf-8"),
        ("a.py", "# coding: gbk\n变量 = 1\n".encode("gbk"), "# coding: gbk\n变量 = 1\n", "gbk"),
        ("a.js", "// coding: latin-1\né".encode(), None, "utf-8"),
        ("a.c", b"/* -*- coding: latin-1 -*- */\nchar *s = \"\xe9\";\n", None, "iso8859-1"),
        ("a.cs", b"\xff\xfe" + "class Ä {}\r\n".encode("utf-16-le"), "class Ä {}\r\n", "utf-16-le"),
        ("a.cs", b"\xfe\xff" + "class Ä {}\r\n".encode("utf-16-be"), "class Ä {}\r\n", "utf-16-be"),
        ("a.txt", b"\xff\xfe\0\0" + "😀".encode("utf-32-le"), "😀", "utf-32-le"),
        ("a.py", b"\xef\xbb\xbf# coding: latin-1\n\xc3\xa9", "# coding: latin-1\né", "utf-8"),
    ],
)  # fmt: skip
def test_what_is_declared_is_read(name: str, data: bytes, text: str | None, encoding: str) -> None:
    found = decoded(name, data)
    assert found.encoding == encoding
    if text is not None:
        assert found.data.decode() == text
    assert encoded(name, found.data, found.encoding, bom=found.bom) == data


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.py", b"x = '\xe9'\n"),
        ("a.py", b"# coding: utf-8\nx = '\xe9'\n"),
        ("a.py", b"# coding: cp1252\nx = '\x81'\n"),
        ("a.js", b"// coding: latin-1\nx = '\xe9'\n"),
        ("a.cs", b"\xff\xfea"),
        ("a.cs", b"\xff\xfe\x00\xd8"),
    ],
)
def test_what_cannot_be_decoded_is_said(name: str, data: bytes) -> None:
    with pytest.raises(Undecodable):
        decoded(name, data)
    with pytest.raises(SourceUnavailable) as caught:
        decode_source(WorkspacePath("/w", name), data)
    assert caught.value.kind == "undecodable"


@given(
    st.sampled_from(["a.py", "a.rb", "a.c", "a.cs"]),
    st.sampled_from(
        [b"", b"# coding: latin-1\n", b"# coding: gbk\n", b"# coding: shift_jis\n", b"\xff\xfe", b"\xef\xbb\xbf"]
    ),
    st.binary(max_size=30),
)
def test_bytes_come_back_as_they_were_or_are_no_text(name: str, head: bytes, rest: bytes) -> None:
    data = head + rest
    try:
        found = decoded(name, data)
    except Undecodable:
        return
    assert encoded(name, found.data, found.encoding, bom=found.bom) == data
    assert found.data.decode().encode() == found.data


def edit(root: str, name: str, old: str, new: str) -> ChangeSet:
    """Replaces ``old`` once."""
    path = WorkspacePath(root, name)
    text = decode_source(path, Path(root, name).read_bytes()).text
    at = text.data.index(old.encode())
    span = Span(at, at + len(old.encode()))
    return ChangeSet(base={path: text.digest}, edits=(FileEdit(path=path, edits=(TextEdit(span, new.encode()),)),))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.py", "# coding: latin-1\r\né = 'ü'\r\nvalue = 1  # ß\r\n".encode("latin-1")),
        ("a.cs", b"\xff\xfe" + "class Ä { int value; } // 😀".encode("utf-16-le")),
        ("a.py", "# coding: gbk\n变 = 1\nvalue = 变\n".encode("gbk")),
        ("a.c", b"// -*- coding: latin-1 -*-\nint value; // \xe9\n"),
    ],
)
async def test_an_edit_is_written_in_the_encoding_of_its_file(name: str, data: bytes, tmp_path: Path) -> None:
    root = write_tree(tmp_path / "w", {name: data})
    encoding = decode_source(WorkspacePath(root, name), data).encoding
    await apply_to_disk(system_at(tmp_path), edit(root, name, "value", "other"), str(tmp_path / "j"))
    assert Path(root, name).read_bytes() == data.replace("value".encode(encoding), "other".encode(encoding), 1)


async def test_what_the_encoding_lacks_is_refused_and_named(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "w", {"a.py": LATIN.encode("latin-1"), "b.py": "x = 1\n"})
    both = (edit(root, "a.py", "name", "名"), edit(root, "b.py", "x", "y"))
    changes = ChangeSet(base={**both[0].base, **both[1].base}, edits=both[0].edits + both[1].edits)
    with pytest.raises(SightlineError) as caught:
        await apply_to_disk(system_at(tmp_path), changes, str(tmp_path / "j"))
    assert caught.value.kind == "not_encodable"
    assert "a.py" in caught.value.message
    assert "'名' in line 2" in caught.value.message
    assert Path(root, "b.py").read_text() == "x = 1\n", "all or nothing"


async def test_a_new_declaration_is_what_the_file_is_written_in(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "w", {"a.py": LATIN.encode("latin-1")})
    await apply_to_disk(system_at(tmp_path), edit(root, "a.py", "latin-1", "utf-8"), str(tmp_path / "j"))
    assert Path(root, "a.py").read_bytes() == LATIN.replace("latin-1", "utf-8").encode()


async def test_a_new_file_is_written_as_it_declares(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "w", {})
    create = FileCreate(path=WorkspacePath(root, "new.py"), text=Text.of(LATIN))
    await apply_to_disk(system_at(tmp_path), ChangeSet(base={}, creates=(create,)), str(tmp_path / "j"))
    assert Path(root, "new.py").read_bytes() == LATIN.encode("latin-1")


async def test_a_file_that_only_moves_keeps_its_bytes(tmp_path: Path) -> None:
    data = LATIN.encode("latin-1")
    root = write_tree(tmp_path / "w", {"a.py": data})
    old = WorkspacePath(root, "a.py")
    rename = FileRename(old=old, new=WorkspacePath(root, "a.txt"))
    base = {old: decode_source(old, data).digest}
    await apply_to_disk(system_at(tmp_path), ChangeSet(base=base, renames=(rename,)), str(tmp_path / "j"))
    assert Path(root, "a.txt").read_bytes() == data
