"""Whether a call fits what it calls: finds the signature that a reference meets, and who hands over ``self``.

Unknown stays unknown: a property, a decorator that may change the signature, a metaclass end the judgement.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sightline.base.paths import WorkspacePath
from sightline.checks.classes import constructor
from sightline.checks.definitions import CLASSES, FUNCTIONS, owner_of
from sightline.checks.go_arguments import go_call
from sightline.checks.go_calls import go_parameters
from sightline.checks.language import is_go, is_python, is_script, is_typed_script
from sightline.checks.recall import facts_of, is_rebound, text_of
from sightline.checks.script import script_parameters
from sightline.checks.signature import Parameters, mismatch, moved_argument, without_first
from sightline.graph.answers import Symbol
from sightline.graph.facts import CallShape, Reference
from sightline.graph.view import GraphView

_PROPERTIES = frozenset({"property", "cached_property", "classproperty", "lazyproperty", "setter", "getter", "deleter"})
#: Decorators that leave the parameters as they are written.
_HARMLESS = frozenset({
    "staticmethod", "classmethod", "abstractmethod", "final", "override", "cache", "lru_cache", "contextmanager",
    "asynccontextmanager", "deprecated", "no_type_check", "wraps", "total_ordering", "coroutine",
})  # fmt: skip
_IDENTITY = re.compile(r"^[\"']?[A-Z_]\w{0,12}[\"']?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Callee:
    """What a call meets: ``alternatives`` are signatures of which one must fit (with and without ``self``).

    ``certain`` is false when a decorator may have changed the signature.
    """

    symbol: Symbol
    alternatives: tuple[Parameters, ...]
    certain: bool = True

    def mismatch(self, call: CallShape) -> str | None:
        """Why the call fits none of the alternatives; ``None`` if it may fit one."""
        reasons = [mismatch(parameters, call) for parameters in self.alternatives]
        return None if any(reason is None for reason in reasons) else reasons[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """A call that does not fit: ``reason`` ends a sentence that begins with the name of ``symbol``."""

    symbol: Symbol
    reason: str
    certain: bool


def misfit(view: GraphView, path: WorkspacePath, reference: Reference, targets: Sequence[Symbol]) -> Misfit | None:
    """Why a call fits none of the definitions it may mean; ``None`` if it may fit one of them, or nobody knows."""
    if reference.call is None or not targets:
        return None
    found: list[Misfit] = []
    for symbol in targets:
        callee = callee_of(view, path, reference, symbol)
        call = go_call(reference.call) if is_go(path) else reference.call
        reason = callee.mismatch(call) if callee is not None else None
        if callee is None or reason is None:
            return None
        found.append(Misfit(symbol=symbol, reason=reason, certain=callee.certain))
    return found[0] if all(each.certain for each in found) else next(each for each in found if not each.certain)


def moved(before: Callee | None, after: Callee | None, call: CallShape) -> str | None:
    """Which argument of an unchanged call reaches another parameter than before; ``None`` if none, or nobody knows."""
    if before is None or after is None or len(before.alternatives) != len(after.alternatives):
        return None
    reasons = [moved_argument(old, new, call) for old, new in zip(before.alternatives, after.alternatives, strict=True)]
    return reasons[0] if all(reasons) else None


def callee_of(view: GraphView, path: WorkspacePath, reference: Reference, symbol: Symbol) -> Callee | None:
    """The signature that a call of ``symbol`` by this reference meets; ``None`` where nobody can tell."""
    definition = symbol.definition
    if is_go(symbol.path):
        parameters = go_parameters(view, path, reference, symbol)
        return None if parameters is None else Callee(symbol=symbol, alternatives=(parameters,))
    if not is_python(symbol.path) and not is_script(symbol.path):
        return None  # overloads, promoted methods, receivers: how calls bind there is not known here
    passes_over = reference.receiver == "super()" and is_python(path) and not _is_plain_super(view, path, reference)
    if passes_over or is_rebound(view, symbol):
        return None
    if is_script(symbol.path):
        parameters = script_parameters(view, symbol)
        certain = is_typed_script(path) and is_typed_script(symbol.path)
        return None if parameters is None else Callee(symbol=symbol, alternatives=(parameters,), certain=certain)
    if definition.kind in CLASSES:
        parameters = constructor(view, symbol)
        return None if parameters is None else Callee(symbol=symbol, alternatives=(parameters,))
    if definition.kind not in FUNCTIONS or definition.parameters is None:
        return None
    names = [_short(text) for text in definition.decorators]
    if any(name in _PROPERTIES for name in names):
        return None
    certain = all(keeps_signature(view, symbol, text) for text in definition.decorators)
    alternatives = _alternatives(view, path, reference, symbol, names)
    return Callee(symbol=symbol, alternatives=alternatives, certain=certain)


def is_property(symbol: Symbol) -> bool:
    """Whether the definition is read like a value."""
    return any(_short(text) in _PROPERTIES for text in symbol.definition.decorators)


def keeps_signature(view: GraphView, symbol: Symbol, decorator: str) -> bool:
    """Whether a decorator leaves the parameters alone: it is known to, or is typed to return what it is given."""
    name = _short(decorator)
    if name in _HARMLESS:
        return True
    for reference in _decorations(view, symbol):
        if reference.name != name:
            continue
        known = view.resolve_known(symbol.path, reference)
        return bool(known) and all(_is_identity(each) for each in known)
    return False


def _decorations(view: GraphView, symbol: Symbol) -> list[Reference]:
    facts = facts_of(view, symbol.path)
    span = symbol.definition.span
    start, end = span.start, symbol.definition.name_span.start
    return [each for each in facts.references if start <= each.span.start < end] if facts else []


def _is_identity(symbol: Symbol) -> bool:
    """``def decorator(f: F) -> F``, by a short capital name as type variables have."""
    parameters = symbol.definition.parameters or ()
    returned = symbol.definition.annotation
    first = [parameter for parameter in parameters if parameter.name not in ("self", "cls")][:1]
    return bool(first) and bool(_IDENTITY.match(returned)) and first[0].annotation == returned


def _short(decorator: str) -> str:
    return decorator.partition("(")[0].rpartition(".")[2].strip()


def _alternatives(
    view: GraphView, path: WorkspacePath, reference: Reference, symbol: Symbol, decorators: list[str]
) -> tuple[Parameters, ...]:
    parameters = symbol.definition.parameters or ()
    if owner_of(view, symbol) is None or "staticmethod" in decorators:
        return (parameters,)
    bound = without_first(parameters)
    if "classmethod" in decorators:
        return (bound,)
    if symbol.definition.name == "__new__":
        return (parameters,) if reference.name == "__new__" else (bound,)
    match _handed_over(view, path, reference):
        case True:
            return (bound,)
        case False:
            return (parameters,)
        case None:
            return bound, parameters


def _handed_over(view: GraphView, path: WorkspacePath, reference: Reference) -> bool | None:
    """Whether the receiver is an instance, which the language hands over; ``None`` if it may be the class itself."""
    receiver = reference.receiver
    if receiver == "self" or receiver.endswith(")"):
        return True
    if not receiver:
        # ``Class(...)`` runs ``__init__`` with the new instance; a bare name in a class body is the plain function.
        return reference.name[:1].isupper() or None
    found = view.receivers(path, reference)
    if not found or receiver == "cls":
        return None
    if all(each.instance for each in found):
        return True
    # ``field.widget`` may hold a class or, once somebody made one, an instance: only the class's own name is sure.
    last = receiver.rpartition(".")[2]
    return False if all(each.symbol.definition.name == last and not each.instance for each in found) else None


def _is_plain_super(view: GraphView, path: WorkspacePath, reference: Reference) -> bool:
    """Whether ``super()`` is written without arguments, which may pass over the parent."""
    text = text_of(view, path)
    start = reference.span.start
    return text is not None and text.data[max(0, start - 8) : start].endswith(b"super().")
