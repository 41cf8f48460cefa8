"""Members of classes that became ``private`` or ``protected`` in TypeScript, and what may not reach them any more.

Source: the TypeScript handbook, "Classes", "Member Visibility". What stands in brackets (``effect["run"]``) is let
through there on purpose, and JavaScript is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline.checks.check import Certainty, Finding
from sightline.checks.definitions import CLASSES, Group, groups_of, owner_of
from sightline.checks.known_uses import known_uses
from sightline.checks.language import is_typed_script
from sightline.checks.matching import Matching, Use, own_name
from sightline.checks.only_meaning import is_only_meaning
from sightline.checks.recall import ancestors_of, members_of
from sightline.checks.script import modifiers_of
from sightline.graph.answers import Confidence, Place, Symbol
from sightline.graph.facts import DefinitionKind, ReferenceKind
from sightline.graph.view import GraphView

_WORDS = ("public", "protected", "private")
_NO_ACCESS = frozenset({ReferenceKind.KEYWORD, ReferenceKind.STRING, ReferenceKind.IMPORT})


def hidden_members(matching: Matching) -> Iterator[Finding]:
    """Uses of members that the edit hid, classes that must have them in plain sight, and heirs that still show them."""
    before, after = matching.given.before, matching.given.after
    for file in matching.files:
        if file.new is None or file.old is None or not is_typed_script(file.new):
            continue
        old = groups_of(before, file.old)
        for name, group in groups_of(after, file.new).items():
            owner = owner_of(after, group[0])
            same = old.get(name, ())
            if owner is None or owner.definition.kind is not DefinitionKind.CLASS or not same:
                continue
            if _hiding(after, group) > _hiding(before, same):
                yield from _uses(matching, owner, group)
                yield from _types_above(matching, owner, group[0])
                yield from _heirs_below(matching, group[0])


def _hiding(view: GraphView, group: Group) -> int:
    """How far a member is hidden: 0 for what is public, 2 for what is private."""
    return max(_WORDS.index(word) for each in group for word in ("public", *modifiers_of(view, each)) if word in _WORDS)


def _uses(matching: Matching, owner: Symbol, group: Group) -> Iterator[Finding]:
    after, word = matching.given.after, _WORDS[_hiding(matching.given.after, group)]
    for place in known_uses(after, group[0]):
        use = (place.path, place.reference)
        if not is_typed_script(place.path) or place.reference.kind in _NO_ACCESS or _is_in_brackets(matching, use):
            continue
        if _is_within(after, owner, use, with_heirs=word == "protected") or not _is_meant(matching, group, place):
            continue
        yield matching.finding(
            use,
            f"`{group[0].qualified_name}` is {word} now, and is still used here.",
            certainty=Certainty.CERTAIN,
            symbol=group[0].identifier,
            related=(matching.definition_place(group[0], "its definition"),),
        )


def _is_meant(matching: Matching, group: Group, place: Place) -> bool:
    if place.confidence is not Confidence.NAME_ONLY:
        return True
    return is_only_meaning(matching, group, (place.path, place.reference), left=1)


def _is_in_brackets(matching: Matching, use: Use) -> bool:
    text = matching.text_after(use[0])
    start = use[1].span.start
    return text is None or text.data[max(start - 1, 0) : start] in (b'"', b"'", b"`", b"[")


def _is_within(view: GraphView, owner: Symbol, use: Use, *, with_heirs: bool) -> bool:
    """Whether a use stands in the class itself, or ``with_heirs`` in one that inherits from it."""
    path, reference = use
    if path == owner.path and owner.definition.span.contains(reference.span):
        return True
    waiting, seen = [owner] if with_heirs else [], {owner.identifier}
    while waiting:
        for heir in view.subclasses(waiting.pop()):
            if heir.path == path and heir.definition.span.contains(reference.span):
                return True
            if heir.identifier not in seen:
                seen.add(heir.identifier)
                waiting.append(heir)
    return False


def _types_above(matching: Matching, owner: Symbol, member: Symbol) -> Iterator[Finding]:
    """The finding for a class whose interface, or parent, shows the member that the class hides now."""
    after = matching.given.after
    for each in ancestors_of(after, owner)[1:]:
        if not isinstance(each, Symbol) or each.definition.kind not in CLASSES:
            continue
        shown = [row for row in members_of(after, each) if row.definition.name == member.definition.name]
        if shown and _hiding(after, tuple(shown)) < _hiding(after, (member,)):
            word = _WORDS[_hiding(after, (member,))]
            yield matching.finding(
                (owner.path, own_name(owner)),
                f"`{member.qualified_name}` is {word} now, and `{each.qualified_name}` demands it.",
                certainty=Certainty.CERTAIN,
                symbol=owner.identifier,
                related=(
                    matching.definition_place(member, "its definition"),
                    matching.definition_place(shown[0], "what demands it"),
                ),
            )
            return


def _heirs_below(matching: Matching, member: Symbol) -> Iterator[Finding]:
    """Findings for heirs with a member of the same name, which none may have beside a private one."""
    after = matching.given.after
    if "private" not in modifiers_of(after, member):
        return
    for override in after.overrides(member):
        heir = owner_of(after, override)
        if heir is None or override.identifier == member.identifier or not is_typed_script(heir.path):
            continue
        yield matching.finding(
            (heir.path, own_name(heir)),
            f"`{override.qualified_name}` is not private, as `{member.qualified_name}` is now.",
            certainty=Certainty.CERTAIN,
            symbol=heir.identifier,
            related=(matching.definition_place(member, "its definition"),),
        )
