"""What a task says beside what it is about: words that only order it, and the thing that an order asks for.

Words only: nothing is looked up. Time is linear in the text.
"""

from __future__ import annotations

import re

_POLITE = (
    r"(?:please|kindly|(?:can|could|would) (?:you|we)|let'?s|help me(?: to)?|now|"
    r"(?:i|we)(?:'d| would)? (?:want|need|like|should)(?: you)?(?: to)?)"
)
#: Orders that name nothing in code when a task begins with them.
_ORDERS = r"(?:explain|describe|summari[sz]e|clarify|walk me through|(?:tell|show) me|understand|refactor|implement)"
#: Orders that may as well be names ("test client", "document root"): only before what can be no part of a name.
_ORDERS_OR_NAMES = r"(?:test|document|review|audit|write|create|build|debug|investigate|check)"
_BEGINS_A_THING = r"(?=\s+(?:the|an?|all|every|each|how|what|why|when|where|whether|which|that|our|this|these|`))"
_ORDER = re.compile(rf"\W*(?:{_POLITE}\W+)*(?:{_ORDERS}\b|{_ORDERS_OR_NAMES}\b{_BEGINS_A_THING})", re.IGNORECASE)

_PREFIX = re.compile(r"\W*(?:feat(?:ure)?)(?:\([^()\n]*\))?!?:\s*", re.IGNORECASE)
_ADDS = re.compile(
    rf"\W*(?:{_POLITE}\W+)*(?:add|implement|create|introduce|provide|write|build|make|support|allow|expose|register)"
    r"(?:s|es|ed|ing)?\b(?:\s+(?:support|an option|a way)\s+(?:for|to))?\s+"
    r"(?:(?:an?|the|another|one more|new|basic|simple|initial|first|custom|missing)\s+)*",
    re.IGNORECASE,
)
#: Where the name of a thing ends.
_ENDS = re.compile(
    r"[.,;:()\n]|\s(?:to|for|that|which|who|whose|with|without|in|into|on|of|from|by|as|so|and|or|when|if|where|like|"
    r"similar|called|named|using|via|per|at)\s",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w$]+(?:[.-][\w$]+)*")


def without_order(task: str) -> str:
    """A task without the words at its beginning that only say what kind of task it is: "Explain how …"."""
    match = _ORDER.match(task)
    rest = task[match.end() :] if match else task
    return rest if rest.strip() else task


def asked_thing(task: str) -> tuple[str, ...]:
    """The words that name what an order asks to be added, the last one its kind: ``("JSON", "exporter")``.

    Empty for a task that adds nothing, or does not say what.
    """
    title = task.strip().partition("\n")[0] + "\n"
    title = title[prefix.end() :] if (prefix := _PREFIX.match(title)) else title
    match = _ADDS.match(title)
    if match is None:
        return ()
    rest = title[match.end() :]
    end = _ENDS.search(rest)
    return tuple(_WORD.findall(rest[: end.start()] if end else rest))
