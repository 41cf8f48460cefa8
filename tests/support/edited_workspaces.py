"""Reads ``tests/cases/check_edits``: one small workspace a file, and what the checks are to say of edits to it.

-- path --            a file before the edits, up to the next line of this kind
=== refuse words      an edit that must be refused; ``possible``: let pass with findings; ``pass``: with none
@@ path               replaces, everywhere in a file, the lines with ``-`` in front by those with ``+``
xx path               deletes a file
>> path -> path       moves a file; what stands below it speaks of the new path
++ path               makes a file of the lines with ``+``
! path:line           where a finding must stand, in the text after the edit; these are all
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from support.check_cases import CheckCase

EDITS = Path(__file__).parent.parent / "cases" / "check_edits"


@dataclass
class EditedWorkspace:
    """One edit of a workspace. ``places``: where findings stand."""

    verdict: str
    case: CheckCase
    after: dict[str, str]
    places: list[str] = field(default_factory=list[str])


def read_edits(name: str) -> list[EditedWorkspace]:
    """The edits of one file."""
    head, *cases = ("\n" + (EDITS / name).read_text(encoding="utf-8")).split("\n=== ")
    before: dict[str, str] = {}
    for part in head.split("\n-- ")[1:]:
        title, _, text = part.partition("\n")
        before[title.removesuffix(" --")] = text.strip("\n") + "\n"
    return [_edit(before, text.split("\n")) for text in cases]


def _edit(before: dict[str, str], lines: list[str]) -> EditedWorkspace:
    verdict, _, title = lines[0].partition(" ")
    edit = EditedWorkspace(verdict, CheckCase(name=title, before=dict(before)), dict(before))
    target, old, new = "", list[str](), list[str]()
    for line in [*lines[1:], "end"]:
        if target and line.startswith(("-", "+")) and not line.startswith("++ "):
            (old if line[0] == "-" else new).append(line[1:])
            continue
        _replace(edit, target, old, new)
        target, old, new = "", [], []
        mark, _, rest = line.partition(" ")
        if mark in ("@@", "++"):
            target = rest
        elif mark == "xx":
            edit.case.deleted.append(rest)
            del edit.after[rest]
        elif mark == ">>":
            source, _, place = rest.partition(" -> ")
            edit.case.moved[source] = place
            edit.after[place] = edit.after.pop(source)
        elif mark == "!":
            edit.places.append(rest)
    back = {new: old for old, new in edit.case.moved.items()}
    edit.case.after = {path: text for path, text in edit.after.items() if before.get(back.get(path, path)) != text}
    return edit


def _replace(edit: EditedWorkspace, target: str, old: list[str], new: list[str]) -> None:
    if not target:
        return
    if not old:
        edit.after[target] = "\n".join(new) + "\n"
        return
    text = edit.after[target]
    assert "\n".join(old) in text, f"{edit.case.name}: {old} is not in {target}"
    edit.after[target] = text.replace("\n".join(old), "\n".join(new))
