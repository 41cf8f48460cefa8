"""What was shown of files, and what of it still stands: never a line that the file does not hold at that number."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sightline.base.paths import WorkspacePath
from sightline.context.candidates import Gate
from sightline.context.known import ChangedFile, Known, KnownFile, catch_up, learned, line_digests, unshown
from sightline.context.ranges import Lines, joined
from sightline.context.slices import ShownFile
from support.contexts import anything
from support.graphs import graph_of, path

FILE = path("m.py")


def known_of(text: str, *shown: Lines) -> Known:
    """What is known of :data:`FILE` when it held ``text``."""
    lines = tuple(text.removesuffix("\n").split("\n"))
    return learned({}, [ShownFile(path=FILE, digest="old", lines=lines, ranges=joined(shown))])


def after(text: str, known: Known) -> tuple[tuple[ChangedFile, ...], Known]:
    """What is told once the file holds ``text``."""
    view = graph_of({"m.py": text})
    return catch_up(view, known, Gate(view.workspace, anything))


def numbered(count: int) -> str:
    return "".join(f"x{number} = {number}\n" for number in range(1, count + 1))


def test_nothing_is_told_of_what_did_not_change() -> None:
    known = known_of(numbered(20), (3, 8))
    text = numbered(20)
    assert after(text.replace("x20 = 20", "x20 = 0"), known)[0] == (), "the change is in lines that nobody saw"
    changed, now = after("new = 1\n" + text, known)
    assert [(each.superseded, each.moved) for each in changed] == [((), (((3, 8), (4, 9)),))]
    assert now[FILE].shown == ((4, 9),)


def test_a_changed_line_is_shown_with_its_neighbours() -> None:
    changed, now = after(numbered(20).replace("x5 = 5", "x5 = 'five'"), known_of(numbered(20), (1, 20)))
    assert changed[0].superseded == (((2, 8), (2, 8)),)
    assert now[FILE].shown == ((1, 20),)


def test_lines_put_between_two_that_were_shown_are_shown() -> None:
    text = numbered(20).replace("x5 = 5\n", "x5 = 5\nnew = 1\n")
    changed, now = after(text, known_of(numbered(20), (1, 20)))
    assert changed[0].superseded == (((3, 8), (3, 9)),)
    assert changed[0].moved == (((9, 20), (10, 21)),)
    assert now[FILE].shown == ((1, 21),)


def test_the_definition_around_a_change_is_shown_whole() -> None:
    code = (
        "def total(cart):\n" + "".join(f"    step_{number}()\n" for number in range(20)) + "    return 1\n\n\nx = 1\n"
    )
    changed, _ = after(code.replace("step_10", "stride"), known_of(code, (1, 25)))
    assert changed[0].superseded == (((1, 22), (1, 22)),)


def test_a_file_that_is_gone_or_refused_shows_nothing_any_more() -> None:
    view = graph_of({"other.py": "x = 1\n"})
    changed, now = catch_up(view, known_of(numbered(3), (1, 3)), Gate(view.workspace, anything))
    assert ([each.gone for each in changed], now) == (["it is gone"], {})
    view = graph_of({"m.py": numbered(3)})
    changed, now = catch_up(view, known_of(numbered(3), (1, 3)), Gate(view.workspace, lambda _: "it is secret"))
    assert ([each.gone for each in changed], now) == (["it is secret"], {})


def test_what_there_is_no_room_for_is_not_known() -> None:
    known = known_of(numbered(9), (1, 9))
    assert unshown(known, FILE, [(3, 4)])[FILE].shown == ((1, 2), (5, 9))
    assert unshown(known, FILE, [(1, 9)]) == {}


def test_digests_of_lines_are_no_text() -> None:
    assert line_digests(["secret"]) != line_digests(["Secret"])
    assert b"secret" not in b"".join(line_digests(["secret"]))


LINES = st.lists(st.sampled_from(["a = 1", "b = 2", "", "def f():", "    return 1", "c = 3", "d = 4"]), max_size=25)
SHOWN = st.lists(st.tuples(st.integers(1, 25), st.integers(0, 8)), min_size=1, max_size=4)


@given(LINES, LINES, SHOWN)
def test_what_counts_as_shown_is_in_the_file_at_that_number(
    old: list[str], new: list[str], shown: list[tuple[int, int]]
) -> None:
    old, new = ["start", *old, "end"], ["start", *new, "end"]
    ranges = [(min(first, len(old)), min(first + more, len(old))) for first, more in shown]
    known = known_of("\n".join(old), *ranges)
    changed, now = after("\n".join(new) + "\n", known)
    seen = {number: old[number - 1] for first, last in joined(ranges) for number in range(first, last + 1)}
    for change in changed:
        seen = replayed(seen, change, new)
    assert all(new[number - 1] == text for number, text in seen.items())
    lines = now[FILE].shown if FILE in now else ()
    assert sorted(seen) == [number for first, last in lines for number in range(first, last + 1)]


def replayed(seen: dict[int, str], change: ChangedFile, new: list[str]) -> dict[int, str]:
    """What a reader who believes every word of ``change`` holds for the file's text."""
    gone = {number for (first, last), _ in change.superseded for number in range(first, last + 1)}
    moves = {first + at: start + at for (first, last), (start, _) in change.moved for at in range(last - first + 1)}
    assert not gone & moves.keys()
    kept = {moves.get(number, number): text for number, text in seen.items() if number not in gone}
    again = {number: new[number - 1] for first, last in change.again for number in range(first, last + 1)}
    assert not again.keys() & kept.keys(), "nothing stands twice"
    return kept | again


@given(st.lists(LINES, min_size=2, max_size=5), SHOWN)
def test_from_edit_to_edit(texts: list[list[str]], shown: list[tuple[int, int]]) -> None:
    known: Known = {}
    for text in texts:
        lines = ["start", *text, "end"]
        view = graph_of({"m.py": "\n".join(lines) + "\n"})
        _, known = catch_up(view, known, Gate(view.workspace, anything))
        digest = view.workspace.read(FILE).text.digest
        ranges = joined((min(first, len(lines)), min(first + more, len(lines))) for first, more in shown)
        known = learned(known, [ShownFile(path=FILE, digest=digest, lines=tuple(lines), ranges=ranges)])
        digests = line_digests(lines)
        assert known[FILE].lines == digests
        assert isinstance(known[FILE], KnownFile)
        assert known[FILE].shown[-1][1] <= len(lines)


def test_paths_of_several_roots_are_told_apart() -> None:
    elsewhere = WorkspacePath("/elsewhere", "m.py")
    known = {**known_of(numbered(3), (1, 3)), elsewhere: known_of(numbered(3), (1, 2))[FILE]}
    changed, _ = after(numbered(3), known)
    assert [each.path for each in changed] == [elsewhere], "only that one is gone"
