"""Where and how an import is added to a TypeScript or JavaScript file, in the style of the imports that it has.

Quotes, semicolons, spaces in braces, ``import type`` and CommonJS are taken from the file; a file that shows nothing
gets the usual ES module import with double quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

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

#: Prettier's limit (characters), if no import of the file is longer.
_USUAL_LENGTH = 80
_HEADER = re.compile(
    r"""(?:#![^\n]*\n)?(?:[ \t]*(?://[^\n]*|/\*.*?\*/|(?:"use \w+"|'use \w+');?)?[ \t]*\r?\n)*""", re.DOTALL
)
_ENTRY = re.compile(r"(?P<name>(?:type\s+)?[\w$]+(?:\s+as\s+[\w$]+)?)")
_KEYS: tuple[Callable[[str], object], ...] = (str.lower, str)


def insert_script_import(text: Text, imports: Sequence[Import], wanted: WantedImport) -> tuple[TextEdit, ...]:
    """The edits that make ``wanted`` part of a file with these ``imports``; none if it is there already."""
    top = [row for row in imports if row.enclosing < 0 and not row.dynamic and not row.reexport]
    block = statements_of(text, top)
    modules = [each for each in block if _source(text, each).startswith("import")]
    if any(_binds(text, each, wanted) for each in block):
        return ()
    for type_only in (True, False) if wanted.type_only else (False,):
        for each in modules:
            if each.row.module == wanted.module and each.row.type_only == type_only:
                edit = _merged(text, each, modules, wanted)
                if edit is not None:
                    return (edit,)
    style = _Style(text, modules or block, wanted.example)
    requires = bool(block) and not modules
    line = style.require(wanted) if requires else style.statement(wanted)
    return (_new_line(text, modules or block, wanted, line),)


def _source(text: Text, statement: Statement) -> str:
    """A statement's lines."""
    span = text.lines_span(statement.first_line, statement.last_line)
    return text.slice(span)


def _binds(text: Text, statement: Statement, wanted: WantedImport) -> bool:
    if statement.row.type_only and not wanted.type_only:
        return False
    names = {(row.module, each.name, each.alias or each.name) for row in statement.rows for each in row.names}
    if (wanted.module, wanted.name, wanted.bound) in names:
        return True
    required = wanted.name == "default" and (wanted.module, "", wanted.bound) in names
    return required and not _source(text, statement).startswith("import")


def _item(wanted: WantedImport, separator: str = " as ") -> str:
    return wanted.name if wanted.bound == wanted.name else f"{wanted.name}{separator}{wanted.bound}"


class _Style:
    """How the file writes its imports."""

    def __init__(self, text: Text, block: Sequence[Statement], example: str) -> None:
        sources = [_source(text, each) for each in block] or example.splitlines()
        whole = "".join(sources) or str(text)
        self.quote = "'" if whole.count("'") > whole.count('"') else '"'
        ended = sum(source.rstrip().endswith(";") for source in sources)
        lines = [line.rstrip() for line in str(text).split("\n")] if not sources else []
        code = [line for line in lines if line and line[-1] not in "{},(*/"]
        self.end = ";" if (ended * 2 > len(sources) if sources else _mostly_ended(code)) else ""
        self.space = "" if re.search(r"import\s+(?:type\s+)?\{\w", whole) else " "
        self.keeps_types_apart = any(each.row.type_only for each in block) or "import type " in example
        self.marks_types = bool(re.search(r"[{,]\s*type\s+[\w$]", whole))

    def statement(self, wanted: WantedImport) -> str:
        """An ``import`` statement."""
        apart = wanted.type_only and self.keeps_types_apart
        item = _item(wanted)
        if wanted.type_only and not apart and self.marks_types:
            item = f"type {item}"
        match wanted.name:
            case "":
                bound = f"* as {wanted.bound}"
            case "default":
                bound = wanted.bound
            case _:
                bound = f"{{{self.space}{item}{self.space}}}"
        kind = "import type" if apart else "import"
        return f"{kind} {bound} from {self.quote}{wanted.module}{self.quote}{self.end}"

    def require(self, wanted: WantedImport) -> str:
        """The same in CommonJS."""
        whole = wanted.name in ("", "default")
        bound = wanted.bound if whole else f"{{{self.space}{_item(wanted, ': ')}{self.space}}}"
        return f"const {bound} = require({self.quote}{wanted.module}{self.quote}){self.end}"


def _mostly_ended(code: Sequence[str]) -> bool:
    return sum(line.endswith(";") for line in code) * 2 >= len(code)


# Into a statement that is there ----------------------------------------------------------------------------------


def _merged(text: Text, statement: Statement, modules: Sequence[Statement], wanted: WantedImport) -> TextEdit | None:
    """One more name for a statement that can take it."""
    row = statement.row
    source = text.slice(row.span)
    if wanted.name == "" or re.match(r"import\s*(?:type\s+)?(?:[\w$]+\s*,\s*)?\*|import\s*[\"']", source):
        return None
    opening, closing = source.find("{"), source.find("}")
    if wanted.name == "default":
        if row.type_only or opening < 0 or not re.match(r"import\s*\{", source):
            return None
        return inserted(row.span.start + len(source[:opening].encode()), f"{wanted.bound}, ")
    style = _Style(text, modules, wanted.example)
    item = _item(wanted)
    if wanted.type_only and not row.type_only and style.marks_types:
        item = f"type {item}"
    if opening < 0:
        default = re.match(r"import\s+[\w$]+", source)
        if default is None or row.type_only:
            return None
        at = row.span.start + len(default.group().encode())
        return inserted(at, f", {{{style.space}{item}{style.space}}}")
    return _in_braces(text, row, (opening, closing), item, longest_line(text, modules, _USUAL_LENGTH))


def _in_braces(text: Text, row: Import, braces: tuple[int, int], item: str, limit: int) -> TextEdit:
    source = text.slice(row.span)
    inner = source[braces[0] + 1 : braces[1]]
    entries = [(match.start("name"), match.group("name")) for match in _ENTRY.finditer(_without_comments(inner))]
    start = row.span.start + len(source[: braces[0] + 1].encode())
    if not entries:
        return TextEdit(Span(start, start + len(inner.encode())), f" {item} ".encode())
    names = [_name_of(entry) for _, entry in entries]
    place = insertion_place(names, _name_of(item), _KEYS)

    def offset(within: int) -> int:
        return start + len(inner[:within].encode())

    last_at, last = entries[-1]
    end = last_at + len(last)
    if "\n" not in inner:
        line = text.line_text(text.line_of(row.span.start))
        if len(line) + len(item) + 2 > limit:
            return _wrapped(text, row, braces, [entry for _, entry in entries], (place, item))
        if place < len(entries):
            return inserted(offset(entries[place][0]), f"{item}, ")
        return inserted(offset(end), f", {item}")
    newline = newline_of(text)
    if place < len(entries):
        at = offset(entries[place][0])
        return inserted(at, f"{item},{newline}{indentation_at(text, at)}")
    indentation = indentation_at(text, offset(last_at))
    trailing = re.match(r"\s*,", inner[end:])
    if trailing is not None:
        return inserted(line_start(text, text.line_of(offset(end)) + 1), f"{indentation}{item},{newline}")
    return inserted(offset(end), f",{newline}{indentation}{item}")


def _wrapped(text: Text, row: Import, braces: tuple[int, int], entries: list[str], added: tuple[int, str]) -> TextEdit:
    """The names on lines of their own, as Prettier writes what is too long."""
    place, item = added
    newline = newline_of(text)
    entries.insert(place, item)
    indentation = _indentation_of(text)
    lines = "".join(f"{indentation}{each},{newline}" for each in entries)
    source = text.slice(row.span)
    start = row.span.start + len(source[: braces[0] + 1].encode())
    end = row.span.start + len(source[: braces[1]].encode())
    return TextEdit(Span(start, end), f"{newline}{lines}".encode())


def _without_comments(inner: str) -> str:
    """The same length, comments blanked."""
    return re.sub(r"//[^\n]*|/\*.*?\*/", lambda match: " " * len(match.group()), inner, flags=re.DOTALL)


def _name_of(entry: str) -> str:
    return entry.removeprefix("type ").strip().partition(" ")[0]


def _indentation_of(text: Text) -> str:
    """One step of indentation as the file has it."""
    found = re.search(r"^([ \t]+)\S", str(text), re.MULTILINE)
    step = found.group(1) if found is not None else "    "
    return "\t" if step.startswith("\t") else step if step in ("  ", "    ") else "  "


# A statement of its own ------------------------------------------------------------------------------------------


def _new_line(text: Text, block: Sequence[Statement], wanted: WantedImport, line: str) -> TextEdit:
    newline = newline_of(text)
    if not block:
        return _first_import(text, line)
    order = [each.row.module.lower() for each in block]
    key = wanted.module.lower()
    if len(order) > 2 and all(left <= right for left, right in pairwise(order)):
        smaller = [each for each, other in zip(block, order, strict=True) if other <= key]
        if not smaller:
            return inserted(line_start(text, block[0].first_line), line + newline)
        return below(text, smaller[-1], line + newline)
    return below(text, block[-1], line + newline)


def _first_import(text: Text, line: str) -> TextEdit:
    """Below a shebang, first comments that stand alone, and directives; with an empty line after it."""
    source, newline = str(text), newline_of(text)
    at = 0
    for found in re.finditer(r"\r?\n[ \t]*\r?\n", source[: _header_end(source)]):
        at = found.end()
    directive = re.match(r"""(?:#![^\n]*\n)?(?:(?:"use \w+"|'use \w+');?[ \t]*\r?\n)?""", source)
    at = max(at, directive.end() if directive is not None else 0)
    gap = "" if not source[at:].strip() or re.match(r"\r?\n", source[at:]) else newline
    return inserted(len(source[:at].encode()), f"{line}{newline}{gap}")


def _header_end(source: str) -> int:
    header = _HEADER.match(source)
    return header.end() if header is not None else 0
