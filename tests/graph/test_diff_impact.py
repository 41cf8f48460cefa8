"""Who is affected by a change: what counts as touched, and whom that reaches."""

from __future__ import annotations

import textwrap

from sightline.base.changes import ChangeSet, FileCreate, FileEdit
from sightline.base.text import Span, Text, TextEdit
from sightline.graph.diff_impact import DiffImpactAnswer, impact_of_changes
from support.graphs import graph_of, path

FILES = {
    "shop/rates.py": """
        import os

        LIMIT = 3

        class Rate:
            def of(self, x):
                return x * LIMIT

            def name(self):
                # what people read
                return os.name

        def helper(x):
            return x

        if os.name:
            helper(1)
    """,
    "shop/total.py": """
        from shop.rates import LIMIT, Rate, helper
        def total(x): return Rate().of(helper(x))
        def limit(): return LIMIT
    """,
    "tests/test_total.py": """
        from shop.total import total
        def test_total(): assert total(1)
    """,
}


def edit(*pairs: tuple[str, str], name: str = "shop/rates.py", files: dict[str, str] = FILES) -> ChangeSet:
    """Pieces of a file replaced by others."""
    text = Text.of(textwrap.dedent(files[name]).lstrip("\n"))
    edits: list[TextEdit] = []
    for old, new in pairs:
        start = text.data.index(old.encode())
        edits.append(TextEdit(Span(start, start + len(old.encode())), new.encode()))
    return ChangeSet(base={path(name): text.digest}, edits=(FileEdit(path=path(name), edits=tuple(edits)),))


def asked(changes: ChangeSet, files: dict[str, str] = FILES) -> DiffImpactAnswer:
    """The impact of a change of ``files``."""
    before = graph_of(files)
    return impact_of_changes(before, before.fork(changes), changes)


def told(answer: DiffImpactAnswer) -> tuple[list[str], list[str]]:
    """What changed and who is affected, as words."""
    changed = [f"{each.kind} {each.path.relative}::{each.name}" for each in answer.changed]
    affected = [
        f"{each.path.relative}::{each.name} {each.depth}{' test' if each.test else ''}" for each in answer.affected
    ]
    return changed, affected


def test_a_changed_body_touches_the_function_alone_and_reaches_its_users() -> None:
    answer = asked(edit(("return x\n", "return -x\n")))
    changed, affected = told(answer)
    assert changed == ["changed shop/rates.py::helper"]
    assert affected == [
        "shop/rates.py:: 1",
        "shop/total.py:: 1",
        "shop/total.py::total 1",
        "tests/test_total.py:: 2 test",
        "tests/test_total.py::test_total 2 test",
    ]
    assert {each.of for each in answer.affected} == {"shop/rates.py::helper"}
    assert answer.coverage.complete


def test_comments_blank_lines_and_imports_touch_nothing() -> None:
    assert told(asked(edit(("# what people read", "# read by people"), ("LIMIT\n\n", "LIMIT\n\n\n")))) == ([], [])
    assert told(asked(edit(("import os\n", "import os\nimport sys\n")))) == ([], [])


def test_an_added_method_changes_nobody() -> None:
    changes = edit(("    def name", "    def other(self):\n        return 1\n\n    def name"))
    assert told(asked(changes)) == (["added shop/rates.py::Rate.other"], [])


def test_what_is_removed_is_asked_of_the_graph_as_it_was() -> None:
    changes = edit(("def helper(x):\n    return x\n", "def helped(x):\n    return x\n"), ("helper(1)", "helped(1)"))
    changed, affected = told(asked(changes))
    assert changed == [
        "changed shop/rates.py::",
        "added shop/rates.py::helped",
        "removed shop/rates.py::helper",
    ]
    assert "shop/total.py::total 1" in affected
    assert "shop/rates.py:: 1" not in affected, "it is among what changed"


def test_a_variable_touches_its_readers() -> None:
    changed, affected = told(asked(edit(("LIMIT = 3", "LIMIT = 4"))))
    assert changed == ["changed shop/rates.py::LIMIT"]
    assert "shop/total.py::limit 1" in affected


def test_code_at_the_top_of_a_file_touches_its_importers() -> None:
    changed, affected = told(asked(edit(("if os.name:", "if not os.name:"))))
    assert (changed, affected) == (["changed shop/rates.py::"], ["shop/total.py:: 1"])


def test_a_deleted_file_takes_all_of_its_definitions_along() -> None:
    gone = path("shop/rates.py")
    before = graph_of(FILES)
    changes = ChangeSet(base={gone: before.workspace.read(gone).digest}, deletes=(gone,))
    answer = impact_of_changes(before, before.fork(changes), changes)
    changed, affected = told(answer)
    assert {"removed shop/rates.py::Rate", "removed shop/rates.py::Rate.of", "removed shop/rates.py::helper"} <= {
        *changed
    }
    assert "tests/test_total.py::test_total 2 test" in affected


def test_a_created_file_affects_nobody_yet() -> None:
    created = FileCreate(path=path("shop/new.py"), text=Text.of("def fresh():\n    return 1\n"))
    assert told(asked(ChangeSet(creates=(created,)))) == (["added shop/new.py::fresh"], [])


def test_a_changed_file_of_which_nothing_is_known_makes_the_answer_incomplete() -> None:
    before = graph_of({**FILES, "shop/broken.py": "x = 1\n"})
    after = graph_of({**FILES, "shop/broken.py": "x = 1\0\n"})
    broken = path("shop/broken.py")
    changes = ChangeSet(
        base={broken: before.workspace.read(broken).digest},
        edits=(FileEdit(path=broken, edits=(TextEdit(Span(5, 5), b"\0"),)),),
    )
    answer = impact_of_changes(before, after, changes)
    assert (answer.coverage.complete, answer.coverage.unparsed_files) == (False, (broken,))
