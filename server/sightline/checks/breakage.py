"""Breakage: what the edit took away or changed, and somebody still uses as it was.

Removed, renamed and moved definitions (``stranded.py``), signatures that calls no longer fit (``resigned.py``,
``typed_functions.py``, ``script_overloads.py``), calls that await what is no coroutine (``awaited.py``), calls of
libraries (``script_library_calls.py``, ``dropped_arguments.py`` and others), overrides that no longer match
(``overrides.py``, ``overriding_nothing.py``), members that are missing (``abstract.py``, ``lacking_literals.py``,
``typed_dicts.py``) or hidden (``hidden_members.py``), files that are gone (``modules_gone.py``) and imports that are
(``unimported.py``, ``unincluded.py``). A finding is certain when the graph knows the use by the language's rules,
possible when only the name agrees.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence

from sightline.base.paths import WorkspacePath
from sightline.checks.abstract import unimplemented
from sightline.checks.awaited import wrongly_awaited
from sightline.checks.check import CheckInput, CheckOutcome, Finding
from sightline.checks.definitions import Added, Altered, DefinitionChanges, Removed, definition_changes
from sightline.checks.dropped_arguments import dropped_arguments
from sightline.checks.go_constraints import uncovered_uses
from sightline.checks.go_interfaces import unsatisfied
from sightline.checks.go_library_calls import unfit_library_calls
from sightline.checks.go_locals import unsound_locals
from sightline.checks.go_values import unfit_values
from sightline.checks.hidden_members import hidden_members
from sightline.checks.lacking_literals import lacking_literals
from sightline.checks.language import is_go, is_python, is_script
from sightline.checks.matching import Matching
from sightline.checks.modules_gone import lost_imports
from sightline.checks.overrides import broken_overrides
from sightline.checks.overriding_nothing import overriding_nothing
from sightline.checks.python_calls import unfit_outside_calls
from sightline.checks.recall import touched_files
from sightline.checks.reexports import lost_reexports
from sightline.checks.resigned import judge, unfit_calls
from sightline.checks.script_library_calls import unfit_script_library_calls
from sightline.checks.script_overloads import broken_overloads
from sightline.checks.stranded import lost_exports, rerouted_calls, stranded_uses
from sightline.checks.texts import TouchedFile
from sightline.checks.typed_dicts import lost_keys
from sightline.checks.typed_functions import unfit_typed_functions
from sightline.checks.unbound import unbound_uses
from sightline.checks.unimported import unimported_uses
from sightline.checks.unincluded import unincluded_uses
from sightline.checks.unused import unused_imports


class BreakageCheck:
    """See the module."""

    name = "breakage"

    async def run(self, given: CheckInput) -> CheckOutcome:
        """All places that the edit left behind, each once. The work is done in a thread: a view may be read there."""
        return await asyncio.to_thread(_run, given)


def _run(given: CheckInput) -> CheckOutcome:
    kept: dict[tuple[object, ...], Finding] = {}
    files = touched_files(given)
    matching = Matching(given, files)
    for finding in _findings(given, matching, files):
        kept.setdefault((finding.path, finding.span, finding.certainty), finding)
    return CheckOutcome(findings=tuple(kept.values()), notes=matching.left_out.told())


def _findings(given: CheckInput, matching: Matching, files: Sequence[TouchedFile]) -> Iterator[Finding]:
    changes = definition_changes(given, files)
    lost = tuple(lost_imports(matching))
    yield from lost
    stranded = tuple(
        finding
        for removed in changes.removed
        for finding in (
            *stranded_uses(matching, removed),
            *lost_exports(matching, removed),
            *uncovered_uses(matching, removed),
        )
        if not any(finding.path == other.path and other.span.contains(finding.span) for other in lost)
    )
    yield from stranded
    yield from lost_reexports(matching)
    called = _in_languages(changes, is_python, is_script, is_go)
    for finding in (*_rerouted(matching, called), *unfit_calls(matching, called)):
        if not any(_speaks_of(finding, other) for other in stranded):
            yield finding
    yield from wrongly_awaited(matching)
    # In Go a method of an embedded type is hidden, not overridden, and nobody declares what a type implements.
    inherited = _in_languages(changes, is_python, is_script)
    yield from broken_overrides(matching, inherited)
    yield from overriding_nothing(matching, inherited)
    yield from unimplemented(matching, inherited)
    yield from unfit_typed_functions(matching, inherited)
    yield from hidden_members(matching)
    yield from lacking_literals(matching)
    yield from lost_keys(matching)
    yield from unimported_uses(matching)
    yield from unincluded_uses(matching)
    yield from unbound_uses(matching)
    yield from unused_imports(matching)
    yield from unsatisfied(matching, changes)
    yield from unfit_values(matching, changes)
    yield from unfit_library_calls(matching)
    yield from unfit_outside_calls(matching)
    yield from unfit_script_library_calls(matching)
    yield from broken_overloads(matching)
    yield from dropped_arguments(matching)
    yield from unsound_locals(matching)


def _in_languages(changes: DefinitionChanges, *languages: Callable[[WorkspacePath], bool]) -> DefinitionChanges:
    """The changes in languages of which we know how calls bind arguments.

    In others a call that seems not to fit may mean an overload, a promoted method, a default given elsewhere.
    """

    def known(row: Removed | Altered | Added) -> bool:
        return any(each(row.file.path) for each in languages)

    return DefinitionChanges(
        removed=[row for row in changes.removed if known(row)],
        altered=[row for row in changes.altered if known(row)],
        added=[row for row in changes.added if known(row)],
    )


def _rerouted(matching: Matching, changes: DefinitionChanges) -> Iterator[Finding]:
    for removed in changes.removed:
        for use in rerouted_calls(matching, removed):
            finding = judge(matching, use)
            if finding is not None:
                yield finding


def _speaks_of(unfit: Finding, stranded: Finding) -> bool:
    """Whether a call does not fit because of a keyword that has a finding of its own: a field that is gone."""
    name = stranded.symbol.rpartition(".")[2]
    return (unfit.path, unfit.line) == (stranded.path, stranded.line) and f"no parameter `{name}`" in unfit.message
