"""What a search for uses by name alone left out is told: nothing is dropped without a word."""

from __future__ import annotations

from sightline.base.changes import ChangeSet, FileEdit
from sightline.base.text import Span, TextEdit
from sightline.checks.breakage import BreakageCheck
from sightline.checks.check import CheckInput, CheckOutcome
from sightline.checks.known_uses import MOST_BEYOND
from sightline.checks.matching import LeftOut
from sightline.checks.stranded import MOST_BY_NAME
from sightline.graph.coverage import MOST_NAMED
from support.graphs import graph_of, path, symbol

_METHOD = b"    def summed_up(self): return 1\n"
CART = f"class Cart:\n    def other(self): return 2\n{_METHOD.decode()}"
USE = "def f(x): return x.summed_up()\n"


async def _without_the_method(files: dict[str, str]) -> CheckOutcome:
    """What is said when ``Cart.summed_up`` goes."""
    before = graph_of({"cart.py": CART, **files})
    text = before.workspace.read(path("cart.py")).text
    start = text.data.index(_METHOD)
    cut = TextEdit(Span(start, start + len(_METHOD)), b"")
    changes = ChangeSet(base={path("cart.py"): text.digest}, edits=(FileEdit(path=path("cart.py"), edits=(cut,)),))
    given = CheckInput(before=before, after=before.fork(changes), changes=changes, system=before.workspace.system)
    return await BreakageCheck().run(given)


async def test_files_that_had_no_look_are_counted() -> None:
    outcome = await _without_the_method({f"word{number}.py": USE for number in range(MOST_BEYOND + 3)})
    assert outcome.findings == ()
    (note,) = outcome.notes
    assert note.startswith(f"breakage: {MOST_BEYOND + 3} files with the name `summed_up`")
    assert "cart.py" in note


async def test_with_few_of_them_all_are_asked_and_nothing_is_told() -> None:
    outcome = await _without_the_method({f"word{number}.py": USE for number in range(3)})
    assert len(outcome.findings) == 3
    assert outcome.notes == ()


async def test_uses_by_name_that_are_too_many_to_list_are_counted() -> None:
    outcome = await _without_the_method({"many.py": f"import cart\n{USE * (MOST_BY_NAME + 2)}"})
    assert len(outcome.findings) == MOST_BY_NAME
    assert outcome.notes == ("breakage: 2 more uses of `summed_up` by name alone are not listed",)


def test_the_first_few_definitions_are_named() -> None:
    graph = graph_of({"many.py": "".join(f"def f{number}(): ...\n" for number in range(MOST_NAMED + 2))})
    left_out = LeftOut(unlisted={symbol(graph, f"f{number}"): 1 for number in range(MOST_NAMED + 2)})
    told = left_out.told()
    assert told[0] == "breakage: 1 more use of `f0` by name alone is not listed"
    assert told[MOST_NAMED:] == ("breakage: the same holds for 2 more names",)
