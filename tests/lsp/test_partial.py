"""An edit that landed in part is taken back, wherever the editor stopped; what was typed into it since is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from sightline.base.changes import ChangeSet, FileCreate, FileEdit, FileRename
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit
from support.editor import Change, Manners
from support.shop_window import ShopWindow, shop_window
from support.trees import read_tree

FILES = {"a.py": "a = 1\n\nb = 1\n", "old.py": "old = 1\n", "gone.py": "gone = '€'\n"}
#: Changes in the order they are sent: two of text, a move, a deletion, a new file and its text.
CHANGES = 6


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Editors of tests need no second."""
    monkeypatch.setattr("sightline.lsp.landing.PATIENCE", 0.1)


async def proposed(shop: ShopWindow) -> None:
    """An edit of every kind waits under ``t``."""
    a, old, new, gone, made = (
        WorkspacePath(str(shop.root), name) for name in ("a.py", "old.py", "sub/new.py", "gone.py", "made.py")
    )
    texts = {path: Text.of(FILES[path.relative]) for path in (a, old, gone)}
    changes = ChangeSet(
        base={path: text.digest for path, text in texts.items()},
        edits=(
            FileEdit(path=a, edits=(TextEdit(Span(4, 5), b"2"),)),
            FileEdit(path=old, edits=(TextEdit(Span(6, 7), b"2"),)),
        ),
        renames=(FileRename(old=old, new=new),),
        deletes=(gone,),
        creates=(FileCreate(path=made, text=Text.of("made = 1\n")),),
    )
    assert (await shop.engine.propose("t", "move things", changes)).report is not None


def told(shop: ShopWindow) -> str:
    """The last message."""
    return shop.editor.client.messages[-1].message


@pytest.mark.parametrize("opened", [False, True])
@pytest.mark.parametrize("landed", range(1, CHANGES))
async def test_wherever_the_editor_stops_everything_is_taken_back(tmp_path: Path, landed: int, opened: bool) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        if opened:
            shop.open(*FILES)
        await proposed(shop)
        before = read_tree(shop.root)
        shop.editor.manners.append(Manners(fail_after=landed))
        outcome = await shop.editor.command("sightline.apply", {"turn": "t"})
        assert (outcome["applied"], outcome["different"]) == (False, [])
        assert outcome["takenBack"]
        assert shop.editor.questions == []  # nobody chose a part: the editor failed
        assert "The disk is full." in told(shop)
        assert "Taken back: " in told(shop)
        after = read_tree(shop.root)
        after.pop("sub/", None)  # an editor's move makes folders, and no edit removes one
        assert after == before
        for name, text in FILES.items():
            assert shop.text(name) == text
        assert (await shop.editor.command("sightline.history"))["edits"] == []
        for name in FILES:
            if opened and shop.uri(name) not in shop.editor.buffers:
                shop.open(name)
        assert (await shop.editor.command("sightline.apply", {"turn": "t"}))["applied"]
        assert shop.text("sub/new.py") == "old = 2\n"


async def test_what_was_typed_into_it_since_is_left_and_told(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        shop.open("a.py", "old.py")
        await proposed(shop)
        uri = shop.uri("a.py")
        shop.editor.manners.append(Manners(fail_after=2))

        def type_behind(change: Change) -> None:
            if isinstance(change, types.TextDocumentEdit) and change.text_document.uri == uri:
                shop.editor.type(uri, "b = 1\n", "# typed\n")

        shop.editor.landed = type_behind
        outcome = await shop.editor.command("sightline.apply", {"turn": "t"})
        shop.editor.landed = lambda _: None
        assert [place["path"] for place in outcome["takenBack"]] == ["sub/new.py"]
        assert [place["path"] for place in outcome["different"]] == ["a.py"]
        assert shop.text("a.py") == "a = 2\n\nb = 1\n# typed\n"
        assert shop.text("old.py") == "old = 1\n"
        assert "a.py" in told(shop)
        (entry,) = (await shop.editor.command("sightline.history"))["edits"]
        assert entry["undone"] is None  # what stands can be undone
        assert (await shop.editor.command("sightline.undo"))["applied"]
        assert shop.text("a.py") == "a = 1\n\nb = 1\n# typed\n"


async def test_a_part_that_the_user_chose_is_taken_back_at_their_word(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        await proposed(shop)
        shop.editor.manners.append(Manners(keep=frozenset({shop.uri("a.py")})))
        shop.editor.answers.append("Take it back")
        outcome = await shop.editor.command("sightline.apply", {"turn": "t"})
        assert "old.py" in shop.editor.questions[0].message
        assert [place["path"] for place in outcome["takenBack"]] == ["a.py"]
        assert shop.text("a.py") == FILES["a.py"]


async def test_the_user_may_keep_what_landed(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        await proposed(shop)
        shop.editor.manners.append(Manners(keep=frozenset({shop.uri("a.py")})))
        shop.editor.answers.append("Keep it")
        outcome = await shop.editor.command("sightline.apply", {"turn": "t"})
        assert (outcome["applied"], outcome["takenBack"]) == (False, [])
        assert shop.text("a.py") == "a = 2\n\nb = 1\n"
        assert (await shop.editor.command("sightline.undo"))["applied"]
        assert shop.text("a.py") == "a = 1\n\nb = 1\n"


async def test_a_rollback_that_the_editor_refuses_is_told(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        await proposed(shop)
        shop.editor.manners += [Manners(fail_after=2), Manners(refuse="Not now.")]
        outcome = await shop.editor.command("sightline.apply", {"turn": "t"})
        assert outcome["takenBack"] == []
        assert "a.py" in [place["path"] for place in outcome["different"]]
        assert "Not now." in told(shop)
        assert len((await shop.editor.command("sightline.history"))["edits"]) == 1
