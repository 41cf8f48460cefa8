"""Location at size: targets.md asks for 50 blocks in a file of 10,000 lines under 100 ms."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from sightline.base.text import Text
from sightline.edits.apply_blocks import apply_blocks
from sightline.edits.line_diff import line_hunks, minimal_edits
from sightline.edits.proposal import Located, ReplaceBlock


def _file(lines: int) -> list[str]:
    source = random.Random(7)
    names = [f"name_{number}" for number in range(400)]
    result: list[str] = []
    while len(result) < lines:
        result += [
            f"    def {source.choice(names)}(self, {source.choice(names)}):",
            f'        """Returns {source.choice(names)} of {source.choice(names)}."""',
            f"        {source.choice(names)} = self.{source.choice(names)}({source.randrange(1000)})",
            f"        return {source.choice(names)}",
            "",
        ]
    return result[:lines]


def _blocks(lines: list[str], damage: Callable[[str], str]) -> list[ReplaceBlock]:
    result: list[ReplaceBlock] = []
    for number in range(50):
        first = number * 195 + 3
        shown = lines[first : first + 8]
        search = "".join(damage(line) + "\n" for line in shown)
        replace = "".join(damage(line) + "\n" for line in [*shown[:4], "        x = 1", *shown[5:]])
        result.append(ReplaceBlock(path="a.py", search=search, replace=replace, line=1))
    return result


def _seconds(work: Callable[[], object]) -> float:
    """The best of five runs in CPU time, since the machine is shared."""
    best = float("inf")
    for _ in range(5):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def test_fifty_exact_blocks_in_ten_thousand_lines() -> None:
    lines = _file(10_000)
    text, blocks = Text.of("\n".join(lines) + "\n"), _blocks(lines, lambda line: line)
    assert apply_blocks(text, blocks).unmatched == ()
    assert _seconds(lambda: apply_blocks(Text(text.data), blocks)) < 0.1


def test_fifty_shifted_blocks_in_ten_thousand_lines() -> None:
    lines = _file(10_000)
    text, blocks = Text.of("\n".join(lines) + "\n"), _blocks(lines, lambda line: line.removeprefix("    "))
    assert apply_blocks(text, blocks).unmatched == ()
    assert _seconds(lambda: apply_blocks(Text(text.data), blocks)) < 0.1


def test_fifty_missing_blocks_in_ten_thousand_lines() -> None:
    lines = _file(10_000)
    text, blocks = Text.of("\n".join(lines) + "\n"), _blocks(lines, lambda line: line.replace("self.", "this."))
    assert len(apply_blocks(text, blocks).unmatched) == 50
    assert _seconds(lambda: apply_blocks(Text(text.data), blocks)) < 0.2


def test_fifty_blocks_with_a_stale_line_in_ten_thousand_lines() -> None:
    lines = _file(10_000)
    text, blocks = (
        Text.of("\n".join(lines) + "\n"),
        _blocks(lines, lambda line: line.replace("Returns", "Gives")),
    )
    outcome = apply_blocks(text, blocks)
    assert outcome.unmatched == () and {found.how for found in outcome.found} == {Located.CLOSEST}
    assert _seconds(lambda: apply_blocks(Text(text.data), blocks)) < 0.1


def test_a_file_of_equal_lines_stays_cheap() -> None:
    text = Text.of("}\n" * 10_000)
    block = ReplaceBlock(path="a.py", search="}\n" * 50, replace="}\n", line=1)
    assert "more than once" in apply_blocks(text, [block] * 50).unmatched[0].reason
    assert _seconds(lambda: apply_blocks(Text(text.data), [block])) < 0.1


def test_the_difference_of_two_long_files_stays_cheap() -> None:
    lines = _file(10_000)
    changed = [line for number, line in enumerate(lines) if number % 97] + ["# end"]
    before, after = Text.of("\n".join(lines)), Text.of("\n".join(changed))
    assert before.apply(minimal_edits(before, after)) == after
    assert _seconds(lambda: minimal_edits(before, after)) < 0.5
    old, new = [b"a", b"b"] * 5000, [b"b", b"a", b"c"] * 3000
    assert _seconds(lambda: line_hunks(old, new)) < 0.5


def test_nearest_lines_are_those_of_the_place_meant() -> None:
    lines = _file(2_000)
    search = "".join(line + "\n" for line in lines[1000:1006]).replace("self", "this")
    outcome = apply_blocks(Text.of("\n".join(lines)), [ReplaceBlock(path="a.py", search=search, replace="", line=1)])
    assert lines[1002] in outcome.unmatched[0].nearest
    assert "998-1008" in outcome.unmatched[0].reason or "999-1008" in outcome.unmatched[0].reason


def test_new_lines_take_the_line_end_of_the_lines_they_replace() -> None:
    text = Text(b"a\nb\r\nc\nd\r\n")
    block = ReplaceBlock(path="a.py", search="b\nc\n", replace="B\nC\nC2\n", line=1)
    assert text.apply(apply_blocks(text, [block]).edits).data == b"a\nB\r\nC\nC2\nd\r\n"
    added = ReplaceBlock(path="a.py", search="d\n", replace="d\ne\n", line=1)
    assert text.apply(apply_blocks(text, [added]).edits).data == b"a\nb\r\nc\nd\r\ne\r\n"
