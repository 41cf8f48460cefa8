"""Where and how an import is added to a Python file, in the style of the imports that it has.

Order of places: into a ``from`` import of the same module; else in its sorted place among the imports of its kind; else
beside the imports of the kinds before and after it; else below the docstring.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from sightline.base.text import Span, Text, TextEdit
from sightline.edits.import_statement import (
    Statement,
    WantedImport,
    below,
    indentation_at,
    inserted,
    insertion_place,
    line_start,
    longest_line,
    newline_of,
    statements_of,
)
from sightline.graph.facts import Import

#: What a module is, in the order in which sections of imports stand: future, standard library, packages, own, relative.
SectionOf = Callable[[str, int], int]

#: Lines may become this long (characters) if no import of the file is longer: the limit of Black and of ruff.
_USUAL_LENGTH = 88
_ALIAS = re.compile(rb"\s+as\s+\w+")
_LEADING = re.compile(r"(?:[ \t\f]*(?:#[^\n]*)?\r?\n)*")
_COMMENTS = re.compile(r"(?:[ \t]*#[^\n]*(?:\n|$))*")
_EMPTY_LINE = re.compile(r"\r?\n[ \t]*(?:\r?\n|$)")
_DOCSTRING = re.compile(
    r"""[ \t]*[rRuU]?(?:\"{3}.*?(?<!\\)\"{3}|'{3}.*?(?<!\\)'{3}|"[^"\n]*"|'[^'\n]*')[^\n]*""", re.DOTALL
)


def insert_python_import(
    text: Text, imports: Sequence[Import], wanted: WantedImport, section_of: SectionOf
) -> tuple[TextEdit, ...]:
    """The edits that make ``wanted`` part of a file with these ``imports``; none if it is there already.

    A wanted import for type checkers alone joins those under ``if TYPE_CHECKING:``, if there are any and its module is
    not imported at run time anyway. Imports inside functions, ``try`` and other conditions are left as they are.
    """
    top = [row for row in imports if row.enclosing < 0 and not row.dynamic]
    plain = statements_of(text, (row for row in top if not row.guarded))
    at_run_time = any((each.row.module, each.row.level) == (wanted.module, wanted.level) for each in plain)
    apart = wanted.type_only and not at_run_time
    for_types = statements_of(text, (row for row in top if row.type_only)) if apart else ()
    block = for_types or plain
    same = [each for each in block if _can_take(text, each, wanted)]
    if any(_binds(each, wanted) for each in block):
        return ()
    if same and not wanted.one_each and not _one_name_each(block):
        return (_merged(text, same[0], wanted, longest_line(text, block, _USUAL_LENGTH)),)
    return (_new_line(text, block, wanted, section_of) if block else _first_import(text, _written(wanted)),)


def _binds(statement: Statement, wanted: WantedImport) -> bool:
    names = ((row, each) for row in statement.rows for each in row.names)
    here = (wanted.module, wanted.level, wanted.name, wanted.bound)
    return any((row.module, row.level, each.name, each.alias or each.name) == here for row, each in names)


def _can_take(text: Text, statement: Statement, wanted: WantedImport) -> bool:
    """Whether a statement imports names of the same module and has room for one more."""
    row = statement.row
    if not wanted.name or (row.module, row.level) != (wanted.module, wanted.level) or len(statement.rows) > 1:
        return False
    whole = text.line_text(statement.first_line).lstrip().startswith("from ")
    return whole and bool(row.names) and all(each.name not in ("", "*") for each in row.names)


def _one_name_each(block: Sequence[Statement]) -> bool:
    """Whether the imports show that each name has a statement of its own."""
    seen: set[tuple[str, int]] = set()
    repeated = False
    for statement in block:
        row = statement.row
        if len(row.names) > 1:
            return False
        if row.names and row.names[0].name:
            repeated = repeated or (row.module, row.level) in seen
            seen.add((row.module, row.level))
    return repeated


# Into a statement that is there ----------------------------------------------------------------------------------


def _by_kind(name: str) -> tuple[int, str]:
    """Constants, classes, others: the order of isort and of ruff."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name.lower()


_KEYS: tuple[Callable[[str], object], ...] = (_by_kind, str.lower, str)


def _merged(text: Text, statement: Statement, wanted: WantedImport, limit: int) -> TextEdit:
    row = statement.row
    names = [each.name for each in row.names]
    place = insertion_place(names, wanted.name, _KEYS)
    item = _item(wanted)
    if statement.first_line != statement.last_line:
        lines = [text.line_of(each.span.start) for each in row.names]
        if len(set(lines)) == len(lines) and lines[0] > statement.first_line:
            return _own_line(text, row, place, item)
    elif len(text.line_text(statement.first_line).partition("#")[0].rstrip()) + len(item) + 2 > limit:
        return _wrapped(text, row, place, item)
    if place < len(names):
        return inserted(row.names[place].span.start, f"{item}, ")
    return inserted(_end_of(text, row, len(names) - 1), f", {item}")


def _own_line(text: Text, row: Import, place: int, item: str) -> TextEdit:
    """A new line in a list with a line for each name."""
    newline = newline_of(text)
    indentation = indentation_at(text, row.names[min(place, len(row.names) - 1)].span.start)
    if place < len(row.names):
        line = text.line_of(row.names[place].span.start)
        return inserted(line_start(text, line), f"{indentation}{item},{newline}")
    end = _end_of(text, row, place - 1)
    rest = text.slice(Span(end, text.line_span(text.line_of(end)).end))
    if rest.lstrip().startswith(","):
        return inserted(line_start(text, text.line_of(end) + 1), f"{indentation}{item},{newline}")
    return inserted(end, f",{newline}{indentation}{item}")


def _wrapped(text: Text, row: Import, place: int, item: str) -> TextEdit:
    """The names in parentheses, a line for each, as Black writes what is too long."""
    newline = newline_of(text)
    indentation = indentation_at(text, row.span.start)
    items = [text.slice(Span(each.span.start, _end_of(text, row, at))) for at, each in enumerate(row.names)]
    items.insert(place, item)
    lines = "".join(f"{indentation}    {each},{newline}" for each in items)
    head = text.slice(Span(row.span.start, row.names[0].span.start)).rstrip().rstrip("(").rstrip()
    return TextEdit(row.span, f"{head} ({newline}{lines}{indentation})".encode())


def _end_of(text: Text, row: Import, at: int) -> int:
    """Where the entry of a name ends, its alias included."""
    end = row.names[at].span.end
    alias = _ALIAS.match(text.data, end)
    return alias.end() if alias is not None and row.names[at].alias != row.names[at].name else end


# A statement of its own ------------------------------------------------------------------------------------------


def _item(wanted: WantedImport) -> str:
    return wanted.name if wanted.bound == wanted.name else f"{wanted.name} as {wanted.bound}"


def _written(wanted: WantedImport) -> str:
    if wanted.name:
        return f"from {'.' * wanted.level}{wanted.module} import {_item(wanted)}"
    renamed = wanted.bound not in (wanted.module, wanted.module.partition(".")[0])
    return f"import {wanted.module}" + (f" as {wanted.bound}" if renamed else "")


def _order(row: Import | WantedImport) -> tuple[Any, ...]:
    """isort's order within a section: whole modules first, relative imports from far to near, then by name."""
    name = row.name if isinstance(row, WantedImport) else row.names[0].name if row.names else ""
    return bool(name), -row.level, row.module.lower(), _by_kind(name)


def _order_by_letters(row: Import | WantedImport) -> tuple[Any, ...]:
    """The same with names in the order of the alphabet."""
    return (*_order(row)[:3], _order(row)[3][1])


def _order_by_module(row: Import | WantedImport) -> tuple[Any, ...]:
    """isort's ``force_sort_within_sections``: by module, whichever way it is imported."""
    whole, level, module, name = _order(row)
    return level, module, whole, name


def _order_from_near(row: Import | WantedImport) -> tuple[Any, ...]:
    """isort's ``reverse_relative``: the nearest relative imports first."""
    whole, level, module, name = _order(row)
    return whole, -level, module, name


_ORDERS = (_order, _order_by_letters, _order_by_module, _order_from_near)


def _new_line(text: Text, block: Sequence[Statement], wanted: WantedImport, section_of: SectionOf) -> TextEdit:
    section = section_of(wanted.module, wanted.level)
    sections = [section_of(each.row.module, each.row.level) for each in block]
    newline, indentation = newline_of(text), indentation_at(text, block[0].row.span.start)
    line = f"{indentation}{_written(wanted)}{newline}"
    own = [each for each, kind in zip(block, sections, strict=True) if kind == section]
    if own:
        return _among(text, own, wanted, line)
    if all(left <= right for left, right in pairwise(sections)):
        after = [each for each, kind in zip(block, sections, strict=True) if kind > section]
        if after and len(after) == len(block):
            return inserted(line_start(text, _above(text, block[0])), line + newline)
        last = block[-1] if not after else block[len(block) - len(after) - 1]
    else:
        last = block[-1]
    return below(text, last, newline + line)


def _among(text: Text, own: Sequence[Statement], wanted: WantedImport, line: str) -> TextEdit:
    """In the sorted place of its section; at the end of one that is not sorted."""
    key = min(_ORDERS, key=lambda each: _disorder([each(statement.row) for statement in own]))
    if _disorder([key(each.row) for each in own]) * 4 > len(own):
        return below(text, own[-1], line)
    smaller = [each for each in own if key(each.row) <= key(wanted)]
    if smaller:
        return below(text, smaller[-1], line)
    return inserted(line_start(text, _above(text, own[0])), line)


def _disorder(order: Sequence[tuple[Any, ...]]) -> int:
    return sum(left > right for left, right in pairwise(order))


def _above(text: Text, statement: Statement) -> int:
    """The line of a statement, or of the comments that belong to it: not those that begin the file."""
    line = statement.first_line
    while line and text.line_text(line - 1).lstrip().startswith("#"):
        line -= 1
    return line or statement.first_line


def _first_import(text: Text, written: str) -> TextEdit:
    """Below the first comments and the docstring, with an empty line on either side."""
    source, newline = str(text), newline_of(text)
    leading = _LEADING.match(source)
    docstring = _DOCSTRING.match(source, leading.end() if leading is not None else 0)
    if docstring is not None:
        end = len(source[: docstring.end()].rstrip("\r"))
        rest = source[end:]
        gap = "" if _EMPTY_LINE.match(rest) else newline
        return inserted(len(source[:end].encode()), f"{newline}{newline}{written}{gap}")
    comments = _COMMENTS.match(source)
    at = comments.end() if comments is not None else 0
    rest = source[at:]
    before = newline if at and not source[:at].endswith("\n") else ""
    gap = "" if not rest.strip() or rest.startswith(("\n", "\r\n")) else newline
    return inserted(len(source[:at].encode()), f"{before}{written}{newline}{gap}")
