"""From code to the tests that use it or bear its name, and from a test to the code it is about."""

from __future__ import annotations

from collections.abc import Iterator

from sightline.base.paths import WorkspacePath
from sightline.context.relations.calls import is_in_test
from sightline.context.relations.relation import Relation, RelationKind
from sightline.context.relations.surroundings import Surroundings, folder_of, share, sureness
from sightline.graph.facts import DefinitionKind
from sightline.graph.test_files import is_test

#: Where the tests of a file are looked for: in its folder, in these below it, and in these at the top of its path.
_BELOW = ("", "tests/", "test/", "__tests__/", "testing/")
_MIRRORS = ("tests/", "test/", "testing/", "spec/")

#: Folders of code that tests leave out when they mirror it.
_CODE = ("src/", "lib/", "source/", "packages/")
_KINDS = frozenset({DefinitionKind.FUNCTION, DefinitionKind.METHOD, DefinitionKind.CLASS})


def tests(around: Surroundings) -> Iterator[Relation]:
    """Tests that use the anchor, and the test file that is named after its file."""
    if is_test(around.anchor.path):
        return
    named_after = set(_test_files(around))
    uses = [(symbol, place) for symbol, place in around.uses if place.enclosing and is_in_test(place)]
    seen: set[tuple[WorkspacePath, str]] = set()
    for symbol, place in uses:
        if (place.path, place.enclosing) in seen:
            continue
        seen.add((place.path, place.enclosing))
        weight = sureness(place.confidence) * share(len(uses)) * (1.0 if place.path in named_after else 0.6)
        reason = f"tests `{symbol.qualified_name}`"
        yield Relation(kind=RelationKind.TEST, path=place.path, line=place.line, reason=reason, weight=weight)
    name = around.anchor.symbol.definition.name.strip("_").lower() if around.anchor.symbol is not None else ""
    for path in sorted(named_after):
        index = around.view.index(path)
        rows = index.definitions if index is not None and len(name) > 2 else ()
        called = [row for row in rows if row.kind in _KINDS and _tells(row.name, name)]
        for row in called:
            line = index.line_of(row.name_start) + 1 if index is not None else 0
            reason = f"tests `{around.name}` by its name"
            yield Relation(kind=RelationKind.TEST, path=path, line=line, reason=reason, weight=0.5 * share(len(called)))


def _tells(test: str, name: str) -> bool:
    return "test" in test.lower() and name in test.lower().replace("_", "" if "_" not in name else "_")


def tested(around: Surroundings) -> Iterator[Relation]:
    """For an anchor in a test, the code outside tests that it uses."""
    if not is_test(around.anchor.path):
        return
    for used in around.used:
        for target, sure in used.targets[:1]:
            if not is_test(target.path) and target.definition.kind in _KINDS:
                weight = sure * around.rarity(target.definition.name)
                yield around.relation(RelationKind.TESTED, target, f"is tested by `{around.name}`", weight)


def _test_files(around: Surroundings) -> Iterator[WorkspacePath]:
    """The files that may test the anchor's by their names, those that exist."""
    path = around.anchor.path
    stem, _, ending = path.name.partition(".")
    ending = ending.rpartition(".")[2]
    if not ending:
        return
    names = [
        f"test_{stem.lstrip('_')}.{ending}",
        f"{stem}_test.{ending}",
        f"{stem}.test.{ending}",
        f"{stem}.spec.{ending}",
        f"{stem}Test.{ending}",
        f"{stem}_spec.{ending}",
    ]
    folder = folder_of(path)
    prefix = f"{folder}/" if folder else ""
    places = [f"{prefix}{below}" for below in _BELOW]
    places += [prefix.replace("src/main/", "src/test/", 1)] if "src/main/" in prefix else []
    inner = prefix
    for code in _CODE:
        inner = inner.removeprefix(code)
    for mirror in _MIRRORS:
        places += [mirror, f"{mirror}{inner}", f"{mirror}{inner.partition('/')[2]}"]
    for place in dict.fromkeys(places):
        for name in names:
            found = _existing(around, path.root, f"{place}{name}")
            if found is not None and found != path:
                yield found


def _existing(around: Surroundings, root: str, relative: str) -> WorkspacePath | None:
    state = around.view.state
    file = state.table.find(root, relative)
    return state.table.path_of(file) if file is not None and state.exists(file) else None
