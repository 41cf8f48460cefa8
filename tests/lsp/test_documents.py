"""Incremental synchronisation against plain strings, in every encoding, with every odd line end and character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from sightline.base.paths import WorkspacePath, confine
from sightline.base.text import PositionEncoding
from sightline.lsp.documents import Documents
from support.positions import position_at

ALPHABET = ["a", "b", "\n", "\r", "\r\n", "\f", "\v", "\x85", "\u2028", "é", "€", "😀", "\t"]
PIECES = st.lists(st.sampled_from(ALPHABET), max_size=10).map("".join)


def documents(encoding: str = "utf-16") -> Documents:
    made = Documents()
    made.encoding = PositionEncoding(encoding)

    def find(absolute: str) -> WorkspacePath | None:
        return confine("/root", absolute) if absolute.startswith("/root/") else None

    made.rebind(find)
    return made


def item(uri: str, text: str, version: int = 1) -> types.TextDocumentItem:
    return types.TextDocumentItem(uri=uri, language_id="python", version=version, text=text)


def identifier(uri: str, version: int) -> types.VersionedTextDocumentIdentifier:
    return types.VersionedTextDocumentIdentifier(uri=uri, version=version)


def change(text: str, start: int, end: int, new: str, encoding: str) -> types.TextDocumentContentChangePartial:
    range_ = types.Range(start=position_at(text, start, encoding), end=position_at(text, end, encoding))
    return types.TextDocumentContentChangePartial(range=range_, text=new)


@given(data=st.data(), encoding=st.sampled_from(["utf-8", "utf-16", "utf-32"]), text=PIECES)
def test_changes_give_the_text_the_editor_has(data: st.DataObject, encoding: str, text: str) -> None:
    held = documents(encoding)
    held.open(item("file:///root/a.py", text))
    for version in range(2, 6):
        changes: list[types.TextDocumentContentChangeEvent] = []
        for _ in range(data.draw(st.integers(1, 3))):
            start = data.draw(st.integers(0, len(text)))
            end = data.draw(st.integers(start, len(text)))
            if any(0 < index < len(text) and text[index - 1 : index + 1] == "\r\n" for index in (start, end)):
                continue  # no editor puts a position into the middle of a line end
            new = data.draw(PIECES)
            changes.append(change(text, start, end, new, encoding))
            text = text[:start] + new + text[end:]
        document = held.change(identifier("file:///root/a.py", version), changes)
        assert document is not None
        assert str(document.text) == text
        assert document.text.line_starts == document.text.of(text).line_starts


def test_a_whole_new_text() -> None:
    held = documents()
    held.open(item("file:///root/a.py", "old"))
    document = held.change(
        identifier("file:///root/a.py", 2), [types.TextDocumentContentChangeWholeDocument(text="new")]
    )
    assert document is not None
    assert (str(document.text), document.version) == ("new", 2)


def test_changes_for_an_older_version_or_an_unknown_document_are_ignored(caplog: pytest.LogCaptureFixture) -> None:
    held = documents()
    held.open(item("file:///root/a.py", "x = 1\n", version=5))
    late = types.TextDocumentContentChangeWholeDocument(text="stale")
    assert held.change(identifier("file:///root/a.py", 4), [late]) is None
    assert held.change(identifier("file:///root/b.py", 9), [late]) is None
    document = held.get("file:///root/a.py")
    assert document is not None
    assert (str(document.text), document.version) == ("x = 1\n", 5)
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


@pytest.mark.parametrize(
    "uri", ["untitled:Untitled-1", "vscode-notebook-cell:/root/n.ipynb#X1", "git:/root/a.py", "file:///elsewhere/a.py"]
)
def test_what_is_no_file_of_the_workspace_is_kept_without_a_path(uri: str) -> None:
    held = documents()
    document = held.open(item(uri, "x"))
    assert document.path is None
    changed = held.change(identifier(uri, 2), [types.TextDocumentContentChangeWholeDocument(text="y")])
    assert changed is not None
    assert str(changed.text) == "y"
    assert held.close(uri) is not None
    assert held.get(uri) is None


def test_two_addresses_of_one_file_are_edited_through_the_first_only() -> None:
    held = documents()
    plain, escaped = "file:///root/a%20b.py", "file:///root/a b.py"
    path = held.open(item(plain, "x")).path
    assert path is not None
    assert held.open(item(escaped, "x")).path is None
    assert held.uri_of(path) == plain
    held.close(plain)
    document = held.of_path(path)
    assert document is not None
    assert document.uri == escaped


def test_the_editors_spelling_of_an_address_is_kept() -> None:
    held = documents()
    document = held.open(item("file:///root/%C3%A9t%C3%A9.py", ""))
    assert document.path == WorkspacePath("/root", "été.py")
    assert held.uri_of(WorkspacePath("/root", "été.py")) == "file:///root/%C3%A9t%C3%A9.py"


def test_new_roots_give_open_documents_their_paths() -> None:
    held = Documents()
    assert held.open(item("file:///root/a.py", "x")).path is None
    bound = held.rebind(lambda absolute: confine("/root", absolute))
    assert [document.path for document in bound] == [WorkspacePath("/root", "a.py")]
    assert held.rebind(lambda _: None) == ()
    assert held.of_path(WorkspacePath("/root", "a.py")) is None
