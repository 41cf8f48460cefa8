"""What a text names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.context.mentions import MAXIMUM_TEXT, Mentions, NamedPlace, find_mentions
from support.patience import least_cpu_seconds


@pytest.mark.parametrize(
    ("text", "explicit"),
    [
        ("look at @src/app.py please", ("src/app.py",)),
        ("@Client.send, then @send.", ("Client.send", "send")),
        ("`parse_date` and ``Cart.total()``", ("parse_date", "Cart.total")),
        ("`src/a b.py`", ()),
        ("in `shop/cart.py`.", ("shop/cart.py",)),
        ("`def parse(x, y):` and `Cart.add(1)`", ("parse", "Cart.add")),
        ("`shop/cart.py::Cart.total`", ("shop/cart.py::Cart.total",)),
        ("`httpx._client.Client`", ("httpx._client.Client",)),
        ("`Foo#bar` and `a::B::c`", ("Foo#bar", "a::B::c")),
        ("`x = readCookie(name)`", ("readCookie",)),
        ("write to me@example.org", ()),
    ],
)
def test_marked_names_are_explicit(text: str, explicit: tuple[str, ...]) -> None:
    assert find_mentions(text).explicit == explicit


@pytest.mark.parametrize(
    ("text", "implied"),
    [
        ("rename parse_date everywhere", ("parse_date",)),
        ("CartItem and cartItem, not Cart", ("CartItem", "cartItem")),
        ("call total() twice", ("total",)),
        ("see shop/cart.py and setup.cfg", ("shop/cart.py", "setup.cfg")),
        ("os.path.join fails, e.g. here", ("os.path.join",)),
        ("plain words only, nothing else.", ()),
        ("__init__.py and _private", ("__init__.py", "_private")),
        ("`done` then `done`, done", ()),
    ],
)
def test_names_in_prose_are_implied(text: str, implied: tuple[str, ...]) -> None:
    assert find_mentions(text).implied == implied


def test_names_given_by_the_editor_are_explicit() -> None:
    found = find_mentions("do it", ["@shop/", "shop/cart.py", "Cart.total", ""])
    assert found == Mentions(explicit=("shop/cart.py", "Cart.total"), folders=("shop/",))


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (
            'Traceback (most recent call last):\n  File "/x/shop/cart.py", line 12, in total\n    boom()\n',
            [("/x/shop/cart.py", 12, "total")],
        ),
        ("    at Cart.total (/x/src/cart.ts:12:7)\n", [("/x/src/cart.ts", 12, "total")]),
        ("    at file:///x/src/cart.js:3:4\n", [("/x/src/cart.js", 3, "")]),
        ("    at async run (src/a.tsx:9:1)\n", [("src/a.tsx", 9, "run")]),
        ("src/cart.ts(3,14): error TS2304: no name", [("src/cart.ts", 3, "")]),
        ("tests/test_cart.py:40: AssertionError", [("tests/test_cart.py", 40, "")]),
        ('File "C:\\x\\cart.py", line 5', [("C:/x/cart.py", 5, "")]),
    ],
)
def test_stack_traces_and_messages_name_places(text: str, places: list[tuple[str, int, str]]) -> None:
    assert find_mentions(text).places == tuple(
        NamedPlace(path=path, line=line, function=function) for path, line, function in places
    )


def test_folders_are_named_by_their_slash() -> None:
    assert find_mentions("everything in @shop/ and src/lib/, and/or not").folders == ("shop/", "src/lib/")


@given(st.text(alphabet="a1_$@`./\\:(),\"' \n#-+AFile", max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    found = find_mentions(text)
    assert all(name.strip() for name in (*found.explicit, *found.implied, *found.folders))


@pytest.mark.parametrize(
    "piece", ["a-", "a/", "a.", "_", "@", "`", "A", "aB", "(", "a::", 'File "', "at (", "$", "+", "a.b/", "x@", "A1"]
)
def test_reading_takes_time_in_proportion_to_the_text(piece: str) -> None:
    text = piece * (MAXIMUM_TEXT // len(piece))
    assert least_cpu_seconds(lambda: find_mentions(text), 2.0) < 2.0
