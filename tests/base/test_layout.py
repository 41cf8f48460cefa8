"""What formatters do is layout; what a person would miss is not."""

from __future__ import annotations

import pytest

from sightline.base.layout import is_laid_out_anew
from sightline.base.merge import merge
from sightline.base.text import Text

LAID_OUT = {
    "nothing": ("a = 1\n", "a = 1\n"),
    "spaces": ("def total( prices,rate ):\n    return   1\n", "def total(prices, rate):\n    return 1\n"),
    "quotes": ("print('it', \"that\")\n", 'print("it", "that")\n'),
    "quotes that were escaped": ("print('it\\'s')\n", 'print("it\'s")\n'),
    "a call over several lines": ("f(a, b)\n", "f(\n    a,\n    b,\n)\n"),
    "and back": ("f(\n    a,\n    b,\n)\n", "f(a, b)\n"),
    "brackets around an import": ("from m import a, b\n", "from m import (\n    a,\n    b,\n)\n"),
    "brackets around a condition": ("if a and b:\n    c()\n", "if (\n    a\n    and b\n):\n    c()\n"),
    "blank lines": ("a = 1\ndef f():\n    pass\n", "a = 1\n\n\ndef f():\n    pass\n"),
    "another width": ("if a:\n  b()\n  if c:\n    d()\n", "if a:\n    b()\n    if c:\n        d()\n"),
    "tabs": ("func f() {\n  a()\n}\n", "func f() {\n\ta()\n}\n"),
    "semicolons": ("const a = 'b'\nf(a)\n", 'const a = "b";\nf(a);\n'),
    "a comment moved along": ("f(a, b)  # why\n", "f(\n    a,\n    b,\n)  # why\n"),
    "two statements in a line": ("if a: b()\n", "if a:\n    b()\n"),
}

SOMETHING_ELSE = {
    "a word": ("a = 1\n", "a = 2\n"),
    "out of a block": ("if a:\n    b()\n    c()\n", "if a:\n    b()\nc()\n"),
    "into a block": ("if a:\n    b()\nc()\n", "if a:\n    b()\n    c()\n"),
    "spaces in a string": ("a = 'b c'\n", "a = 'b  c'\n"),
    "a tuple": ("a = (b,)\n", "a = (b)\n"),
    "a tuple over lines": ("a = (\n    b,\n)\n", "a = (\n    b\n)\n"),
    "brackets that bind": ("a = b + c * d\n", "a = (b + c) * d\n"),
    "what a comment swallows": ("# a\nb()\n", "# a b()\n"),
    "what a comment gives back": ("# a b()\n", "# a\nb()\n"),
    "another order": ("a()\nb()\n", "b()\na()\n"),
    "a line less": ("a()\na()\n", "a()\n"),
    "words joined": ("a b\n", "ab\n"),
    "no text": (b"\xff\n", b"\xff \n"),
}


@pytest.mark.parametrize("name", LAID_OUT)
def test_layout(name: str) -> None:
    before, after = LAID_OUT[name]
    assert is_laid_out_anew(before.encode(), after.encode())
    assert is_laid_out_anew(after.encode(), before.encode())


@pytest.mark.parametrize("name", SOMETHING_ELSE)
def test_no_layout(name: str) -> None:
    before, after = (text.encode() if isinstance(text, str) else text for text in SOMETHING_ELSE[name])
    assert not is_laid_out_anew(before, after)


def test_a_single_line_is_judged_by_its_neighbours() -> None:
    assert is_laid_out_anew(b"  a()\n", b"    a()\n")
    assert not is_laid_out_anew(b"    a()\n", b"a()\n", above=b"    b()\n")
    assert not is_laid_out_anew(b"    a()\n", b"a()\n", below=b"    b()\n")
    assert is_laid_out_anew(b"    a( )\n", b"    a()\n", above=b"if b:\n", below=b"    b()\n")


BASE = "import os\n\n\ndef f( a,b ):\n    return a+b\n\n\nx = 1\n"
OURS = BASE.replace("return a+b", "return a-b")
SAVED = "import os\n\n\ndef f(a, b):\n    return a + b\n\n\nx = 1\n"


def onto(theirs: str) -> Text | None:
    return merge(Text.of(BASE), Text.of(OURS), Text.of(theirs), layout_yields=True)


def test_what_was_only_laid_out_anew_gives_way() -> None:
    merged = onto(SAVED)
    assert merged is not None
    assert "return a-b" in str(merged)
    assert merge(Text.of(BASE), Text.of(OURS), Text.of(SAVED)) is None  # of two people, neither is a formatter


def test_layout_elsewhere_and_typing_elsewhere_stay() -> None:
    theirs = SAVED.replace("import os", "import os, sys").replace("x = 1", "x = 2")
    merged = onto(theirs)
    assert merged is not None
    assert "import os, sys" in str(merged)
    assert "return a-b" in str(merged)
    assert "x = 2" in str(merged)


def test_typing_in_the_same_lines_is_a_conflict_still() -> None:
    assert onto(SAVED.replace("a + b", "a + b + 1")) is None
    assert onto(SAVED.replace("    return", "return")) is None


SORTED = "import ast\nimport os\nimport re\nimport sys\nimport zlib\n\nA = os.name\n"
#: An edit put its import last, and the formatter sorted it in.
PUT_LAST = SORTED.replace("import re\n", "").replace("import zlib\n", "import zlib\nimport re\n")


def test_an_import_that_was_sorted_in_is_taken_out_where_it_is() -> None:
    without = PUT_LAST.replace("import re\n", "")
    merged = merge(Text.of(PUT_LAST), Text.of(without), Text.of(SORTED), layout_yields=True)
    assert str(merged) == without
    typed = SORTED.replace("import re\n", "import re\nimport shlex\n")
    merged = merge(Text.of(PUT_LAST), Text.of(without), Text.of(typed), layout_yields=True)
    assert str(merged) == without.replace("import sys\n", "import shlex\nimport sys\n")


def test_a_line_of_code_that_was_moved_stays_where_somebody_put_it() -> None:
    base, theirs = "a()\nb()\nc()\nd()\ne()\n", "b()\nc()\nd()\na()\ne()\n"
    merged = merge(Text.of(base), Text.of(base.replace("a()\n", "")), Text.of(theirs), layout_yields=True)
    assert str(merged) == theirs
