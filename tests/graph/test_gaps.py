"""That nobody uses something is a strong sentence: what could hide a use takes it back."""

from __future__ import annotations

import pytest

from sightline.base.changes import ChangeSet, FileEdit
from sightline.base.text import Span, TextEdit
from support.graphs import graph_of, path, symbol

LONELY = {"a.py": "def lonely():\n    return 1\n"}


def told(files: dict[str, str], name: str) -> tuple[bool, int, int, int]:
    """Coverage of the uses of ``name``: complete, unparsed, dynamic, ambiguous."""
    graph = graph_of(files)
    coverage = graph.references(symbol(graph, name)).coverage
    return coverage.complete, coverage.unparsed, coverage.dynamic, coverage.ambiguous


def test_nobody_uses_it_where_nothing_could_hide_a_use() -> None:
    assert told({**LONELY, "b.py": "def other(): pass\n"}, "lonely") == (True, 0, 0, 0)


@pytest.mark.parametrize(
    ("file", "text", "counts"),
    [
        ("b.py", "lonely\0", (1, 0, 0)),  # no text at all
        ("b.py", "from a import (lonely\nx = 1\n", (1, 0, 0)),  # named where the text could not be read
        ("b.py", "for lonely\n", (1, 0, 0)),
        ("b.py", "import a\ngetattr(a, 'lonely')()\n", (0, 1, 0)),
        ("b.py", "def f(x): return x.lonely()\n", (0, 0, 1)),
    ],
)
def test_a_file_that_may_use_it_unseen_is_counted(file: str, text: str, counts: tuple[int, int, int]) -> None:
    assert told({**LONELY, file: text}, "lonely") == (False, *counts)


def test_a_broken_file_that_names_something_else_hides_nothing() -> None:
    assert told({**LONELY, "b.py": "from a import (other\n"}, "lonely") == (True, 0, 0, 0)
    assert told({**LONELY, "b.ts": "class { lonely ( => \n"}, "lonely") == (True, 0, 0, 0), "another language"


def test_what_is_typed_hides_a_use_until_it_can_be_read() -> None:
    graph = graph_of({**LONELY, "b.py": "pass\n"})
    file = path("b.py")

    def typed(text: bytes) -> bool:
        edit = FileEdit(path=file, edits=(TextEdit(Span(0, 5), text),))
        after = graph.fork(ChangeSet(base={file: graph.workspace.read(file).digest}, edits=(edit,)))
        return after.references(symbol(after, "lonely")).coverage.complete

    assert not typed(b"from a import (lonely\nx = 1\n")
    assert typed(b"def f(): return 'lonesome'\n")


def test_eval_may_use_whatever_its_own_file_defines() -> None:
    files = {"a.py": "def lonely(): pass\nclass C:\n    def run(self, x): eval(x)\n", "b.py": "def distant(): pass\n"}
    assert told(files, "lonely") == (False, 0, 1, 0)
    assert told(files, "C.run") == (False, 0, 1, 0)
    assert told(files, "distant") == (True, 0, 0, 0)


DISPATCH = {
    "base.py": """
        class Base:
            def run(self, word): return getattr(self, "do_" + word)()
            def do_help(self): pass
        class Other:
            def do_nothing(self): pass
        def function(): pass
    """,
    "child.py": """
        from base import Base
        class Child(Base):
            def do_more(self): pass
    """,
    "tests/test_child.py": """
        from base import Base
        class TestChild(Base):
            def test_it(self): pass
    """,
}


@pytest.mark.parametrize(
    ("name", "dynamic"),
    [("Base.do_help", 1), ("Child.do_more", 1), ("Other.do_nothing", 0), ("function", 0), ("TestChild.test_it", 0)],
)
def test_a_computed_attribute_may_be_any_member_of_its_class_and_those_below(name: str, dynamic: int) -> None:
    assert told(DISPATCH, name) == (not dynamic, 0, dynamic, 0)
