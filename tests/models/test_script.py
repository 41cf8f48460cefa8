"""The file format of the scripted model, as docs/reference/scripted-model.md describes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.errors import UsageError
from sightline.models.messages import Finish, ModelFailure
from sightline.models.script import parse_script

WHOLE = """\
# A note before the first section.

%%% server
window: 4096
models: tiny, small

%%% reply
when: rename total
when: orders.py
times: always
pieces: 3
delay: 0.25
finish: length
prompt_tokens: 12
cached_tokens: 4
output_tokens: 99

First line.

  Indented line: with a colon.
\\%%% reply is text here

%%% reasoning
Let me see.

And again.

%%% reply
fail: rate_limited
fail_after: 2
message: slow down

%%% reply
hang_after: 0
garbage: 40
prompt_tokens: none
"""


def test_a_whole_file() -> None:
    script = parse_script(WHOLE)
    assert (script.window, script.models) == (4096, ("tiny", "small"))
    first, second, third = script.replies
    assert first.line == 7
    assert first.text == "First line.\n\n  Indented line: with a colon.\n%%% reply is text here"
    assert first.reasoning == "Let me see.\n\nAnd again."
    assert first.when == ("rename total", "orders.py")
    assert (first.times, first.pieces, first.delay, first.finish) == (0, 3, 0.25, Finish.LENGTH)
    assert (first.usage, first.prompt_tokens, first.cached_tokens, first.output_tokens) == (True, 12, 4, 99)
    assert (second.fail, second.fail_after, second.message) == (ModelFailure.RATE_LIMITED, 2, "slow down")
    assert (third.hang_after, third.garbage, third.usage, third.text) == (0, 40, False, "")


def test_what_is_not_given_is_an_ordinary_reply() -> None:
    (reply,) = parse_script("%%% reply\n\nHello").replies
    assert (reply.text, reply.times, reply.finish, reply.fail, reply.hang_after) == (
        *("Hello", 1, Finish.STOP, None, None),
    )


def test_line_ends_and_byte_order_marks_of_other_editors() -> None:
    assert parse_script(WHOLE.replace("\n", "\r\n")) == parse_script(WHOLE) == parse_script("\ufeff" + WHOLE)


def test_lines_that_only_look_like_a_section_are_text() -> None:
    text = "%%%%\n%%%x\n  %%% reply\n=======\n--- a/file\n>>>>>>> REPLACE"
    assert parse_script(f"%%% reply\n\n{text}\n").replies[0].text == text


@given(text=st.text(alphabet="ab%\\ \n#:", max_size=60))
def test_any_text_can_be_written_down(text: str) -> None:
    """Escaping a leading mark is all it takes; only empty lines at the ends are lost."""
    escaped = "\n".join(f"\\{line}" if line.startswith(("%%%", "\\%%%")) else line for line in text.split("\n"))
    lines = text.split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    assert parse_script(f"%%% reply\n\n{escaped}\n").replies[0].text == "\n".join(lines)


@pytest.mark.parametrize(
    ("script", "line", "about"),
    [
        ("Hello", 1, "before the first section"),
        ("%%% answer\n", 1, "answer"),
        ("%%%", 1, "section"),
        ("%%% reasoning\nHm.", 1, "reasoning"),
        ("%%% reply\nHello\n", 2, "key: value"),
        ("%%% reply\nwen: x\n", 2, "wen"),
        ("%%% reply\nwhen:x\n", 2, "key: value"),
        ("%%% reply\ntimes: 1\ntimes: 2\n", 3, "twice"),
        ("%%% reply\ntimes: -1\n", 2, "whole number"),
        ("%%% reply\npieces: many\n", 2, "whole number"),
        ("%%% reply\ndelay: soon\n", 2, "seconds"),
        ("%%% reply\ndelay: inf\n", 2, "seconds"),
        ("%%% reply\nfinish: done\n", 2, "length"),
        ("%%% reply\nfail: badly\n", 2, "rate_limited"),
        ("%%% reply\n\nx\n%%% server\n", 4, "before the replies"),
        ("%%% server\nport: 1\n", 2, "port"),
    ],
)
def test_mistakes_name_their_line(script: str, line: int, about: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_script(script, "replies.txt")
    assert caught.value.message.startswith(f"replies.txt, line {line}:")
    assert about in caught.value.message
    assert "scripted-model.md" in caught.value.hint


def test_a_failure_may_be_written_in_full() -> None:
    for failure in ModelFailure:
        for name in (failure.value, failure.value.removeprefix("model_")):
            assert parse_script(f"%%% reply\nfail: {name}\n").replies[0].fail is failure
