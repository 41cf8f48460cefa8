"""What is remembered of a view while an edit is judged is the view's own answer, and goes when it is forgotten."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from sightline.base.changes import ChangeSet, FileEdit
from sightline.base.memory_system import MemoryFiles
from sightline.base.text import minimal_edit
from sightline.checks.breakage import BreakageCheck
from sightline.checks.check import CheckInput
from sightline.checks.recall import facts_of, forget, symbols_of
from support.graphs import fresh_graph, graph_of, path, workspace_of


class _CountedFiles(MemoryFiles):
    """Counts how often each file is read."""

    reads: Counter[str]

    def read(self, path: str, limit: int | None = None) -> bytes:
        self.reads[path] += 1
        return super().read(path, limit)


async def test_no_text_is_read_twice_for_one_view() -> None:
    calls = "from shop import sell\n" + "sell('tea', 2)\n" * 5
    workspace = workspace_of({"shop.py": "def sell(what, count):\n    pass\n", "till.py": calls, "door.py": calls})
    held = workspace.system.files
    assert isinstance(held, MemoryFiles)
    files = _CountedFiles(held.contents, held.modified)
    files.reads = Counter()
    before = fresh_graph(replace(workspace, system=replace(workspace.system, files=files)))
    text = before.workspace.read(path("shop.py")).text
    edit = minimal_edit(text.data, text.data.replace(b"what, count", b"count, what"))
    assert edit is not None
    changes = ChangeSet(base={path("shop.py"): text.digest}, edits=(FileEdit(path=path("shop.py"), edits=(edit,)),))
    after = before.fork(changes)
    files.reads.clear()
    given = CheckInput(before=before, after=after, changes=changes, system=before.workspace.system)
    outcome = await BreakageCheck().run(given)
    assert len(outcome.findings) == 10
    assert {name: count for name, count in files.reads.items() if count > 2} == {}, "once before and once after"


def test_answers_are_kept_until_they_are_forgotten() -> None:
    names = [f"name_{number}" for number in range(1_500)]  # more rows than are freed at once
    view = graph_of({"a.py": "".join(f"{name} = {number}\n" for number, name in enumerate(names)), "b.py": ""})
    facts, symbols = facts_of(view, path("a.py")), symbols_of(view, path("a.py"))
    assert facts is facts_of(view, path("a.py"))
    assert [symbol.qualified_name for symbol in symbols] == names
    other = graph_of({"a.py": "x = 1\n"})
    kept = facts_of(other, path("a.py"))
    forget(view, graph_of({}))
    again = facts_of(view, path("a.py"))
    assert again is not facts
    assert facts is not None
    assert again is not None
    assert again.definitions == facts.definitions
    assert len(facts.definitions) == len(names), "what others hold stays whole"
    assert facts_of(other, path("a.py")) is kept
