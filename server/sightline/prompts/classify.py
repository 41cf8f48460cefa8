"""What kind of task a text is, and how large, by stated rules. Knows no code and asks no model.

The rules look at words only. They choose a template and a hint, never a model and never whether an edit is made in a
read-only task; a person who names the kind always wins.
"""

from __future__ import annotations

import re
from typing import Literal

from sightline.context.mentions import find_mentions
from sightline.context.request import TaskType

Complexity = Literal["simple", "moderate", "complex"]

TASK_TYPES: tuple[str, ...] = tuple(kind.value for kind in TaskType)

_READ_ONLY = frozenset({TaskType.EXPLAIN.value, TaskType.REVIEW.value})


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


#: The rule whose words stand first in the first line wins; of two at the same place, the one listed first.
_RULES: tuple[tuple[TaskType, re.Pattern[str]], ...] = (
    (
        TaskType.REVIEW,
        _any(r"\b(?:review|audit|critique)\b", r"\b(?:find|look for)\b(?: the| any)? (?:bugs|faults|problems)\b"),
    ),
    (
        TaskType.EXPLAIN,
        _any(
            r"^\W*(?:what|why|where|who|when|which|how (?:does|do|is|are|can|come))\b",
            r"\b(?:explain|describe (?:how|what|why)|walk me through|summari[sz]e)\b",
        ),
    ),
    (
        TaskType.TEST,
        _any(
            r"\b(?:add|write|extend|improve|create|complete|generate)\b[^.\n]{0,40}\b(?:tests?|test cases?|coverage)\b",
            r"^\W*(?:unit[- ])?tests?\b(?! (?:fail|break|crash))",
            r"\bcover\b[^.\n]{0,40}\bwith tests?\b",
        ),
    ),
    (
        TaskType.DOCUMENT,
        _any(
            r"\b(?:document|docstrings?|doc comments?|readme|changelog)\b",
            r"\b(?:add|write|improve|update|complete)\b[^.\n]{0,30}\b(?:docstrings?|comments?|docs|documentation)\b",
        ),
    ),
    (
        TaskType.REFACTOR,
        _any(
            r"\b(?:refactor|rename|extract|inline|move|split|simplify|clean ?up|dedupl\w+|reorgani[sz]e|restructure)\b",
            r"\b(?:moderni[sz]e|convert|factor out|tidy|decouple|unify|rewrite)\b",
        ),
    ),
    (
        TaskType.FIX,
        _any(
            r"\b(?:fix(?:es|ed)?|bugs?|crash\w*|fails?|failing|failure|broken|breaks|wrong\w*|incorrect\w*)\b",
            r"\b(?:regression|traceback|exception|errors?|doesn'?t work|does not work|not working|leak\w*|deadlock)\b",
            r"\b(?:mend|repair|correct|resolve|prevent|avoid)\b",
        ),
    ),
    (
        TaskType.IMPLEMENT,
        _any(r"\b(?:implement|add|create|build|support|introduce|allow|make|provide|expose|enable)\b"),
    ),
)
_TRACE = re.compile(r'Traceback \(most recent call last\)|File "[^"\n]+", line \d+|^\s+at .+:\d+:\d+', re.M)
_LIST_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+\S", re.M)
_BROAD = re.compile(r"\b(?:all|every|everywhere|across|throughout|entire|whole|each|codebase|code base)\b", re.I)
_DEEP = _any(
    r"\b(?:migrat\w+|redesign|architecture|rewrite|replace\w*|protocol|concurren\w+|async\w*|thread\w*)\b",
    r"\b(?:backward\w*|compatib\w+|deprecat\w+)\b",
)


def is_read_only(task_type: str) -> bool:
    """Whether the answer to such a task is prose, with no edits."""
    return task_type in _READ_ONLY


def classify_task(text: str) -> str:
    """The :class:`TaskType` value of a task, from its words.

    A stack trace makes a fix of what no rule knows; anything else is an implementation.
    """
    title = text.strip().partition("\n")[0]
    found = [(match.start(), order, kind) for order, (kind, rule) in enumerate(_RULES) if (match := rule.search(title))]
    if found:
        return min(found)[2].value
    return TaskType.FIX.value if _TRACE.search(text) else TaskType.IMPLEMENT.value


def complexity_of(text: str) -> Complexity:
    """How large a task is, by points.

    One point each for: over 80 words; over 250 words; three or more names of code; three or more list items; a word of
    breadth (all, every, across…); a word of depth (migrate, replace, async, compatible…). No point and at most 25
    words: simple. Three points: complex.
    """
    words = len(text.split())
    mentions = find_mentions(text)
    names = len(mentions.explicit) + len(mentions.implied) + len(mentions.folders)
    points = sum(
        (
            words > 80,
            words > 250,
            names >= 3,
            len(_LIST_ITEM.findall(text)) >= 3,
            _BROAD.search(text) is not None,
            _DEEP.search(text) is not None,
        )
    )
    if points >= 3:
        return "complex"
    return "simple" if points == 0 and words <= 25 else "moderate"
