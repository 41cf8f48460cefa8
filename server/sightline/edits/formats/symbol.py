"""Definitions by name: ``path::Class.method`` and the whole new definition in a fence.

    src/shop/cart.py::Cart.total
    ```python
    def total(self, rate):
        return sum(self.items) * (1 + rate)
    ```

There is nothing to copy, to count or to quote, which small models do badly: the graph knows where the definition
begins and ends. ``INSERT AFTER:`` and ``INSERT BEFORE:`` in front of the name put the fence beside the definition;
``DELETE SYMBOL:`` removes it and has no fence. How the lines are found is decided in ``apply_symbols.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sightline.edits.elision import elided_lines
from sightline.edits.path_lines import clean_path, path_of_line
from sightline.edits.proposal import ProposalProblem, SymbolAction, SymbolEdit
from sightline.edits.reply import EditFormat, Fence, Parsed, Reply, fence_of

INSTRUCTIONS = """\
Write every edit as a whole definition: a line with the path, two colons and its name, then all of it in a fence.

src/shop/cart.py::Cart.total
```python
def total(self, rate):
    return sum(self.items) * (1 + rate)
```

- Write the complete function, method or class, first line to last. Never write "..." for code that stays.
- Decorators and comments above a definition stay unless you write them anew.
- To add a definition, write INSERT AFTER: or INSERT BEFORE: in front of the name of one that is there:

INSERT AFTER: src/shop/cart.py::Cart.total
```python
def is_empty(self):
    return not self.items
```

- To remove one, write this line alone: DELETE SYMBOL: src/shop/cart.py::Cart.total
- To change lines that belong to no definition, such as imports, write their path and a search/replace block:

src/shop/cart.py
<<<<<<< SEARCH
import os
=======
import os
import re
>>>>>>> REPLACE

- To create a file, write its path alone above a fence with all of its text."""

_TARGET = re.compile(r"^(?P<path>[^\s:`*][^:`*]*(?::[\\/][^:`*]*)?)::(?P<symbol>[\w.$#:()*<>~?!=@\[\]-]{1,300})$")
_VERB = re.compile(
    r"^(?P<verb>INSERT AFTER|INSERT BEFORE|DELETE SYMBOL|REPLACE SYMBOL|REPLACE|SYMBOL"
    r"|(?:[Rr]eplace|[Uu]pdate|[Ss]ymbol|[Ee]dit|[Ff]ile))\s*:?\s+"
)
_DECORATION = re.compile(r"^(?:#{1,6}\s+|[-*+]\s+|\d+[.)]\s+|//+\s*|#+\s*|--\s+|;+\s*|/\*+\s*|<!--\s*)")
_ACTIONS = {
    "INSERT AFTER": SymbolAction.INSERT_AFTER,
    "INSERT BEFORE": SymbolAction.INSERT_BEFORE,
    "DELETE SYMBOL": SymbolAction.DELETE,
}
_NEVER = frozenset({"diff", "patch", "console", "output", "log", "terminal", "traceback", "shell-session", "pycon"})


@dataclass(frozen=True, slots=True)
class _Target:
    """The definition that a line names; ``loud``: by a verb in capitals, so that it cannot be prose."""

    path: str
    symbol: str
    action: SymbolAction
    loud: bool


@dataclass(slots=True)
class _Scan:
    edits: list[SymbolEdit] = field(default_factory=list[SymbolEdit])
    problems: list[ProposalProblem] = field(default_factory=list[ProposalProblem])
    used: set[int] = field(default_factory=set[int])


def parse(reply: Reply) -> Parsed:
    """All edits of definitions in a reply."""
    scan = _Scan()
    lines = reply.lines
    number = first_free = 0
    while number < len(lines):
        target = _target_of(lines[number]) if "::" in lines[number] else None
        if target is not None and target.action is SymbolAction.DELETE:
            scan.edits.append(
                SymbolEdit(path=target.path, symbol=target.symbol, action=target.action, text="", line=number + 1)
            )
            scan.used.add(number)
        elif target is not None and target.loud and _fence_below(lines, number) is None:
            scan.problems.append(ProposalProblem(line=number + 1, message=f"There is no fence below {target.symbol}."))
            scan.used.add(number)
        fence = fence_of(lines[number], number)
        if fence is not None:
            number = first_free = _read_fence(scan, lines, fence, first_free)
        else:
            number += 1
    return Parsed(edits=tuple(scan.edits), problems=tuple(scan.problems), used=frozenset(scan.used))


FORMAT = EditFormat(name="symbol", parse=parse, instructions=INSTRUCTIONS)


def _target_of(line: str) -> _Target | None:
    """The definition, when the whole line says nothing but its name (with the usual decorations)."""
    text = line.strip()
    if len(text) > 700:
        return None
    text = _DECORATION.sub("", text, count=1).replace("**", "").removesuffix("-->").removesuffix("*/").strip()
    text = clean_path(text.removesuffix(":").strip())
    action, loud = SymbolAction.REPLACE, False
    if (verb := _VERB.match(text)) is not None:
        action = _ACTIONS.get(verb["verb"], action)
        loud = verb["verb"].isupper()
        text = text[verb.end() :]
    match = _TARGET.match(clean_path(text.strip().removesuffix(":")))
    if match is None or path_of_line(match["path"]) is None:
        return None
    return _Target(clean_path(match["path"]), match["symbol"], action, loud)


def _fence_below(lines: tuple[str, ...], number: int) -> Fence | None:
    below = next((at for at in range(number + 1, min(number + 3, len(lines))) if lines[at].strip()), None)
    return fence_of(lines[below], below) if below is not None else None


def _read_fence(scan: _Scan, lines: tuple[str, ...], fence: Fence, first_free: int) -> int:
    """Reads a fence, whose definition is named above it, in its info string or on its first line."""
    end = next((at for at in range(fence.line + 1, len(lines)) if fence.closed_by(lines[at])), None)
    target, named_at = _target_near(lines, fence, first_free, len(lines) if end is None else end)
    after = len(lines) if end is None else end + 1
    if target is None or (fence.info.split() or [""])[0].lower() in _NEVER:
        return after
    scan.used |= {named_at, *range(fence.line, after)}
    if end is None:
        message = f"The reply ends inside {target.path}::{target.symbol}."
        scan.problems.append(ProposalProblem(line=fence.line + 1, message=message))
        return after
    content = [number for number in range(fence.line + 1, end) if number != named_at]
    text = "".join(_undone(lines[number], fence) + "\n" for number in content).strip("\n") + "\n"
    problem = ""
    if not text.strip():
        problem = f"{target.path}::{target.symbol} has no text; DELETE SYMBOL: removes a definition."
    elif elided := elided_lines(text, path=target.path):
        problem = f"{target.path}::{target.symbol} leaves code out ({elided[0].strip()!r}): write all lines."
    if problem:
        scan.problems.append(ProposalProblem(line=fence.line + 1, message=problem))
    else:
        scan.edits.append(
            SymbolEdit(path=target.path, symbol=target.symbol, action=target.action, text=text, line=fence.line + 1)
        )
    return after


def _target_near(lines: tuple[str, ...], fence: Fence, first: int, end: int) -> tuple[_Target | None, int]:
    info = fence.info.strip("{} ")
    for word in (info, *info.split()[-1:], info.partition("=")[2].strip("\"' ")):
        if "::" in word and (target := _target_of(word)) is not None:
            return target, fence.line
    above = fence.line - 1
    while above >= first and not lines[above].strip():
        above -= 1
    if above >= first and (target := _target_of(lines[above])) is not None and target.action is not SymbolAction.DELETE:
        return target, above
    inside = next((at for at in range(fence.line + 1, end) if lines[at].strip()), None)
    if inside is not None and _DECORATION.match(lines[inside].strip()) and (target := _target_of(lines[inside])):
        return target, inside
    return None, fence.line


def _undone(line: str, fence: Fence) -> str:
    """``line`` without the indentation of its fence (CommonMark 4.5)."""
    return line[min(len(line) - len(line.lstrip(" ")), fence.indent) :] if fence.indent else line
