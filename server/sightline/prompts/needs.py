"""What a model asks to see, by lines ``NEEDS: path or name`` in its reply, and the message that answers it."""

from __future__ import annotations

import re
from dataclasses import replace

from sightline.base.redact import redact
from sightline.context.asked import Asked
from sightline.models.messages import Message
from sightline.models.tokens import count_messages
from sightline.prompts.build import Prompt, manifest_of, one_line

#: Names answered of one reply, and characters of one.
MOST_NAMES, LONGEST_NAME = 12, 200

_NEEDS = re.compile(r"^[ \t]*(?:[-*+>][ \t]+)?[*_`]{0,3}NEEDS[*_`]{0,3}:[*_`]{0,3}[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_FENCED = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n.*?(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_SEPARATORS = re.compile(r"[ \t]*,[ \t]+(?!lines?\b)|[ \t]+and[ \t]+")


def needs_in(reply: str) -> tuple[str, ...]:
    """The names that a reply asks for, in order, without repetition. Code in fences asks for nothing, except alone."""
    text = _FENCED.sub("", reply)
    if not text.strip():  # a reply that is one fence of such lines
        text = reply
    names: dict[str, None] = {}
    for match in _NEEDS.finditer(text):
        for part in _SEPARATORS.split(match[1]):
            name = part.strip().strip("`\"'*").rstrip(".;").strip("`\"'")
            if name:
                names.setdefault(name[:LONGEST_NAME])
    return tuple(names)[:MOST_NAMES]


def build_answer(previous: Prompt, reply: str, asked: Asked, *, last: bool) -> Prompt:
    """``previous`` with the reply and the code it asks for appended; ``last``: nothing more can be asked for."""
    messages = (
        *previous.messages,
        Message(role="assistant", content=redact(reply)),
        Message(role="user", content=answer_text(asked, last=last)),
    )
    return _extended(previous, messages, asked)


def with_asked(prompt: Prompt, asked: Asked) -> Prompt:
    """``prompt``, which was not sent yet, with what the last reply asked for beside its edits."""
    final = prompt.messages[-1]
    content = f"{final.content}\n{answer_text(asked, last=True)}"
    return _extended(prompt, (*prompt.messages[:-1], replace(final, content=content)), asked)


def answers_in_short(asked: Asked) -> str:
    """What a person is told."""
    told = "; ".join(f"`{name}`: {answer}" for name, answer in asked.answers)
    return redact(one_line(f"The model asked for more code ({asked.pack.tokens} tokens added). {told}."))


def _extended(prompt: Prompt, messages: tuple[Message, ...], asked: Asked) -> Prompt:
    return replace(
        prompt,
        messages=messages,
        stable_prefix="".join(message.content for message in messages[:-1]),
        manifest=(*prompt.manifest, *manifest_of(asked.pack.slices, len(messages) - 1)),
        tokens=count_messages(messages),
    )


def answer_text(asked: Asked, *, last: bool = False) -> str:
    """The message that answers it; ``last``: nothing more can be asked for."""
    lines = [redact(f"- `{one_line(name)}`: {one_line(answer)}") for name, answer in asked.answers]
    parts = ["# Code you asked for", "\n".join(lines)]
    if asked.pack.text:
        parts.append(asked.pack.text.strip("\n"))
    end = " Nothing more can be shown: work with what there is, and say what is missing." if last else ""
    return "\n\n".join(parts) + f"\n\nNow go on with the task.{end}\n"
