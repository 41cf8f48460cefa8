"""What names mean in one workspace."""

from __future__ import annotations

import pytest

from sightline.context.lexical import LexicalIndex
from sightline.context.mentions import find_mentions
from sightline.context.resolve import MOST_SYMBOLS, Resolved, resolve_mentions
from support.graphs import ROOT, graph_of

FILES = {
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart:\n    def total(self): ...\n    def clear(self): ...\n",
    "shop/tax.py": "def rate(): ...\ndef join(): ...\n",
    "web/cart.py": "class CartView:\n    def total(self): ...\n",
    "web/tests/test_cart.py": "def test_total(): ...\n",
    "pyproject.toml": "[project]\n",
}


def resolve(text: str, files: dict[str, str] = FILES) -> Resolved:
    view = graph_of(files)
    index = LexicalIndex()
    index.follow(view)
    return resolve_mentions(view, index, find_mentions(text), (ROOT,))


def symbols(text: str) -> list[str]:
    return [named.symbol.identifier for named in resolve(text).symbols]


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("@shop/cart.py", ["shop/cart.py"]),
        (f"`{ROOT}/shop/cart.py`", ["shop/cart.py"]),
        ("`./shop/cart.py`", ["shop/cart.py"]),
        ("`test_cart.py`", ["web/tests/test_cart.py"]),
        ("`cart.py`", ["shop/cart.py", "web/cart.py"]),
        ("`pyproject.toml`", ["pyproject.toml"]),
        ("`../outside.py` and `/etc/passwd` and `missing.py`", []),
    ],
)
def test_paths_as_people_write_them(text: str, paths: list[str]) -> None:
    assert [str(path) for path in resolve(text).files] == paths


def test_a_file_name_that_many_files_bear_points_at_none() -> None:
    files = {f"p{n}/models.py": "" for n in range(5)}
    assert resolve("`models.py`", files).files == {}
    assert [str(path) for path in resolve("`p3/models.py`", files).files] == ["p3/models.py"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`Cart`", ["shop/cart.py::Cart"]),
        ("`Cart.total`", ["shop/cart.py::Cart.total"]),
        ("`Cart#total`", ["shop/cart.py::Cart.total"]),
        ("`shop.cart.Cart`", ["shop/cart.py::Cart"]),
        ("`shop/tax.py::rate`", ["shop/tax.py::rate"]),
        ("`Cart.unknown`", ["shop/cart.py::Cart"]),
        ("`os.path.join`", []),
        ("`tax.join`", ["shop/tax.py::join"]),
        ("`nothing_here`", []),
    ],
)
def test_symbols_as_people_write_them(text: str, found: list[str]) -> None:
    assert symbols(text) == found


def test_a_name_shared_by_two_has_half_the_share() -> None:
    found = resolve("`total`").symbols
    assert [(named.symbol.identifier, named.share) for named in found] == [
        ("shop/cart.py::Cart.total", 0.5),
        ("web/cart.py::CartView.total", 0.5),
    ]


def test_a_name_that_everything_bears_means_nothing() -> None:
    files = {f"m{n}.py": "def run(): ...\n" for n in range(MOST_SYMBOLS + 1)}
    assert resolve("`run`", files).symbols == ()


def test_a_qualified_name_is_found_among_many_of_its_last_part() -> None:
    files = {f"m{n}.py": f"class C{n}:\n    def run(self): ...\n" for n in range(MOST_SYMBOLS + 5)}
    assert [named.symbol.identifier for named in resolve("`C7.run`", files).symbols] == ["m7.py::C7.run"]


def test_a_trace_from_another_machine_finds_its_file_here() -> None:
    found = resolve('File "/ci/build/shop/cart.py", line 2, in total\nFile "/usr/lib/os.py", line 9, in x')
    assert [(str(place.path), place.line) for place in found.places] == [("shop/cart.py", 2)]


def test_folders_must_exist() -> None:
    assert resolve("in shop/ and nowhere/ and @web/tests/").folders == ("web/tests/", "shop/")
