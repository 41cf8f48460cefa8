"""The lines of a file as they may be shown."""

from __future__ import annotations

from sightline.context.candidates import Gate
from sightline.context.source import SourceLines, source_lines
from support.graphs import graph_of, path


def shown(name: str, text: str) -> SourceLines:
    view = graph_of({name: text})
    found = source_lines(view, path(name), Gate(view.workspace, lambda _: None))
    assert found is not None
    return found


def test_line_ends_are_alike_and_the_last_one_begins_no_line() -> None:
    assert shown("ends.txt", "a\r\nb\rc\nd\n").lines == ("a", "b", "c", "d")
    assert shown("ends.txt", "a\n\n").lines == ("a", "")
    assert shown("ends.txt", "a\r\r\n").lines == ("a", "")
    assert shown("ends.txt", "\n").lines == shown("ends.txt", "").lines == ("",)


def test_secrets_are_hidden_every_time_a_text_is_seen() -> None:
    secret = "ghp_" + "a1B2c3D4e5" * 4
    for _ in range(2):
        assert shown("login.py", f"a = 1\ntoken = '{secret}'\n").lines == ("a = 1", "token = '[redacted]'")
        assert shown("login.py", "a = 1\n").lines == ("a = 1",), "another text of the same file, which has none"


def test_what_stands_for_lines_left_out_is_no_line_of_the_file() -> None:
    plain = shown("plain.py", "a = 1\n")
    assert (plain.mark, plain.fence) == ("⋮", "```")
    odd = shown("odd.md", "⋮⋮ here\n````python\n")
    assert (odd.mark, odd.fence) == ("⋮⋮⋮", "`````")
