"""Importing a missing name by code action: offered, resolved, applied by the editor itself, undone."""

from pathlib import Path
from typing import Any, cast

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from support.client_capabilities import capabilities_from
from support.shop_window import ShopWindow, shop_window

FILES = {
    "shop/__init__.py": "",
    "shop/cart.py": '"""Carts."""\n\n\ndef total():\n    return 1\n\n\ndef price():\n    return 2\n',
    "shop/mail.py": "from shop.cart import total\n\n\ndef send():\n    return total()\n",
    "old/cart.py": "def price():\n    return 0\n",
    "app.py": '"""The é app."""\n\nfrom shop.cart import total\n\nprint(total(), price())\n',
    "web/api.ts": "export interface Api {}\nexport function call(): void {}\n",
    "web/page.ts": "import { z } from './z';\n\ncall();\n",
    "web/z.ts": "export const z = 1;\n",
}
WITH_PRICE = FILES["app.py"].replace("import total", "import price, total")


def undefined(shop: ShopWindow, name: str, piece: str, message: str, **given: Any) -> types.Diagnostic:
    """What another server says of a name."""
    selected = shop.editor.select(shop.uri(name), piece)
    start, end = (types.Position(**selected[side]) for side in ("start", "end"))
    return types.Diagnostic(range=types.Range(start=start, end=end), message=message, **given)


async def imports(shop: ShopWindow, name: str, piece: str, **given: Any) -> list[types.CodeAction]:
    """The imports that are offered."""
    actions = await shop.editor.actions(shop.uri(name), piece, only=["quickfix.import"], **given)
    return cast("list[types.CodeAction]", actions)


async def choose(shop: ShopWindow, action: types.CodeAction) -> Any:
    """Does what an editor does with an action: resolves it, applies its edit, runs its command."""
    resolved = await shop.editor.client.code_action_resolve_async(action)
    assert resolved.edit is not None
    shop.editor.apply(resolved.edit)
    assert resolved.command is not None
    return await shop.editor.command(resolved.command.command, cast("Any", resolved.command.arguments)[0])


async def test_a_missing_name_is_imported_and_taken_back(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        shop.open("app.py")
        given = undefined(shop, "app.py", "price", "Undefined name `price`", source="Ruff", code="F821")
        first, second = await imports(shop, "app.py", "price", diagnostics=[given])
        assert [first.title, second.title] == ["Import 'price' from 'shop.cart'", "Import 'price' from 'old.cart'"]
        assert (first.kind, list(first.diagnostics or ()), first.edit) == ("quickfix.import", [given], None)

        answer = await choose(shop, first)
        assert answer["applied"]["applied"] is True
        assert shop.text("app.py") == WITH_PRICE
        assert shop.editor.edits == []  # nothing was pushed: the editor applied it

        undone = await shop.editor.command("sightline.undo", {})
        assert undone["applied"] is True
        assert shop.text("app.py") == FILES["app.py"]


async def test_the_edit_carries_the_version_it_was_computed_for(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES, encodings=["utf-8"]) as shop:
        shop.open("app.py")
        shop.editor.type(shop.uri("app.py"), "é app", "s")
        action = (await imports(shop, "app.py", "price"))[0]
        resolved = await shop.editor.client.code_action_resolve_async(action)
        assert resolved.edit is not None
        (change,) = resolved.edit.document_changes or [None]
        assert isinstance(change, types.TextDocumentEdit)
        assert change.text_document.version == 2


async def test_an_action_of_an_older_text_is_refused(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        shop.open("app.py")
        action = (await imports(shop, "app.py", "price"))[0]
        shop.editor.type(shop.uri("app.py"), "é app", "s")
        with pytest.raises(JsonRpcException, match="changed"):
            await shop.editor.client.code_action_resolve_async(action)


async def test_a_name_that_its_module_lost_meanwhile_is_not_imported(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        shop.open("app.py", "shop/cart.py")
        action = (await imports(shop, "app.py", "price"))[0]
        shop.editor.type(shop.uri("shop/cart.py"), "def price", "_of")
        with pytest.raises(JsonRpcException, match="price"):
            await shop.editor.client.code_action_resolve_async(action)
        assert shop.text("app.py") == FILES["app.py"]


async def test_an_editor_that_does_not_resolve_gets_the_edit_by_the_command(tmp_path: Path) -> None:
    kinds: dict[str, Any] = {"codeActionKind": {"valueSet": []}}
    literal = {"textDocument": {"codeAction": {"codeActionLiteralSupport": kinds}}}
    workspace = {"workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}}}
    async with shop_window(tmp_path, files=FILES, capabilities=capabilities_from({**literal, **workspace})) as shop:
        shop.open("app.py")
        action = (await imports(shop, "app.py", "price"))[0]
        assert action.data is None
        assert action.command is not None
        answer = await shop.editor.command(action.command.command, cast("Any", action.command.arguments)[0])
        assert answer["applied"]["applied"] is True
        assert shop.text("app.py") == WITH_PRICE
        await shop.editor.command("sightline.undo", {})
        assert shop.text("app.py") == FILES["app.py"]


async def test_an_editor_that_runs_the_command_without_resolving_gets_the_edit_too(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        shop.open("app.py")
        action = (await imports(shop, "app.py", "price"))[0]
        assert action.command is not None
        for _ in range(2):  # resolved or not, as long as the text is as it was
            shop.editor.edits.clear()
            answer = await shop.editor.command(action.command.command, cast("Any", action.command.arguments)[0])
            assert answer["applied"]["applied"] is True
            assert shop.text("app.py") == WITH_PRICE
            await shop.editor.command("sightline.undo", {})
            await shop.editor.client.code_action_resolve_async((await imports(shop, "app.py", "price"))[0])


async def test_what_was_typed_after_the_edit_landed_does_not_hide_it(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        shop.open("app.py")
        action = (await imports(shop, "app.py", "price"))[0]
        resolved = await shop.editor.client.code_action_resolve_async(action)
        assert resolved.edit is not None and resolved.command is not None
        shop.editor.apply(resolved.edit)
        shop.editor.type(shop.uri("app.py"), "é app", "s")
        answer = await shop.editor.command(resolved.command.command, cast("Any", resolved.command.arguments)[0])
        assert answer["applied"]["applied"] is True
        await shop.editor.command("sightline.undo", {})
        assert shop.text("app.py") == FILES["app.py"].replace("é app", "é apps")


async def test_typescript(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        shop.open("web/page.ts")
        given = undefined(shop, "web/page.ts", "call", "Der Name „call“ wurde nicht gefunden.", source="ts", code=2304)
        (action,) = await imports(shop, "web/page.ts", "call", diagnostics=[given])
        assert action.is_preferred is True
        await choose(shop, action)
        assert shop.text("web/page.ts") == FILES["web/page.ts"].replace(
            "'./z';\n", "'./z';\nimport { call } from './api';\n"
        )


async def test_nothing_is_offered_where_nothing_is_missing(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        shop.open("app.py")
        assert await imports(shop, "app.py", "total()") == []
        assert await imports(shop, "app.py", "print") == []


async def test_the_chat_imports_a_name_and_says_from_where_else_it_could_come(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        shop.open("app.py")
        run = {"command": "import", "uri": shop.uri("app.py"), "turn": "chat"}
        answer = await shop.editor.command("sightline.run", {**run, "text": "price"})
        assert answer["outcome"]["verdict"] == "accepted"
        assert "`/import price as price from old/cart.py`" in answer["text"]
        assert shop.text("app.py") == FILES["app.py"]
        await shop.editor.command("sightline.apply", {"turn": "chat"})
        assert shop.text("app.py") == WITH_PRICE
        for text in ("nowhere", "what is this", ""):
            with pytest.raises(JsonRpcException):
                await shop.editor.command("sightline.run", {**run, "text": text, "turn": f"chat {text}"})
        chosen = await shop.editor.command("sightline.run", {**run, "text": "send from shop.mail", "turn": "other"})
        assert [each["module"] for each in chosen["data"]["choices"]] == ["shop.mail"]


@pytest.mark.parametrize(
    ("name", "piece"),
    [("main.go", "cart.Total"), ("App.java", "Cart "), ("main.rs", "Tray"), ("Page.vue", "call(")],
)
async def test_imports_of_languages_that_we_do_not_write_are_not_offered(tmp_path: Path, name: str, piece: str) -> None:
    """A Go file was offered ``const cart = require("demo/cart")``."""
    files = FILES | {
        "go.mod": "module demo\n",
        "cart/cart.go": "package cart\n\nfunc Total() int { return 1 }\n",
        "main.go": 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println(cart.Total()) }\n',
        "a/Cart.java": "package a;\npublic class Cart {}\n",
        "App.java": "package b;\npublic class App { Cart cart; }\n",
        "tray.rs": "pub struct Tray;\n",
        "main.rs": "mod tray;\nfn main() { let t = Tray; }\n",
        "Page.vue": '<template><p/></template>\n<script setup lang="ts">\ncall();\n</script>\n',
    }
    async with shop_window(tmp_path, files=files) as shop:
        shop.open(name)
        given = undefined(shop, name, piece, "Undefined name `call`", source="any", code="F821")
        assert await imports(shop, name, piece, diagnostics=[given]) == []
        with pytest.raises(JsonRpcException) as refused:
            await shop.editor.command("sightline.run", {"command": "import", "uri": shop.uri(name), "text": "Cart"})
        assert cast("Any", refused.value).data["kind"] == "not_supported"
