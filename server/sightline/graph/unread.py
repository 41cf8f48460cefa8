"""Names in the parts of a text that could not be read: whatever is said of them, they may be uses.

They are kept among the keys of the names a file uses, with a mark before them, so that the question "who might use it
unseen" costs no more than "who uses it". So is it kept whether a file declares something for all others, and which
names may stand for bases of its classes: who inherits from a popular class is asked all the time, and few files do.
"""

from __future__ import annotations

import re

from sightline.graph.facts import ReferenceKind
from sightline.graph.raw_facts import LOCAL_FLAG, REFERENCE_CODE, REFERENCE_STRIDE, ImportRow, RawFacts

#: Stands before a name that is written where a text could not be read; no name of a program begins so.
UNREAD = "\0"
#: Syntax errors of a file that are listed at most; after the last of them anything may follow.
MAXIMUM_PROBLEMS = 20

#: Stands among the names of a TypeScript file that may declare something for files which do not import it.
FOR_ALL = "\0\0"
#: Stands before a name that is a base of a class, or goes on under another name, which then may be one.
BASE = "\1"

_TYPED = ("typescript", "tsx", "vue", "svelte")
_FOR_ALL = re.compile(rb"""\bdeclare\s+(?:global\b|module\s*["'])""")
_INHERIT = REFERENCE_CODE[ReferenceKind.INHERIT]
_KIND = LOCAL_FLAG - 1
_WORD = re.compile(rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*")


def marked_names(raw: RawFacts, data: bytes) -> frozenset[str]:
    """What is kept of a text among the names it uses, each marked."""
    found = unread_names(raw, data) | base_names(raw)
    return found | {FOR_ALL} if raw.language in _TYPED and _declares_for_all(raw, data) else found


def _declares_for_all(raw: RawFacts, data: bytes) -> bool:
    """Whether a file adds to the global scope or to a module of others, or is no module (handbook, "Modules")."""
    if _FOR_ALL.search(data):
        return True
    exported = any(row.exported and row.parent < 0 for row in raw.definitions)
    return not exported and not any(row.enclosing < 0 and not row.dynamic and not _is_type(row) for row in raw.imports)


def _is_type(row: ImportRow) -> bool:
    """Whether an import is a type, ``import("module").Name``, which makes no module of a file."""
    return row.type_only and bool(row.names) and not row.names[0][1]


def base_names(raw: RawFacts) -> frozenset[str]:
    """Names that stand for a base of some class, or that an import or an export gives another name; each marked."""
    names, kinds = raw.references[::REFERENCE_STRIDE], raw.references[2::REFERENCE_STRIDE]
    bases = {names[at] for at, kind in enumerate(kinds) if kind & _KIND == _INHERIT}
    found = {raw.strings[at] for at in bases}
    found.update(name[0] for row in raw.imports for name in row.names if name[0] and name[1] != name[0])
    found.update(row.alias for row in raw.definitions if row.alias and row.alias != row.name)
    return frozenset(BASE + name for name in found)


def unread_names(raw: RawFacts, data: bytes) -> frozenset[str]:
    """The words inside the syntax errors of a text, each marked; names of definitions are left out.

    Most of them are references as well, but in broken code a reference may have lost what it refers to: in
    ``from a import (b`` nothing imports.
    """
    spans = [(start, end) for kind, _, start, end in raw.problems if kind == "syntax"]
    if not spans:
        return frozenset()
    if len(spans) >= MAXIMUM_PROBLEMS:
        spans.append((spans[-1][0], len(data)))
    known = {row.name_start for row in raw.definitions}
    return frozenset(
        UNREAD + match.group().decode("utf-8", "replace")
        for start, end in spans
        for match in _WORD.finditer(data, start, end)
        if match.start() not in known
    )
