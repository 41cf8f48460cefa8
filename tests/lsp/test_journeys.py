"""Whole journeys: a test editor, the real session, the real engine, a scripted model. One per thing a user does."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from support.client_capabilities import capabilities_from
from support.editor import Manners
from support.positions import uri_of
from support.shop import CART, FILES, HARMLESS, INVOICE, RENAME_DEFINITION, RENAME_USES, script, write_workspace
from support.shop_window import ShopWindow, shop_window

RENAMED_CART = CART.replace("def total(", "def grand_total(")
RENAMED_INVOICE = INVOICE.replace("import total", "import grand_total").replace("print(total(", "print(grand_total(")


def kind_of(error: pytest.ExceptionInfo[JsonRpcException]) -> str:
    """The kind of an error."""
    return cast("dict[str, str]", error.value.data)["kind"]


async def test_type_act_stream_refuse_repair_apply_undo(tmp_path: Path) -> None:
    replies = script(RENAME_DEFINITION, RENAME_DEFINITION + RENAME_USES, headers="pieces: 9\n")
    async with shop_window(tmp_path, replies) as shop:
        shop.open("shop/cart.py", "shop/invoice.py")
        cart, invoice = shop.uri("shop/cart.py"), shop.uri("shop/invoice.py")
        shop.editor.type(cart, '"""Carts."""\n', "# typed before\n")

        actions = await shop.editor.actions(cart, "total")
        action = next(action for action in actions if action.command.command == "sightline.refactor")
        assert action.kind == "refactor.rewrite"
        given = {**action.command.arguments[0], "text": "Rename total to grand_total", "turn": "rename"}
        result = await shop.editor.command("sightline.run", {**given, "command": "refactor"})

        outcome = result["outcome"]
        assert outcome["verdict"] == "accepted"
        refused, repaired = outcome["attempts"]
        assert [(found["path"], found["line"]) for found in refused["findings"] if found["certainty"] == "certain"]
        assert repaired["findings"] == []
        streamed = "".join(
            e.text for e in shop.editor.events if e.kind == "text" and e.attempt == repaired_attempt(shop)
        )
        assert streamed.strip() == (RENAME_DEFINITION + RENAME_USES).strip()
        assert "repair" in shop.stages("rename")
        assert shop.text("shop/cart.py") == CART.replace('"""\n', '"""\n# typed before\n', 1)

        preview = await shop.editor.command("sightline.preview", {"turn": "rename"})
        assert [file["path"] for file in preview["files"]] == ["shop/cart.py", "shop/invoice.py"]
        assert preview["files"][1]["after"] == RENAMED_INVOICE

        shop.editor.type(cart, "# typed before\n", "# typed after\n")
        applied = await shop.editor.command("sightline.apply", {"turn": "rename"})
        assert (applied["applied"], applied["rebased"]) == (True, True)
        versions = {change.text_document.uri: change.text_document.version for change in sent(shop)}
        assert versions == {cart: 3, invoice: 1}
        comments = "# typed before\n# typed after\n"
        assert shop.text("shop/cart.py") == RENAMED_CART.replace('"""\n', '"""\n' + comments, 1)
        assert shop.text("shop/invoice.py") == RENAMED_INVOICE

        undone = await shop.editor.command("sightline.undo")
        assert undone["applied"]
        assert shop.text("shop/cart.py") == CART.replace('"""\n', '"""\n' + comments, 1)
        assert shop.text("shop/invoice.py") == INVOICE
        with pytest.raises(JsonRpcException) as error:
            await shop.editor.command("sightline.undo")
        assert kind_of(error) == "nothing_to_undo"
        assert (tmp_path / "work/shop/cart.py").read_text() == CART  # the editor saved nothing, and we wrote nothing


def sent(shop: ShopWindow) -> list[types.TextDocumentEdit]:
    """The text edits of the last edit sent."""
    changes = shop.editor.edits[-1].edit.document_changes or []
    return [change for change in changes if isinstance(change, types.TextDocumentEdit)]


def repaired_attempt(shop: ShopWindow) -> int:
    """Number of the last attempt that was streamed."""
    return max(event.attempt for event in shop.editor.events if event.kind == "text")


async def test_a_refused_edit_changes_nothing_unless_the_user_insists(tmp_path: Path) -> None:
    replies = script(*[RENAME_DEFINITION] * 4)
    async with shop_window(tmp_path, replies) as shop:
        result = await shop.editor.command("sightline.run", {"command": "refactor", "text": "rename", "turn": "t"})
        assert result["outcome"]["verdict"] == "rejected"
        assert any(place["path"] == "shop/invoice.py" for finding in result["outcome"]["findings"]
                   for place in (finding, *finding["related"]))  # fmt: skip
        with pytest.raises(JsonRpcException) as error:
            await shop.editor.command("sightline.apply", {"turn": "t"})
        assert kind_of(error) == "rejected"
        assert shop.editor.edits == []
        assert shop.text("shop/cart.py") == CART
        applied = await shop.editor.command("sightline.apply", {"turn": "t", "inSpiteOfFindings": True})
        assert applied["applied"]
        assert shop.text("shop/cart.py") == RENAMED_CART


async def test_a_plain_editor_runs_a_code_action_and_the_edit_is_applied(tmp_path: Path) -> None:
    async with shop_window(tmp_path, script(HARMLESS)) as shop:
        shop.open("shop/invoice.py")
        actions = await shop.editor.actions(shop.uri("shop/invoice.py"), "Invoice")
        command = next(a.command for a in actions if a.command.command == "sightline.fix")
        result = await shop.editor.command(command.command, command.arguments[0])
        assert result["applied"]["applied"]
        assert shop.text("shop/invoice.py") == INVOICE.replace('print("Invoice")', 'print("INVOICE")')
        assert shop.editor.questions == []


@pytest.mark.parametrize(("answer", "expected"), [("Discard", CART), (None, CART), ("Apply anyway", RENAMED_CART)])
async def test_a_plain_editor_is_asked_about_a_refused_edit(tmp_path: Path, answer: str | None, expected: str) -> None:
    async with shop_window(tmp_path, script(*[RENAME_DEFINITION] * 4)) as shop:
        shop.open("shop/cart.py")
        shop.editor.answers.append(answer)
        result = await shop.editor.command("sightline.refactor", {"text": "rename", "uri": shop.uri("shop/cart.py")})
        assert len(shop.editor.questions) == 1
        assert shop.text("shop/cart.py") == expected
        assert (result["applied"] is not None) is (expected == RENAMED_CART)


async def test_an_explanation_is_shown(tmp_path: Path) -> None:
    async with shop_window(tmp_path, script("It sums prices.")) as shop:
        shop.open("shop/cart.py")
        given = {"uri": shop.uri("shop/cart.py"), "range": shop.editor.select(shop.uri("shop/cart.py"), "total")}
        result = await shop.editor.command("sightline.explain", given)
        assert result["outcome"]["verdict"] == "answered"
        assert [message.message for message in shop.editor.client.messages] == ["It sums prices."]
        assert any(entry["path"] == "shop/cart.py" for entry in result["outcome"]["manifest"])


async def test_context_and_impact_answer_without_a_model(tmp_path: Path) -> None:
    async with shop_window(tmp_path) as shop:
        shop.open("shop/cart.py")
        context = await shop.editor.command("sightline.run", {"command": "context", "text": "change total"})
        assert any(file["path"] == "shop/cart.py" for file in context["data"]["files"])
        cart = shop.uri("shop/cart.py")
        given = {"command": "impact", "uri": cart, "range": shop.editor.select(cart, "total")}
        impact = await shop.editor.command("sightline.run", given)
        assert {place["path"] for place in impact["places"]} == {"shop/invoice.py"}
        assert impact["data"]["answers"][0]["coverage"]["complete"] is True


async def test_the_graph_follows_typing_before_it_is_saved(tmp_path: Path) -> None:
    async with shop_window(tmp_path) as shop:
        shop.open("shop/invoice.py")
        shop.editor.type(shop.uri("shop/invoice.py"), "print(total(prices, 0.2))\n", "    print(total([], 0))\n")
        impact = await shop.editor.command("sightline.run", {"command": "impact", "text": "total"})
        assert sum(place["path"] == "shop/invoice.py" for place in impact["places"]) >= 2


async def test_two_roots_are_one_graph(tmp_path: Path) -> None:
    library = write_workspace((tmp_path / "library").resolve(), {"pricing.py": "def rate():\n    return 0.2\n"})
    block = "pricing.py\n```python\n<<<<<<< SEARCH\n    return 0.2\n=======\n    return 0.3\n>>>>>>> REPLACE\n```\n"
    async with shop_window(tmp_path, script(block), more=(library,)) as shop:
        pricing = library / "pricing.py"
        shop.editor.open(pricing)
        shop.open("shop/cart.py")
        result = await shop.editor.command(
            "sightline.run", {"command": "fix", "text": "raise it", "uri": uri_of(pricing), "turn": "t"}
        )
        assert result["outcome"]["verdict"] == "accepted"
        assert (await shop.editor.command("sightline.apply", {"turn": "t"}))["applied"]
        assert shop.editor.text(pricing) == "def rate():\n    return 0.3\n"
        event = types.WorkspaceFoldersChangeEvent(
            added=[], removed=[types.WorkspaceFolder(uri=uri_of(library), name="library")]
        )
        shop.editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event=event))
        await shop.editor.until(lambda: shop.engine.roots == (str(shop.root),))
        await shop.editor.command("sightline.index")  # answers once the documents are those of the roots that are left
        assert await shop.editor.actions(uri_of(pricing), "rate") == []
        assert await shop.editor.actions(shop.uri("shop/cart.py"), "total") != []


async def test_an_undo_is_merged_with_what_was_typed_since(tmp_path: Path) -> None:
    async with shop_window(tmp_path, script(HARMLESS)) as shop:
        shop.open("shop/invoice.py")
        invoice = shop.uri("shop/invoice.py")
        await shop.editor.command("sightline.run", {"command": "fix", "text": "x", "turn": "t"})
        await shop.editor.command("sightline.apply", {"turn": "t"})
        shop.editor.type(invoice, '"""Invoices."""\n', "# typed\n")
        undo = await shop.editor.command("sightline.run", {"command": "undo", "turn": "back"})
        assert undo["turn"] == "back"
        assert (await shop.editor.command("sightline.apply", {"turn": "back"}))["applied"]
        assert shop.text("shop/invoice.py") == INVOICE.replace('"""\n', '"""\n# typed\n', 1)


async def test_findings_are_accepted_one_by_one_and_the_reasons_are_kept(tmp_path: Path) -> None:
    more = {"shop/more.py": "from shop.cart import total\n\ntotal([], 1)\n"}
    write_workspace(tmp_path / "work", {**FILES, **more})
    async with shop_window(tmp_path, script(RENAME_DEFINITION, "No.", "No.")) as shop:
        answer = await shop.editor.command("sightline.run", {"command": "refactor", "text": "rename", "turn": "t"})
        ids = [each["id"] for each in answer["outcome"]["findings"] if each["certainty"] == "certain"]
        assert len(ids) > 1
        for accept in ([], [{"id": ids[0], "reason": "later"}]):
            with pytest.raises(JsonRpcException) as error:
                await shop.editor.command("sightline.apply", {"turn": "t", "accept": accept})
            assert kind_of(error) == "rejected"
        accept = [{"id": each, "reason": f"because of {number}"} for number, each in enumerate(ids)]
        assert (await shop.editor.command("sightline.apply", {"turn": "t", "accept": accept}))["applied"]
        (entry,) = (await shop.editor.command("sightline.history"))["edits"]
        assert [(each["id"], each["reason"]) for each in entry["accepted"]] == [
            (each["id"], each["reason"]) for each in accept
        ]


async def test_changes_are_taken_back_by_number_and_an_undone_edit_is_brought_back(tmp_path: Path) -> None:
    async with shop_window(tmp_path, script(RENAME_DEFINITION + RENAME_USES)) as shop:
        shop.open("shop/invoice.py")
        await shop.editor.command("sightline.run", {"command": "refactor", "text": "rename", "turn": "t"})
        await shop.editor.command("sightline.apply", {"turn": "t"})
        (entry,) = (await shop.editor.command("sightline.history"))["edits"]
        assert (entry["turn"], entry["undone"]) == ("t", None)
        hunks = (await shop.editor.command("sightline.history", {"turn": "t"}))["hunks"]
        assert [(hunk["number"], hunk["path"], hunk["line"]) for hunk in hunks] == [
            (1, "shop/cart.py", 4),
            (2, "shop/invoice.py", 3),
            (3, "shop/invoice.py", 8),
        ]
        assert (await shop.editor.command("sightline.undo", {"turn": "t", "hunks": [3]}))["applied"]
        assert shop.text("shop/invoice.py") == INVOICE.replace("import total", "import grand_total")
        back = await shop.editor.command("sightline.run", {"command": "undo", "text": "t 1, 2", "turn": "back"})
        assert (await shop.editor.command("sightline.apply", {"turn": back["turn"]}))["applied"]
        assert (shop.text("shop/cart.py"), shop.text("shop/invoice.py")) == (CART, INVOICE)
        with pytest.raises(JsonRpcException) as error:
            await shop.editor.command("sightline.undo", {"turn": "t"})
        assert kind_of(error) == "nothing_to_undo", "all of it was taken back, piece by piece"
        assert (await shop.editor.command("sightline.redo", {"turn": "t"}))["applied"]
        text = shop.text("shop/invoice.py")
        assert text is not None
        assert "grand_total(prices, 0.2)" in text
        with pytest.raises(JsonRpcException) as error:
            await shop.editor.command("sightline.run", {"command": "redo", "text": ""})
        assert kind_of(error) == "nothing_to_redo"


async def test_only_what_landed_can_be_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sightline.lsp.landing.PATIENCE", 0.1)
    async with shop_window(tmp_path, script(RENAME_DEFINITION + RENAME_USES)) as shop:
        shop.open("shop/cart.py", "shop/invoice.py")
        await shop.editor.command("sightline.run", {"command": "refactor", "text": "rename", "turn": "t"})
        shop.editor.manners.append(Manners(keep=frozenset({shop.uri("shop/cart.py")})))
        applied = await shop.editor.command("sightline.apply", {"turn": "t"})
        assert not applied["applied"]
        assert [place["path"] for place in applied["different"]] == ["shop/invoice.py"]
        assert (shop.text("shop/cart.py"), shop.text("shop/invoice.py")) == (RENAMED_CART, INVOICE)
        undone = await shop.editor.command("sightline.undo")
        assert undone["applied"]
        assert (shop.text("shop/cart.py"), shop.text("shop/invoice.py")) == (CART, INVOICE)


async def test_a_closed_file_that_changed_on_disk_during_the_turn_is_not_overwritten(tmp_path: Path) -> None:
    async with shop_window(tmp_path, script(HARMLESS, headers="pieces: 4\ndelay: 0.05\n")) as shop:
        _, answer = shop.editor.begin("sightline.run", {"command": "fix", "text": "x", "turn": "t"})
        await shop.editor.until(lambda: any(event.kind == "text" for event in shop.editor.events))
        invoice = shop.file("shop/invoice.py")
        invoice.write_text("# somebody else was here\n" + INVOICE)
        await answer
        try:
            await shop.editor.command("sightline.apply", {"turn": "t"})
        except JsonRpcException:
            assert invoice.read_text() == "# somebody else was here\n" + INVOICE
        else:
            changed = INVOICE.replace('print("Invoice")', 'print("INVOICE")')
            assert invoice.read_text() == "# somebody else was here\n" + changed


def is_waiting(shop: ShopWindow) -> bool:
    """The model was asked and has said nothing."""
    return "model" in shop.stages("t")


def is_streaming(shop: ShopWindow) -> bool:
    """The reply has begun."""
    return any(event.kind == "text" for event in shop.editor.events)


STAGES = [("hang_after: 0\n", is_waiting), ("hang_after: 3\n", is_streaming)]


@pytest.mark.parametrize(("headers", "reached"), STAGES, ids=["before-the-first-token", "in-the-stream"])
async def test_a_turn_is_cancelled_at_any_stage_and_the_next_one_runs(
    tmp_path: Path, headers: str, reached: Callable[[ShopWindow], bool]
) -> None:
    replies = script(HARMLESS, headers=headers) + script(HARMLESS)
    async with shop_window(tmp_path, replies) as shop:
        identifier, answer = shop.editor.begin("sightline.run", {"command": "fix", "text": "x", "turn": "t"})
        await shop.editor.until(lambda: reached(shop))
        shop.editor.cancel(identifier)
        with pytest.raises(JsonRpcException) as error:
            await answer
        assert error.value.code == types.LSPErrorCodes.RequestCancelled
        with pytest.raises(JsonRpcException) as waiting:
            await shop.editor.command("sightline.apply", {"turn": "t"})
        assert kind_of(waiting) == "no_such_turn"
        again = await shop.editor.command("sightline.run", {"command": "fix", "text": "x", "turn": "t"})
        assert again["outcome"]["verdict"] == "accepted"
        assert shop.text("shop/invoice.py") == INVOICE


async def test_a_turn_is_cancelled_during_checks_and_repair(tmp_path: Path) -> None:
    replies = script(RENAME_DEFINITION) + script(RENAME_DEFINITION, headers="hang_after: 1\n")
    async with shop_window(tmp_path, replies) as shop:
        identifier, answer = shop.editor.begin("sightline.run", {"command": "fix", "text": "x", "turn": "t"})
        await shop.editor.until(lambda: "repair" in shop.stages("t"))
        shop.editor.cancel(identifier)
        with pytest.raises(JsonRpcException):
            await answer
        assert shop.text("shop/cart.py") == CART
        assert (await shop.editor.command("sightline.status"))["running"] == []


async def test_indexing_is_stopped_and_taken_up_again(tmp_path: Path) -> None:
    async with shop_window(tmp_path, wait=False) as shop:
        reports = shop.editor.client.progress_reports
        for _ in range(200):
            for token in reports:
                shop.editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token=token))
            if shop.editor.states and shop.editor.states[-1] == "paused":
                break
            await asyncio.sleep(0.01)
        assert shop.editor.states[-1] == "paused"
        assert (await shop.editor.command("sightline.index"))["message"] == "The index is ready."
        answer = await shop.editor.command("sightline.run", {"command": "impact", "text": "total"})
        assert [place["path"] for place in answer["places"]] != []


@pytest.mark.parametrize(
    ("replies", "kind"),
    [
        ("", "model_not_configured"),
        ("%%% reply\nfail: unreachable\n\nx\n", "model_unreachable"),
        ("%%% reply\nfail: authentication\n\nx\n", "model_authentication"),
    ],
)
async def test_a_model_that_fails_is_told_with_a_hint(tmp_path: Path, replies: str, kind: str) -> None:
    async with shop_window(tmp_path, replies) as shop:
        with pytest.raises(JsonRpcException) as error:
            await shop.editor.command("sightline.run", {"command": "fix", "text": "x"})
        data = cast("dict[str, str]", error.value.data)
        assert data["kind"] == kind
        assert data["hint"]
        assert shop.text("shop/invoice.py") == INVOICE


async def test_garbage_is_no_edit(tmp_path: Path) -> None:
    async with shop_window(tmp_path, "%%% reply\ngarbage: 3000\ntimes: always\n\n\n") as shop:
        result = await shop.editor.command("sightline.run", {"command": "fix", "text": "x", "turn": "t"})
        assert result["outcome"]["verdict"] == "no_edits"


async def test_an_editor_without_versions_keeps_its_open_files(tmp_path: Path) -> None:
    stated = capabilities_from({"workspace": {"applyEdit": True}})
    async with shop_window(tmp_path, script(HARMLESS), capabilities=stated) as shop:
        shop.open("shop/invoice.py")
        await shop.editor.command("sightline.run", {"command": "fix", "text": "x", "turn": "t"})
        with pytest.raises(JsonRpcException) as error:
            await shop.editor.command("sightline.apply", {"turn": "t"})
        assert kind_of(error) == "editor_cannot"
        shop.editor.close(shop.uri("shop/invoice.py"))
        assert (await shop.editor.command("sightline.apply", {"turn": "t"}))["applied"]
        assert shop.file("shop/invoice.py").read_text() == INVOICE.replace('Invoice")', 'INVOICE")')


@pytest.mark.parametrize(("answer", "state"), [("Index it anyway", "ready"), ("Leave it", "failed"), (None, "failed")])
async def test_a_home_folder_is_indexed_only_if_the_user_says_so(
    tmp_path: Path, answer: str | None, state: str
) -> None:
    async with shop_window(tmp_path, environment={"HOME": str(tmp_path / "work")}, wait=False) as shop:
        shop.editor.answers.append(answer)
        await shop.editor.until(lambda: bool(shop.editor.questions))
        assert "home folder" in shop.editor.questions[0].message
        await shop.editor.until(lambda: shop.editor.states[-1] == state)
        if state == "ready":
            assert (await shop.editor.command("sightline.run", {"command": "impact", "text": "total"}))["places"]
        else:
            with pytest.raises(JsonRpcException) as error:
                await shop.editor.command("sightline.run", {"command": "impact", "text": "total"})
            assert kind_of(error) == "root_too_large"


async def test_bad_files_and_settings_are_told_and_nothing_is_lost(tmp_path: Path) -> None:
    root = write_workspace((tmp_path / "work").resolve())
    (root / "latin.py").write_bytes(b"name = '\xe4'\n")
    (root / "huge.py").write_bytes(b"x = 1\n" * 1_000_000)
    (root / "loop").symlink_to(root)
    (root / ".sightline").mkdir()
    (root / ".sightline/sightline.toml").write_text("[model]\nname = 'openai:evil'\n[context\n")
    async with shop_window(tmp_path) as shop:
        assert shop.editor.states[-1] == "ready"
        assert any("sightline.toml" in line.message for line in shop.editor.client.log_messages)
        shop.editor.open_uri("file://" + str(root / "latin.py"), "name = 'ä'\n")
        shop.editor.open(root / "huge.py")
        shop.editor.type(uri_of(root / "huge.py"), "x", "y")
        answer = await shop.editor.command("sightline.run", {"command": "impact", "text": "total"})
        assert answer["places"]
        assert shop.editor.client.error is None


async def test_a_missing_root_is_an_error_with_a_hint(tmp_path: Path) -> None:
    async with shop_window(tmp_path, more=(tmp_path / "nowhere",)) as shop:
        assert shop.editor.states[-1] == "failed"
        with pytest.raises(JsonRpcException) as error:
            await shop.editor.command("sightline.run", {"command": "impact", "text": "total"})
        assert kind_of(error) == "missing_root"


async def test_no_folder_at_all(tmp_path: Path) -> None:
    async with shop_window(tmp_path, no_root=True) as shop:
        with pytest.raises(JsonRpcException) as error:
            await shop.editor.command("sightline.run", {"command": "impact", "text": "total"})
        assert kind_of(error) == "missing_root"
