"""Keeps a model's reasoning apart from its reply where a server sends both in one text.

Reasoning stands between ``<think>`` and ``</think>`` at the beginning of a reply. Only there: a reply may well *edit*
a file that holds these tags. Knows no server.
"""

from __future__ import annotations

import re

from sightline.models.messages import ReasoningDelta, TextDelta

_TAGS = {"<think>": "</think>", "<thinking>": "</thinking>"}
_CLOSING_LINE = re.compile(r"^[ \t]*</think>[ \t]*$", re.MULTILINE)


class ReasoningSplitter:
    """Splits the text of one reply as it comes; a tag may be cut anywhere."""

    def __init__(self) -> None:
        self._held = ""  # text that may still turn out to be (the beginning of) a tag
        self._closing = ""  # the tag that ends the reasoning we are in
        self.replying = False  # the reply itself has begun: nothing is a tag any more
        self._reasoned = False

    def feed(self, text: str) -> list[TextDelta | ReasoningDelta]:
        """What is certain after ``text``."""
        if self.replying:
            return [TextDelta(text=text)] if text else []
        self._held += text
        events: list[TextDelta | ReasoningDelta] = []
        while self._held and not self.replying and self._step(events):
            pass
        return events

    def end(self) -> list[TextDelta | ReasoningDelta]:
        """What was held back and stays as it is: the stream is over."""
        held, self._held = self._held, ""
        if self._closing:
            return [ReasoningDelta(text=held)] if held else []
        held = held.lstrip() if self._reasoned else held
        return [TextDelta(text=held)] if held else []

    def _step(self, events: list[TextDelta | ReasoningDelta]) -> bool:
        """Takes one decision about the held text; false when more of it is needed."""
        return self._inside(events) if self._closing else self._before(events)

    def _before(self, events: list[TextDelta | ReasoningDelta]) -> bool:
        begun = self._held.lstrip()
        for opening, closing in _TAGS.items():
            if begun.startswith(opening):
                self._held = begun.removeprefix(opening)
                self._closing = closing
                self._reasoned = True
                return True
        if not begun or any(opening.startswith(begun) for opening in _TAGS):
            return False
        # Blank lines between the reasoning and the reply belong to neither.
        events.append(TextDelta(text=begun if self._reasoned else self._held))
        self._held = ""
        self.replying = True
        return False

    def _inside(self, events: list[TextDelta | ReasoningDelta]) -> bool:
        reasoning, found, rest = self._held.partition(self._closing)
        if not found:
            kept = _overlap(self._held, self._closing)
            reasoning, rest = self._held[: len(self._held) - kept], self._held[len(self._held) - kept :]
        if reasoning:
            events.append(ReasoningDelta(text=reasoning))
        self._held = rest
        if found:
            self._closing = ""
        return bool(found)


def split_unopened(text: str) -> tuple[str, str]:
    """(reasoning, reply) of a whole reply whose reasoning was opened by the chat template and not by the model.

    Such a reply has a line that is ``</think>`` alone and no ``<think>`` before it; every other text is all reply.
    """
    found = _CLOSING_LINE.search(text)
    if found is None or "<think>" in text[: found.start()]:
        return "", text
    return text[: found.start()], text[found.end() :].lstrip()


def _overlap(text: str, tag: str) -> int:
    """Length of the longest end of ``text`` that is a beginning of ``tag``."""
    for size in range(min(len(tag) - 1, len(text)), 0, -1):
        if text.endswith(tag[:size]):
            return size
    return 0
