"""``sightline.graph``: every query over the wire, with how complete its answer is."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from sightline.graph.queries import QUERIES
from support.patience import PATIENCE
from support.shop_window import ShopWindow, shop_window

FILES = {
    "shop/__init__.py": "",
    "shop/rates.py": """from shop import total


class Rate:
    def of(self, x):
        return x


class Fixed(Rate):
    def of(self, x):
        return helper(x)


def helper(x):
    return x


def lonely(x):
    return x


def named(x):
    return x
""",
    "shop/total.py": """from shop.rates import Fixed, helper


def total(x):
    return helper(x) + Fixed().of(x)
""",
    "shop/plugin.py": "import shop.rates\nrun = getattr(shop.rates, 'named')\n",
    "shop/broken.py": "lonely\0",
    "tests/test_total.py": """from shop.total import total


def test_total():
    assert total(1)
""",
}


async def ask(shop: ShopWindow, query: str, **given: Any) -> Any:
    """The command's answer."""
    return await shop.editor.command("sightline.graph", {"query": query, **given})


def told(answer: Any) -> list[str]:
    """What was found, as words."""
    return [f"{each['path']}:{each['line']} {each['name']}" for each in answer["found"]]


async def test_every_query_is_answered_in_one_shape(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        keys: set[frozenset[str]] = set()
        for query in sorted(QUERIES):
            text = "shop/rates.py" if query in {"importers", "dependencies"} else "shop/rates.py::helper"
            answer = await ask(shop, query, text=text)
            assert answer["query"] == query
            assert answer["revision"] == shop.engine.view.revision
            assert answer["coverage"]["text"]
            keys.add(frozenset(answer))
        assert len(keys) == 1


async def test_answers_name_places_and_their_relation(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        assert told(await ask(shop, "callers", text="helper")) == [
            "shop/rates.py:11 Fixed.of",
            "shop/total.py:5 total",
        ]
        tests = await ask(shop, "tests", text="helper")
        assert "tests/test_total.py:5 test_total" in told(tests)
        cycles = await ask(shop, "cycles")
        assert [[each["path"] for each in group] for group in cycles["cycles"]] == [["shop/rates.py", "shop/total.py"]]
        near = await ask(shop, "neighbourhood", text="Rate.of")
        assert ("implementers", "Fixed.of") in [(each["relation"], each["name"]) for each in near["found"]]
        needs = await ask(shop, "dependencies", text="shop/rates.py", depth=2)
        assert [(each["path"], each["depth"], each["source"]["path"]) for each in needs["found"]] == [
            ("shop/total.py", 1, "shop/rates.py"),
        ]


async def test_a_place_in_a_text_that_is_being_typed_is_understood(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        uri = shop.uri("shop/total.py")
        shop.open("shop/total.py")
        shop.editor.type(uri, "def total(x):\n", "    s = '😀'; helper(s)\n")
        answer = await ask(shop, "references", uri=uri, range=shop.editor.select(uri, "helper(s)"))
        assert [symbol["name"] for symbol in answer["symbols"]] == ["helper"]
        assert "shop/total.py:5 total" in told(answer)
        inside = await ask(shop, "callers", uri=uri, range=shop.editor.select(uri, "return "))
        assert [symbol["name"] for symbol in inside["symbols"]] == ["total"], "what the cursor is in"


async def test_none_is_complete_only_where_nothing_could_hide_a_use(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        lonely = await ask(shop, "references", text="lonely")
        assert lonely["found"] == []
        assert lonely["coverage"]["complete"] is False
        assert [each["path"] for each in lonely["coverage"]["unparsedFiles"]] == ["shop/broken.py"]
        assert "shop/broken.py" in lonely["coverage"]["text"]
        named = await ask(shop, "callers", text="named")
        assert (named["found"], named["coverage"]["complete"], named["coverage"]["dynamic"]) == ([], False, 1)
        (shop.root / "shop/broken.py").unlink()
        (shop.root / "shop/plugin.py").unlink()
        await shop.engine.rescan()
        for name in ("lonely", "named"):
            answer = await ask(shop, "references", text=name)
            assert (answer["found"], answer["coverage"]["complete"]) == ([], True)
            assert answer["coverage"]["text"] == "complete: nothing found, and nothing could hide it"


async def test_the_impact_of_a_diff_tells_what_changes_and_whom_that_reaches(tmp_path: Path) -> None:
    diff = """--- a/shop/rates.py
+++ b/shop/rates.py
@@ -13,3 +13,3 @@

 def helper(x):
-    return x
+    return -x
"""
    async with shop_window(tmp_path, files=FILES) as shop:
        answer = await ask(shop, "impact", diff=diff)
        assert [(each["kind"], each["name"], each["line"]) for each in answer["changed"]] == [("changed", "helper", 14)]
        assert ("tests", "test_total", "shop/rates.py::helper") in [
            (each["relation"], each["name"], each["of"]) for each in answer["found"]
        ]
        assert answer["unmatched"] == []
        wrong = await ask(shop, "impact", diff=diff.replace("return x", "return y"))
        assert [item["path"] for item in wrong["unmatched"]] == ["shop/rates.py"]
        assert wrong["coverage"]["complete"] is False
        with pytest.raises(JsonRpcException) as untrusted:
            await ask(shop, "impact", staged=True)
        assert kind_of(untrusted) == "untrusted"


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"query": "everything"}, "invalid_arguments"),
        ({"query": "callers", "text": "nobody"}, "unknown_symbol"),
        ({"query": "callers"}, "unknown_symbol"),
        ({"query": "importers", "text": "no/such.py"}, "missing_file"),
        ({"query": "importers", "text": "../../etc/passwd"}, "path_outside_root"),
        ({"query": "callers", "text": "helper", "depth": 0}, "invalid_arguments"),
        ({"query": "callers", "diff": "--- a\n"}, "invalid_arguments"),
        ({}, "invalid_arguments"),
    ],
)
async def test_wrong_questions_are_refused_with_a_reason(tmp_path: Path, given: dict[str, Any], kind: str) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        with pytest.raises(JsonRpcException) as error:
            await shop.editor.command("sightline.graph", given)
        assert kind_of(error) == kind


async def test_long_answers_are_cut_and_say_how_long_they_were(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        answer = await ask(shop, "references", text="helper", limit=1)
        assert (len(answer["found"]), answer["total"]) == (1, 3)


async def test_a_text_that_moved_on_is_told(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        uri = shop.uri("shop/total.py")
        shop.open("shop/total.py")
        place = shop.editor.select(uri, "helper(x)")
        shop.link.hold()
        _, pending = shop.editor.begin("sightline.graph", {"query": "references", "uri": uri, "range": place})
        shop.editor.type(uri, "from shop.rates import", " (")
        shop.link.release()
        with pytest.raises(JsonRpcException) as error:
            await pending
        assert (error.value.code, kind_of(error)) == (types.LSPErrorCodes.RequestFailed, "change_conflict")


async def test_a_question_can_be_given_up(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=FILES) as shop:
        shop.link.hold()
        identifier, pending = shop.editor.begin("sightline.graph", {"query": "cycles"})
        shop.editor.cancel(identifier)
        shop.link.release()
        with pytest.raises(JsonRpcException) as error:
            await asyncio.wait_for(pending, PATIENCE)
        assert error.value.code == types.LSPErrorCodes.RequestCancelled


def kind_of(error: pytest.ExceptionInfo[JsonRpcException]) -> str:
    """The kind of an error."""
    return cast("dict[str, str]", error.value.data)["kind"]
