"""Signatures of overloaded TypeScript functions that the edit left without a function, or with one that asks for more.

Source: the TypeScript handbook, "Overload Signatures and the Implementation Signature".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.checks.check import Certainty, Finding, RelatedPlace
from sightline.checks.language import is_typed_script
from sightline.checks.matching import Matching
from sightline.checks.recall import facts_of
from sightline.graph.facts import Reference, ReferenceKind
from sightline.graph.script_overloads import Overload, overloads
from sightline.languages.registry import language_of

_LONGEST = 1 << 20
#: What a text holds that may have a signature without a body: a function or a method that ends in a type or its list.
_MAY_HAVE = re.compile(rb"\bfunction\b|\bclass\b")
_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")


def broken_overloads(matching: Matching) -> Iterator[Finding]:
    """One such signature of each function of a touched file that had none before the edit, where compilers tell it."""
    for file in matching.files:
        if file.new is None or file.after is None or file.old is None or file.before is None:
            continue
        facts = facts_of(matching.given.after, file.new)
        if not is_typed_script(file.new) or file.new.name.endswith(_DECLARATIONS) or facts is None or facts.problems:
            continue
        found = _broken(file.new, file.after)
        known = _broken(file.old, file.before) if found else {}
        for name, (overload, reason) in found.items():
            if name not in known:
                other = overload.follower
                line = file.after.line_of(other.start) + 1 if other is not None else 0
                said = RelatedPlace(path=file.new, line=line, message="what follows instead")
                yield matching.finding(
                    (file.new, Reference(name=name, span=overload.span, kind=ReferenceKind.READ)),
                    f"`{name}` {reason}.",
                    certainty=Certainty.CERTAIN,
                    symbol=f"{file.new}::{name}",
                    related=(said,) if other is not None else (),
                )


def _broken(path: WorkspacePath, text: Text) -> dict[str, tuple[Overload, str]]:
    language = language_of(path)
    if language is None or len(text.data) > _LONGEST or not _MAY_HAVE.search(text.data):
        return {}
    found: dict[str, tuple[Overload, str]] = {}
    for each in sorted(overloads(text.data, language), key=lambda row: row.span.start):
        if each.demanded is None:
            found[each.name] = each, "has a signature here, and no function follows it"
        elif each.most is not None and each.demanded > each.most:
            found.setdefault(each.name, (each, "takes fewer arguments by this signature than the function asks for"))
    return found
