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


_TESTS = r"(?:unit |integration |regression )?(?:tests?|test (?:cases?|suites?)|coverage|benchmarks?)"
#: Ends of what is written about code: "docs for X" is, "a docs command" is not.
_ENDS = r"(?=\s*(?:$|[.,;:(]|\b(?:for|to|of|about|in|on|with|and|section|page|strings?|explain\w*)\b))"
_WRITE = r"\b(?:add|writ|extend|improv|creat|complet|generat|updat|rewrit|adjust|regenerat)(?:e[sd]?|ed|s|ing)?\b"

#: "Can it…?" asks, "can you…?" orders.
_ASKED_OF_ANYTHING = r"(?:can|could|will|would)(?! (?:you|we|i)\b)"

#: The rule whose words stand first in the first line wins; of two at the same place, the one listed first.
_RULES: tuple[tuple[TaskType, re.Pattern[str]], ...] = (
    (
        TaskType.REVIEW,
        _any(r"\b(?:review|audit|critique)\b", r"\b(?:find|look for)\b(?: the| any)? (?:bugs|faults|problems)\b"),
    ),
    (
        TaskType.EXPLAIN,
        _any(
            r"^\W*(?:what(?!ever)|why|who|where(?! (?:possible|needed|appropriate))|which)\b",
            r"^\W*how (?:does|do|is|are|can|come|to)\b",
            r"^\W*when (?:is|are|was|were|do|does|did|will|would|should|can)\b",
            rf"^\W*(?:is|are|does|do|did|was|were|has|have|should|{_ASKED_OF_ANYTHING}) [^\n]*\?\s*$",
            r"\b(?:explain|describe (?:how|what|why)|walk me through|summari[sz]e)\b",
        ),
    ),
    (
        TaskType.TEST,
        _any(
            rf"{_WRITE}[^.\n]{{0,40}}\b{_TESTS}\b",
            r"^\W*(?:unit[- ])?tests?\b(?! (?:fail|break|crash))",
            r"\bcover\b[^.\n]{0,40}\bwith tests?\b",
        ),
    ),
    (
        TaskType.DOCUMENT,
        _any(
            r"\b(?:document|docstrings?|doc comments?|readme|changelog)\b",
            rf"{_WRITE}[^.\n]{{0,40}}\b(?:docstrings?|comments?|docs?|documentation|readme|changelog|tutorial){_ENDS}",
            rf"^\W*(?:\w+ ){{0,3}}(?:documentation\b|(?:docs?|tutorial){_ENDS})",
            r"^\W*(?:\w+ ){1,3}docs? (?:updates?|changes?|fix(?:es)?)\b",
            r"\w\.(?:md|rst|adoc)\b",
            r"^\W*mention\b",
        ),
    ),
    (
        TaskType.REFACTOR,
        _any(
            r"\b(?:refactor|renam|extract|inlin|mov|split|simplif|dedup|reorgani[sz]|restructur|consolidat|unexport)"
            r"(?:e[sd]?|y|ies|ied|s|ed|ing|licat\w*|ting)?\b",
            r"\b(?:moderni[sz]e|convert|factor out|tidy|decouple|unify|rewrite|clean(?:ed|s|ing)? ?up|optimi[sz]e)\b",
            r"\b(?:remov|delet|dropp?|eliminat)(?:e[sd]?|ed|s|ing)?\b",
            r"\b(?:migrate|switch)\b[^.\n]{0,60}\b(?:to|from)\b",
            r"\b(?:us|replac|prefer)(?:e[sd]?|ing|s)?\b[^.\n]{1,80}\b(?:instead of|rather than|with|by|over)\b",
            rf"(?:{_WRITE}[^.\n]{{0,40}})?\b(?:type (?:hints?|annotations?)|performance)\b",
            r"\b(?:get rid of|optimi[sz]e[sd]?|speed(?:s|ed)? up)\b",
        ),
    ),
    (
        TaskType.FIX,
        _any(
            r"\b(?:fix(?:es|ed|ing)?|bugs?|buggy|crash\w*|fails|failing|failed|failure|broken|breaks)\b",
            r"\w fail\b|\b(?:wrong\w*|incorrect\w*|typos?|misspell\w*|spelling|correctly|properly)\b",
            r"\b(?:regression|traceback|doesn'?t work|does not work|not working|leak\w*|deadlock\w*|hangs?|panics?)\b",
            r"\b(?:raises?|raising|throws?|gives?|gets?|got|get) (?:an? )?[\w.`]*(?:error|exception)\b",
            r"\b(?:errors? (?:when|on|if|after|while|during|out)|exception (?:when|on|if|after|while|during))\b",
            r"\b(?:mend|repair|resolve|prevent|avoid)(?:s|ed|ing)?\b|^\W*correct(?:s|ed)?\b",
            r"^\W*(?:do not|don'?t|no longer|never|stop)\b",
        ),
    ),
    (
        TaskType.IMPLEMENT,
        _any(
            r"\b(?:implement|add|creat|build|support|introduc|allow|mak|provid|expos|enabl|improv|chang|map|handl)"
            r"(?:e[sd]?|s|ed|ing)?\b",
        ),
    ),
)

#: What a title says of itself, as in ``fix(parser): …``. Other words before a colon name a part of the code.
_PREFIXES: dict[str, TaskType] = {
    "feat": TaskType.IMPLEMENT,
    "feature": TaskType.IMPLEMENT,
    "fix": TaskType.FIX,
    "bugfix": TaskType.FIX,
    "refactor": TaskType.REFACTOR,
    "perf": TaskType.REFACTOR,
    "style": TaskType.REFACTOR,
    "cleanup": TaskType.REFACTOR,
    "docs": TaskType.DOCUMENT,
    "doc": TaskType.DOCUMENT,
    "test": TaskType.TEST,
    "tests": TaskType.TEST,
}
_PREFIX = re.compile(r"^\W*([\w./, -]{1,40}?)\s*(?:\([^()\n]{0,60}\))?!?\s*:\s*(?=\S)")
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

    What the title says of itself (``fix(parser): …``) decides; a stack trace makes a fix of what no rule knows;
    anything else is an implementation.
    """
    title = text.strip().partition("\n")[0]
    if prefix := _PREFIX.match(title):
        if kind := _PREFIXES.get(prefix[1].lower()):
            return kind.value
        title = title[prefix.end() :]
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
