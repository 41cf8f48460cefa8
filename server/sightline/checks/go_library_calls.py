"""Calls of Go packages from outside the workspace that an edit wrote, judged by the source of those packages."""

from __future__ import annotations

from collections.abc import Iterator

from sightline.base.paths import WorkspacePath
from sightline.checks.check import Certainty, Finding
from sightline.checks.go_arguments import go_call, only_argument
from sightline.checks.go_packages import GoFunction, GoType, type_of
from sightline.checks.language import is_go
from sightline.checks.matching import Matching
from sightline.checks.recall import facts_of, go_packages_of
from sightline.checks.signature import mismatch
from sightline.checks.texts import TouchedFile
from sightline.graph.facts import DefinitionKind, ParameterKind, Reference
from sightline.graph.partial_facts import PartialFacts
from sightline.graph.view import GraphView

_FUNCTIONS = frozenset({DefinitionKind.FUNCTION, DefinitionKind.METHOD})
_TYPES = frozenset({DefinitionKind.CLASS, DefinitionKind.INTERFACE, DefinitionKind.TYPE})
#: Methods that interfaces everybody knows demand with one result: ``error``, ``fmt.Stringer``.
_ONE_TEXT = frozenset({"Error", "String"})


def unfit_library_calls(matching: Matching) -> Iterator[Finding]:
    """Findings for calls on lines that the edit wrote, with more or fewer arguments than the package's source takes."""
    view = matching.given.after
    for file in matching.files:
        facts = facts_of(view, file.new)
        if file.new is None or facts is None or facts.problems or not is_go(file.new):
            continue
        known = _old_calls(matching, file)
        for reference in matching.changed_calls(file):
            if reference.call is None or not reference.receiver or _spelling(reference) in known:
                continue
            reason = _misfit(view, file.new, facts, reference)
            if reason is not None:
                name = f"{reference.receiver}.{reference.name}"
                yield matching.finding(
                    (file.new, reference), f"`{name}` {reason}.", certainty=Certainty.CERTAIN, symbol=name
                )


def variable_type(view: GraphView, facts: PartialFacts, path: WorkspacePath, name: str, scope: int) -> GoType | None:
    """The type from outside that a variable of a function has, by its only declaration; ``None`` if nobody can tell."""
    if scope < 0:
        return None
    said = [(each.annotation, each.value) for each in facts.bindings if (each.enclosing, each.name) == (scope, name)]
    own = facts.definitions[scope].parameters or ()
    said += ((each.annotation, "") for each in own if each.name == name and each.kind is not ParameterKind.VARIADIC)
    if len(said) != 1:
        return None
    written, callee = said[0]
    if callee:
        return _result_type(view, facts, path, callee)
    found = type_of(written, facts, "") if not written.lstrip("*& ").startswith(("[", "map", "func", "chan")) else None
    return found if found is not None and is_outside(view, path, found.module) else None


def is_outside(view: GraphView, path: WorkspacePath, module: str) -> bool:
    """Whether a Go package is none of the workspace."""
    return bool(module) and any(row.module == module for row in view.unresolved_imports(path))


def library_function(
    view: GraphView, facts: PartialFacts, path: WorkspacePath, reference: Reference
) -> GoFunction | None:
    """The function of a package from outside, or the method of a type of one, that a call means."""
    packages, receiver = go_packages_of(view, path.root), reference.receiver
    if reference.local:
        owner = variable_type(view, facts, path, receiver, reference.enclosing) if "." not in receiver else None
        methods = packages.methods(owner) if owner is not None else None
        return methods.get(reference.name) if methods is not None else None
    module = _module_of(facts, receiver)
    return packages.function(module, reference.name) if module and is_outside(view, path, module) else None


def _misfit(view: GraphView, path: WorkspacePath, facts: PartialFacts, reference: Reference) -> str | None:
    assert reference.call is not None
    if view.resolve_known(path, reference):
        return None
    function = library_function(view, facts, path, reference)
    if function is None or (reference.call.positional == 1 and not gives_one(view, path, reference)):
        return None
    call = go_call(reference.call)
    reasons = [mismatch(parameters, call) for parameters in function.parameters]
    return reasons[0] if all(reasons) else None


def gives_one(view: GraphView, path: WorkspacePath, reference: Reference) -> bool:
    """Whether the only argument of a call is one value, not a call that gives several."""
    inner = only_argument(view, path, reference)
    if inner is None:
        return True
    meant, facts = view.resolve_known(path, inner) if inner.name else (), facts_of(view, path)
    if any(each.definition.kind not in _FUNCTIONS for each in meant):
        return all(each.definition.kind in _TYPES for each in meant)  # conversions
    results = [each.definition.annotation for each in meant]
    if not meant and inner.call is not None and facts is not None:
        if inner.receiver and inner.name in _ONE_TEXT and not inner.call.positional:
            return True
        function = library_function(view, facts, path, inner) if inner.receiver else None
        results = [function.result] if function is not None else []
    return bool(results) and all(result and not result.startswith("(") for result in results)


def _result_type(view: GraphView, facts: PartialFacts, path: WorkspacePath, callee: str) -> GoType | None:
    head, _, name = callee.rpartition(".")
    module = _module_of(facts, head)
    if not module or not is_outside(view, path, module):
        return None
    function = go_packages_of(view, path.root).function(module, name)
    result = function.result.lstrip("*") if function is not None else ""
    return GoType(module=module, name=result) if result.isidentifier() and result[:1].isupper() else None


def _module_of(facts: PartialFacts, alias: str) -> str:
    rows = [row.module for row in facts.imports for name in row.names if name.alias == alias]
    return rows[0] if len(rows) == 1 else ""


def _old_calls(matching: Matching, file: TouchedFile) -> frozenset[tuple[object, ...]]:
    facts = facts_of(matching.given.before, file.old)
    return frozenset(_spelling(row) for row in facts.references if row.call is not None) if facts else frozenset()


def _spelling(reference: Reference) -> tuple[object, ...]:
    return reference.name, reference.receiver, reference.call
