"""Jumping by the graph, over the wire: only where the user wants it, in the editor's own positions, never stale."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from support.client_capabilities import full_capabilities
from support.positions import index_at, position_at
from support.shop_window import ShopWindow, shop_window

RATES = """class Rate:
    def of(self, x):
        return x


class Fixed(Rate):
    def of(self, x):
        return helper(x)


def helper(x):
    return x
"""
TOTAL = """from shop.rates import Fixed, helper


def total(x):
    s = '😀'; return helper(x) + Fixed().of(x)


def broad(rate, x):
    return rate.of(x)
"""
FILES = {
    "shop/__init__.py": "",
    "shop/rates.py": RATES,
    "shop/total.py": TOTAL,
    "web/rates.ts": "export function helper() { return 1 }\n",
}
OPTIONS = {"userSettings": {"navigation": {"languages": ["python"]}}}
T = TypeVar("T")


async def asked(shop: ShopWindow, method: str, params: Any) -> Any:
    """The answer to a request."""
    return await asyncio.wrap_future(shop.editor.client.protocol.send_request(method, params))


def at(shop: ShopWindow, name: str, piece: str, kind: Callable[..., T], **more: Any) -> T:
    """Parameters for the place of the first ``piece`` in an open file; the cursor stands behind its first character."""
    uri = shop.uri(name)
    text = shop.editor.buffers[uri].text
    position = position_at(text, text.index(piece) + 1, shop.editor.encoding)
    return kind(text_document=types.TextDocumentIdentifier(uri=uri), position=position, **more)


def shown(shop: ShopWindow, locations: Any) -> list[str]:
    """Locations as ``file:text``, the text read as the editor would."""
    found: list[str] = []
    for each in locations:
        path = next(name for name in FILES if shop.uri(name) == each.uri)
        found.append(f"{path}:{each.range.start.line}:{piece_of(shop, path, each.range)}")
    return found


def piece_of(shop: ShopWindow, name: str, span: types.Range) -> str:
    """The text of a range, read as the editor would."""
    text = shop.text(name) or ""
    return text[index_at(text, span.start, shop.editor.encoding) : index_at(text, span.end, shop.editor.encoding)]


async def references(shop: ShopWindow, name: str, piece: str, *, declaration: bool = False) -> list[str]:
    """``textDocument/references`` at a piece of a file."""
    context = types.ReferenceContext(include_declaration=declaration)
    params = at(shop, name, piece, types.ReferenceParams, context=context)
    return shown(shop, await asked(shop, types.TEXT_DOCUMENT_REFERENCES, params))


async def test_nothing_is_offered_or_answered_unless_the_user_wants_it(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        stated = shop.initialized.capabilities
        assert stated.references_provider is None
        assert stated.definition_provider is None
        assert stated.document_symbol_provider is None
        shop.open("shop/rates.py")
        params = at(shop, "shop/rates.py", "helper", types.DefinitionParams)
        assert await asked(shop, types.TEXT_DOCUMENT_DEFINITION, params) is None
        everywhere = types.WorkspaceSymbolParams(query="helper")
        assert await asked(shop, types.WORKSPACE_SYMBOL, everywhere) is None


async def test_only_the_chosen_languages_are_answered_for(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES, options=OPTIONS) as shop:
        stated = shop.initialized.capabilities
        assert stated.references_provider is True
        assert stated.call_hierarchy_provider is True
        assert stated.type_hierarchy_provider is True
        shop.open("web/rates.ts")
        params = at(shop, "web/rates.ts", "helper", types.DefinitionParams)
        assert await asked(shop, types.TEXT_DOCUMENT_DEFINITION, params) is None
        found = await asked(shop, types.WORKSPACE_SYMBOL, types.WorkspaceSymbolParams(query="HELP"))
        assert [(each.name, each.location.uri) for each in found] == [("helper", shop.uri("shop/rates.py"))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_references_are_where_the_editor_counts_them(tmp_path: Path, encoding: str) -> None:
    async with shop_window(tmp_path, files=FILES, options=OPTIONS, encodings=[encoding]) as shop:
        shop.open("shop/rates.py")
        assert await references(shop, "shop/rates.py", "helper(x):", declaration=True) == [
            "shop/rates.py:10:helper",
            "shop/rates.py:7:helper",
            "shop/total.py:0:helper",
            "shop/total.py:4:helper",
        ]
        shop.open("shop/total.py")
        shop.editor.type(shop.uri("shop/total.py"), "s = '", "😀é")
        assert "shop/total.py:4:helper" in await references(shop, "shop/total.py", "helper(x)")


async def test_uses_by_name_alone_are_left_out_where_better_ones_are_known(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES, options=OPTIONS) as shop:
        shop.open("shop/rates.py")
        text = shop.text("shop/rates.py") or ""
        inherited, own = text.index("of(self"), text.rindex("of(self")
        assert inherited != own
        uri = shop.uri("shop/rates.py")
        context = types.ReferenceContext(include_declaration=False)

        async def uses(index: int) -> list[str]:
            params = types.ReferenceParams(
                text_document=types.TextDocumentIdentifier(uri=uri),
                position=position_at(text, index, shop.editor.encoding),
                context=context,
            )
            return shown(shop, await asked(shop, types.TEXT_DOCUMENT_REFERENCES, params))

        assert await uses(own) == ["shop/total.py:4:of"]
        assert await uses(inherited) == ["shop/total.py:8:of"], "there are no better ones"


async def test_definitions_and_implementations_are_found(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES, options=OPTIONS) as shop:
        shop.open("shop/total.py", "shop/rates.py")

        async def definition(name: str, piece: str) -> list[str]:
            params = at(shop, name, piece, types.DefinitionParams)
            return shown(shop, await asked(shop, types.TEXT_DOCUMENT_DEFINITION, params))

        assert await definition("shop/total.py", "helper(x)") == ["shop/rates.py:10:helper"]
        assert await definition("shop/total.py", "of(x)") == ["shop/rates.py:6:of"]
        assert await definition("shop/total.py", "shop.rates") == ["shop/rates.py:0:"]
        assert await definition("shop/total.py", "'😀'") == []
        params = at(shop, "shop/rates.py", "Rate:", types.ImplementationParams)
        found = await asked(shop, types.TEXT_DOCUMENT_IMPLEMENTATION, params)
        assert shown(shop, found) == ["shop/rates.py:5:Fixed"]


async def symbols_of(shop: ShopWindow, name: str) -> Any:
    """``textDocument/documentSymbol``."""
    shop.open(name)
    params = types.DocumentSymbolParams(types.TextDocumentIdentifier(uri=shop.uri(name)))
    return await asked(shop, types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, params)


async def test_symbols_of_a_document_are_nested(tmp_path: Path) -> None:
    nested = full_capabilities()
    assert nested.text_document is not None
    nested.text_document.document_symbol = types.DocumentSymbolClientCapabilities(
        hierarchical_document_symbol_support=True
    )
    async with shop_window(tmp_path, files=FILES, options=OPTIONS, capabilities=nested) as shop:
        found = await symbols_of(shop, "shop/rates.py")
        assert [each.name for each in found] == ["Rate", "Fixed", "helper"]
        assert [each.name for each in found[0].children] == ["of"]
        whole = piece_of(shop, "shop/rates.py", found[1].range)
        assert whole.startswith("class Fixed")
        assert whole.endswith("helper(x)")


async def test_symbols_of_a_document_are_listed_for_editors_that_take_no_tree(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES, options=OPTIONS) as shop:
        assert [(each.name, each.container_name) for each in await symbols_of(shop, "shop/rates.py")] == [
            ("Rate", None), ("of", "Rate"), ("Fixed", None), ("of", "Fixed"), ("helper", None),
        ]  # fmt: skip


async def test_calls_lead_both_ways(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES, options=OPTIONS) as shop:
        shop.open("shop/total.py", "shop/rates.py")
        params = at(shop, "shop/total.py", "helper(x)", types.CallHierarchyPrepareParams)
        (item,) = await asked(shop, types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY, params)
        assert (item.name, item.uri, item.detail) == ("helper", shop.uri("shop/rates.py"), "shop/rates.py")
        shop.editor.type(shop.uri("shop/rates.py"), "class Rate:\n", "    # typed between two questions\n")
        incoming = await asked(
            shop, types.CALL_HIERARCHY_INCOMING_CALLS, types.CallHierarchyIncomingCallsParams(item=item)
        )
        assert [(call.from_.name, call.from_.detail) for call in incoming] == [
            ("of", "shop/rates.py::Fixed"),
            ("total", "shop/total.py"),
        ]
        assert piece_of(shop, "shop/total.py", incoming[1].from_ranges[0]) == "helper"
        outgoing = await asked(
            shop,
            types.CALL_HIERARCHY_OUTGOING_CALLS,
            types.CallHierarchyOutgoingCallsParams(item=incoming[1].from_),
        )
        assert [call.to.name for call in outgoing] == ["helper", "Fixed", "of"]
        assert [piece_of(shop, "shop/total.py", call.from_ranges[0]) for call in outgoing] == ["helper", "Fixed", "of"]


async def test_types_lead_both_ways(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES, options=OPTIONS) as shop:
        shop.open("shop/rates.py")
        params = at(shop, "shop/rates.py", "Fixed", types.TypeHierarchyPrepareParams)
        (fixed,) = await asked(shop, types.TEXT_DOCUMENT_PREPARE_TYPE_HIERARCHY, params)
        (rate,) = await asked(shop, types.TYPE_HIERARCHY_SUPERTYPES, types.TypeHierarchySupertypesParams(item=fixed))
        assert rate.name == "Rate"
        below = await asked(shop, types.TYPE_HIERARCHY_SUBTYPES, types.TypeHierarchySubtypesParams(item=rate))
        assert [each.name for each in below] == ["Fixed"]


async def test_an_answer_for_a_text_that_is_gone_is_never_sent(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES, options=OPTIONS) as shop:
        shop.open("shop/rates.py", "shop/total.py")
        shop.link.hold()
        context = types.ReferenceContext(include_declaration=False)
        params = at(shop, "shop/rates.py", "helper(x):", types.ReferenceParams, context=context)
        pending = asyncio.ensure_future(asked(shop, types.TEXT_DOCUMENT_REFERENCES, params))
        await asyncio.sleep(0)
        shop.editor.type(shop.uri("shop/total.py"), "from shop.rates import", " (")
        shop.link.release()
        with pytest.raises(JsonRpcException) as error:
            await pending
        assert error.value.code == types.LSPErrorCodes.ContentModified


async def test_a_question_can_be_given_up(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES, options=OPTIONS) as shop:
        shop.open("shop/rates.py")
        shop.link.hold()
        protocol = shop.editor.client.protocol
        params = types.WorkspaceSymbolParams(query="helper")
        pending = asyncio.wrap_future(protocol.send_request(types.WORKSPACE_SYMBOL, params, msg_id="symbols"))
        shop.editor.cancel("symbols")
        shop.link.release()
        with pytest.raises(JsonRpcException) as error:
            await pending
        assert error.value.code == types.LSPErrorCodes.RequestCancelled
