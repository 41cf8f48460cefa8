"""Where an import is added to a Python file, and how it looks there."""

import ast
import sys
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.text import Text
from sightline.edits.import_python import insert_python_import
from sightline.edits.import_statement import WantedImport
from sightline.graph.parse import parse
from sightline.languages.registry import LANGUAGES

PYTHON = next(language for language in LANGUAGES if language.name == "python")
OWN = frozenset(("shop", "app"))


def section(module: str, level: int) -> int:
    """Future, standard library, packages, own, relative."""
    top = module.partition(".")[0]
    if level or top == "__future__":
        return 4 if level else 0
    return 1 if top in sys.stdlib_module_names else 3 if top in OWN else 2


def added(source: str, wanted: WantedImport) -> str:
    """The file with the import."""
    text = Text.of(source)
    edits = insert_python_import(text, parse(text.data, PYTHON).imports, wanted, section)
    return str(text.apply(edits))


def want(module: str, name: str, *, level: int = 0, **given: object) -> WantedImport:
    """A wanted import; the bound name is the imported one unless given."""
    fields = {"bound": name, **given}
    return WantedImport(module=module, name=name, level=level, **fields)  # type: ignore[arg-type]  fields of that type


CASES = {
    "into a sorted list": (
        "from shop.cart import Cart, total\n",
        want("shop.cart", "Item"),
        "from shop.cart import Cart, Item, total\n",
    ),
    "at the end of an unsorted one": (
        "from shop.cart import total, Cart\n",
        want("shop.cart", "Item"),
        "from shop.cart import total, Cart, Item\n",
    ),
    "behind an alias, before a comment": (
        "from shop.cart import Cart as C  # noqa: F401\n",
        want("shop.cart", "total", bound="sum_up"),
        "from shop.cart import Cart as C, total as sum_up  # noqa: F401\n",
    ),
    "a line of its own in parentheses": (
        "from shop.cart import (\n    Cart,\n    total,\n)\n",
        want("shop.cart", "Item"),
        "from shop.cart import (\n    Cart,\n    Item,\n    total,\n)\n",
    ),
    "at the end of parentheses without a last comma": (
        "from shop.cart import (\n    Cart,  # the cart\n    Item  # the item\n)\n",
        want("shop.cart", "total"),
        "from shop.cart import (\n    Cart,  # the cart\n    Item,\n    total  # the item\n)\n",
    ),
    "at the end of parentheses with one and a comment": (
        "from shop.cart import (\n    Cart,\n    Item,  # the item\n)\n",
        want("shop.cart", "total"),
        "from shop.cart import (\n    Cart,\n    Item,  # the item\n    total,\n)\n",
    ),
    "in lines that hold several": (
        "from shop.cart import (Cart, Item,\n                       total)\n",
        want("shop.cart", "price"),
        "from shop.cart import (Cart, Item,\n                       price, total)\n",
    ),
    "wrapped when it gets too long": (
        "from shop.cart import first_of_the_names, second_of_the_names, the_third_name_of_all\n",
        want("shop.cart", "zero"),
        (
            "from shop.cart import (\n    first_of_the_names,\n    second_of_the_names,\n"
            "    the_third_name_of_all,\n    zero,\n)\n"
        ),
    ),
    "its sorted place in its section": (
        "import os\n\nfrom shop.base import Base\nfrom shop.mail import Mail\n\nfrom . import near\n",
        want("shop.cart", "Cart"),
        (
            "import os\n\nfrom shop.base import Base\nfrom shop.cart import Cart\nfrom shop.mail import Mail\n\n"
            "from . import near\n"
        ),
    ),
    "a section between two others": (
        "import os\n\nfrom . import near\n",
        want("shop.cart", "Cart"),
        "import os\n\nfrom shop.cart import Cart\n\nfrom . import near\n",
    ),
    "a section before all others": (
        "from . import near\n",
        want("shop.cart", "Cart"),
        "from shop.cart import Cart\n\nfrom . import near\n",
    ),
    "above the comment of the import that follows": (
        "import os\n\n# Why\nfrom shop.cart import Cart\n",
        want("shop.base", "Base"),
        "import os\n\nfrom shop.base import Base\n# Why\nfrom shop.cart import Cart\n",
    ),
    "below the licence": (
        "# Licence\nfrom shop.cart import Cart\n",
        want("shop.base", "Base"),
        "# Licence\nfrom shop.base import Base\nfrom shop.cart import Cart\n",
    ),
    "relative imports from far to near": (
        "from .. import above\nfrom ..models import Model\nfrom .near import x\n",
        want("query", "Query", level=2),
        "from .. import above\nfrom ..models import Model\nfrom ..query import Query\nfrom .near import x\n",
    ),
    "names in the order of the alphabet, a statement for each": (
        "from .app import f\nfrom .app import G\nfrom .wrappers import request\n",
        want("wrappers", "Session", level=1),
        "from .app import f\nfrom .app import G\nfrom .wrappers import request\nfrom .wrappers import Session\n",
    ),
    "a statement for each where the files beside do so": (
        "from shop.cart import Cart\n",
        want("shop.cart", "Item", one_each=True),
        "from shop.cart import Cart\nfrom shop.cart import Item\n",
    ),
    "a whole module": ("import os\n", want("sys", "", bound="sys"), "import os\nimport sys\n"),
    "a whole module under another name": (
        "import os\n",
        want("shop.cart", "", bound="c"),
        "import os\n\nimport shop.cart as c\n",
    ),
    "below the future": (
        '"""Doc."""\n\nfrom __future__ import annotations\n\nx = 1\n',
        want("shop.cart", "Cart"),
        '"""Doc."""\n\nfrom __future__ import annotations\n\nfrom shop.cart import Cart\n\nx = 1\n',
    ),
    "below the docstring": (
        '#!/usr/bin/env python\n# Licence\n"""Doc\n\nfrom x import y\n"""\n\n\ndef f(): ...\n',
        want("shop.cart", "Cart"),
        (
            '#!/usr/bin/env python\n# Licence\n"""Doc\n\nfrom x import y\n"""\n\n'
            "from shop.cart import Cart\n\n\ndef f(): ...\n"
        ),
    ),
    "below a docstring that code follows": (
        '"""Doc."""\nx = 1\n',
        want("shop.cart", "Cart"),
        '"""Doc."""\n\nfrom shop.cart import Cart\n\nx = 1\n',
    ),
    "below the first comments": (
        "# Licence\nx = 1\n",
        want("shop.cart", "Cart"),
        "# Licence\nfrom shop.cart import Cart\n\nx = 1\n",
    ),
    "into an empty file": ("", want("shop.cart", "Cart"), "from shop.cart import Cart\n"),
    "with the line ends of the file": (
        "import os\r\n\r\nx = 1\r\n",
        want("sys", "", bound="sys"),
        "import os\r\nimport sys\r\n\r\nx = 1\r\n",
    ),
    "behind a last line without an end": ("import os", want("sys", "", bound="sys"), "import os\nimport sys"),
    "under TYPE_CHECKING": (
        "import typing as t\n\nif t.TYPE_CHECKING:\n    from .app import App\n    from .wrappers import Request\n",
        want("cart", "Cart", level=1, type_only=True),
        (
            "import typing as t\n\nif t.TYPE_CHECKING:\n    from .app import App\n    from .cart import Cart\n"
            "    from .wrappers import Request\n"
        ),
    ),
    "not under TYPE_CHECKING what is imported at run time anyway": (
        "import typing as t\n\nfrom .cart import Item\n\nif t.TYPE_CHECKING:\n    from .app import App\n",
        want("cart", "Cart", level=1, type_only=True),
        "import typing as t\n\nfrom .cart import Cart, Item\n\nif t.TYPE_CHECKING:\n    from .app import App\n",
    ),
    "not among what only type checkers see": (
        "import typing as t\n\nif t.TYPE_CHECKING:\n    from shop.cart import Item\n",
        want("shop.cart", "Cart"),
        "import typing as t\n\nfrom shop.cart import Cart\n\nif t.TYPE_CHECKING:\n    from shop.cart import Item\n",
    ),
    "not into an import of a function, nor into one under try": (
        "try:\n    from shop.cart import x\nexcept ImportError:\n    x = 1\n\n\ndef f():\n    from shop import y\n",
        want("shop.cart", "Cart"),
        (
            "from shop.cart import Cart\n\ntry:\n    from shop.cart import x\nexcept ImportError:\n    x = 1\n\n\n"
            "def f():\n    from shop import y\n"
        ),
    ),
    "not twice": ("from shop.cart import Cart\n", want("shop.cart", "Cart"), "from shop.cart import Cart\n"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_an_import_is_added(case: tuple[str, WantedImport, str]) -> None:
    source, wanted, expected = case
    assert added(source, wanted) == expected


NAMES = st.sampled_from(["Cart", "total", "LIMIT", "_x", "item as i", "Zone", "alpha"])
STATEMENTS = st.one_of(
    st.sampled_from(["import os", "import os, sys", "import shop.cart", "from . import near", "from ..far import z"]),
    st.lists(NAMES, min_size=1, max_size=4, unique=True).map(lambda names: f"from shop.cart import {', '.join(names)}"),
    st.lists(NAMES, min_size=1, max_size=4, unique=True).map(
        lambda names: "from shop.cart import (  # why\n" + "".join(f"    {name},  # é\n" for name in names) + ")"
    ),
    st.sampled_from(["from shop.cart import (Cart,\n    total)", "from shop.cart import Cart, \\\n    total"]),
    st.sampled_from(["try:\n    import fast\nexcept ImportError:\n    fast = None", "import a; import b"]),
    st.sampled_from(["if TYPE_CHECKING:\n    from shop.cart import Cart", "from shop.cart import *"]),
)
HEADS = st.sampled_from(
    [
        "",
        "#!/bin/x\n",
        '"""Doc."""\n',
        "'''Two\n\nlines.\n'''\n\n",
        "# -*- coding: utf-8 -*-\n# é\n",
        "\n\n",
        'r"raw"\n',
    ]
)


@given(
    head=HEADS,
    future=st.booleans(),
    statements=st.lists(STATEMENTS, max_size=6),
    newline=st.sampled_from(["\n", "\r\n"]),
    end=st.sampled_from(["", "\n", "\n\n\ndef f(x):\n    return x\n"]),
    wanted=st.builds(
        WantedImport,
        module=st.sampled_from(["shop.cart", "shop", "zoo", "near"]),
        name=st.sampled_from(["Wanted", "", "wanted"]),
        bound=st.just("wanted_name"),
        type_only=st.booleans(),
        one_each=st.booleans(),
    ),
)
def test_any_file_still_parses_and_binds_the_name(
    head: str, future: bool, statements: list[str], newline: str, end: str, wanted: WantedImport
) -> None:
    lines = [*(["from __future__ import annotations"] if future else []), *statements]
    source = (head + "\n".join(lines) + end).replace("\n", newline)
    ast.parse(source)
    after = added(source, wanted)
    tree = ast.parse(after)
    aliases = [each for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) for each in node.names]
    assert "wanted_name" in {each.asname or each.name for each in aliases}
    before = ast.parse(source)
    assert ast.get_docstring(tree, clean=False) == ast.get_docstring(before, clean=False)
    compile(after, "after", "exec", dont_inherit=True)  # the future comes first
    assert ("\r" in after) == ("\r" in source)
    assert added(after, wanted) == after


def test_what_is_there_is_kept() -> None:
    source = textwrap.dedent("""\
        import os
        from shop.cart import (Cart,  # first
                               total)
    """)
    after = added(source, want("shop.cart", "Item"))
    assert sorted(after.replace(",", " ").split()) == sorted((source.replace(",", " ") + " Item").split())
