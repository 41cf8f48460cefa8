"""From where a name can be imported, in which order, and how a file would write that."""

import pytest

from sightline.base.text import Span
from sightline.graph.exporters import exporters
from sightline.graph.spelling import is_one_name_each, spelling_of
from sightline.graph.unbound import is_bound_at_top, unbound_names, used_only_as_type
from support.graphs import graph_of, path

PYTHON = {
    "shop/__init__.py": "from .cart import Cart as Cart\n",
    "shop/cart.py": "class Cart: ...\n\n\ndef total(): ...\n",
    "shop/mail.py": "from .cart import total\n\n\ndef send():\n    total()\n    Cart()\n",
    "shop/admin/__init__.py": "",
    "shop/admin/pages.py": "from ..cart import total\n\n\ndef page():\n    send()\n",
    "app/one.py": "from shop import Cart\n\nCart()\n",
    "app/two.py": "from shop import Cart\n\nCart()\n",
    "app/three.py": "Cart()\ntotal()\n",
    "tests/test_cart.py": "class Cart: ...\n\n\ndef total(): ...\n",
}
SCRIPT = {
    "tsconfig.json": '{"compilerOptions": {"baseUrl": ".", "paths": {"@/*": ["src/*"]}}}',
    "src/cart/cart.ts": "export class Cart {}\nexport interface Line {}\nclass Hidden {}\n",
    "src/cart/index.ts": "export * from './cart';\n",
    "src/only.ts": "export default class Only {}\n",
    "src/near.ts": "import { Cart } from './cart';\nexport const near = new Cart();\n",
    "src/pages/one.ts": "import { near } from '@/near';\nnear;\n",
    "src/pages/two.ts": "new Cart(); near; new Only();\n",
    "src/far/far.ts": "import { near } from '../near';\nnear; new Cart();\n",
    "lib/js.ts": "import { near } from '../src/near.js';\nnear; new Cart();\n",
}


def found(files: dict[str, str], importer: str, name: str) -> list[str]:
    """``module name`` as the importer would write it, best first."""
    graph = graph_of(files)
    spelled = (spelling_of(graph, path(importer), each) for each in exporters(graph, path(importer), name))
    return [f"{'.' * each.level}{each.module} {each.name}".strip() for each in spelled if each is not None]


def test_a_package_that_the_files_beside_import_from_comes_before_the_module_that_defines() -> None:
    assert found(PYTHON, "app/three.py", "Cart") == ["shop Cart", "shop.cart Cart", "tests.test_cart Cart"]


def test_inside_the_package_the_module_comes_first_and_is_written_as_the_file_writes() -> None:
    assert found(PYTHON, "shop/mail.py", "Cart")[0] == ".cart Cart"


def test_tests_come_last() -> None:
    assert found(PYTHON, "app/three.py", "total") == ["shop.cart total", "tests.test_cart total"]


def test_dots_are_used_where_the_file_uses_them() -> None:
    assert found(PYTHON, "shop/admin/pages.py", "send") == ["..mail send"]


def test_dots_are_not_used_where_the_files_beside_write_whole_names() -> None:
    whole = "from shop.cart import total\n\ntotal()\n"
    files = {**PYTHON, "shop/__init__.py": "", "shop/mail.py": whole, "shop/new.py": "send()\ntotal()\n"}
    assert found(files, "shop/new.py", "total")[0] == "shop.cart total"


@pytest.mark.parametrize(
    ("line", "spelled"),
    [
        ("from shop import mail\n\nmail.send\n", "shop mail"),
        ("import shop.mail as mail\n\nmail.send\n", "shop.mail"),
    ],
)
def test_modules_are_imported_as_others_import_them(line: str, spelled: str) -> None:
    files = {**PYTHON, "app/one.py": line, "app/two.py": line, "app/three.py": "mail.send()\n"}
    assert found(files, "app/three.py", "mail")[0] == spelled


def test_a_module_that_nobody_imports_is_found_by_its_name() -> None:
    assert found(PYTHON, "app/three.py", "mail") == ["shop mail"]


def test_a_module_beside_the_file_comes_before_those_of_its_name_that_others_import() -> None:
    one = {"one/__init__.py": "", "one/views.py": "", "one/urls.py": "from . import views\n\nviews.page\n"}
    two = {"two/__init__.py": "", "two/views.py": "", "two/urls.py": "views.page\n"}
    assert found({**one, **two}, "two/urls.py", "views")[0] == ". views"


def test_what_a_package_imports_for_itself_is_not_offered_from_there() -> None:
    files = {**PYTHON, "shop/admin/__init__.py": "from app.one import helper\n", "app/one.py": "def helper(): ...\n"}
    assert found({**files, "app/three.py": "helper()\n"}, "app/three.py", "helper") == ["one helper"]


def test_a_name_bound_under_another_one_is_found_as_others_bind_it() -> None:
    files = {
        **PYTHON,
        "app/one.py": "from shop.cart import total as sum_up\n\nsum_up()\n",
        "app/three.py": "sum_up()\n",
    }
    graph = graph_of(files)
    (best,) = exporters(graph, path("app/three.py"), "sum_up")
    assert (best.export.name, best.export.bound, best.importers) == ("total", "sum_up", 1)


def test_what_a_module_no_longer_has_is_not_offered() -> None:
    files = {**PYTHON, "shop/cart.py": "class Cart: ...\n", "tests/test_cart.py": ""}
    assert found(files, "app/three.py", "total") == []


def test_a_barrel_and_an_alias_are_used_as_the_files_around_use_them() -> None:
    assert found(SCRIPT, "src/pages/two.ts", "Cart") == ["@/cart Cart", "@/cart/cart Cart"]
    assert found(SCRIPT, "src/far/far.ts", "Cart")[0] == "../cart Cart"
    assert found(SCRIPT, "src/pages/two.ts", "Hidden") == []


def test_the_ending_is_written_where_the_file_writes_it() -> None:
    assert "../src/cart/cart.js Cart" in found(SCRIPT, "lib/js.ts", "Cart")


def test_a_default_export_is_found_by_the_name_of_what_it_exports() -> None:
    assert found(SCRIPT, "src/pages/two.ts", "Only") == ["@/only default"]


def test_interfaces_are_known_for_types() -> None:
    graph = graph_of(SCRIPT)
    assert {each.is_type for each in exporters(graph, path("src/pages/two.ts"), "Line")} == {True}
    assert {each.is_type for each in exporters(graph, path("src/pages/two.ts"), "Cart")} == {False}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["from .b import x\nfrom .b import y\n"], True),
        (["from .b import x, y\n"], False),
        (["from .b import x\n", "from .b import x\nfrom .b import y\n"], True),
        (["from .b import x\n", "from .b import x, y\n"], False),
        (["", ""], False),
    ],
)
def test_whether_each_name_has_a_statement(texts: list[str], expected: bool) -> None:
    files = {f"p/{number}.py": text for number, text in enumerate(texts)}
    assert is_one_name_each(graph_of(files), path("p/0.py")) is expected


def unbound(name: str, text: str, at: str = "") -> tuple[str, ...]:
    """Names that nothing binds in a file, at a cursor before ``at`` if given."""
    index = graph_of({name: text}).index(path(name))
    assert index is not None
    start = text.index(at) if at else 0
    return unbound_names(index, Span(start, start) if at else None)


def test_names_that_nothing_binds() -> None:
    text = (
        "import os\nfrom a import b as c\nX = 1\n\n\ndef f(p, *q, **r):\n"
        "    local = [each for each in p]\n    print(os, c, X, p, q, r, local, f, int)\n"
        "    missing(away.x.y, other=lambda u: u)\n\n\nclass C(Base):\n    y: Hint\n    def m(self): return y\n"
    )
    assert unbound("a.py", text) == ("missing", "away", "Base", "Hint", "y")
    assert unbound("a.py", text, "issing") == ("missing",)
    assert unbound("a.py", text, "x.y") == ("away",)
    assert unbound("a.py", text, "other") == ()
    assert unbound("a.py", "from x import *\nmissing()\n") == ()


def test_names_that_nothing_binds_in_typescript() -> None:
    text = (
        "import D, { a as b } from './x';\nimport * as ns from './y';\n"
        "export function f<T>(p: T): Missing { return gone(p, b, D, ns.z, console, new Map(), f) }\n"
        "class K extends Away.B { m(): K { return this } }\n"
    )
    assert unbound("a.ts", text) == ("Missing", "gone", "Away")


def test_what_is_used_in_annotations_alone() -> None:
    index = graph_of({"a.py": "def f(x: A, y: 'B', z: m.C) -> A: return B()\n"}).index(path("a.py"))
    assert index is not None
    assert [used_only_as_type(index, name) for name in ("A", "B", "m", "none")] == [True, False, True, False]
    assert is_bound_at_top(index, "f")
    assert not is_bound_at_top(index, "A")
