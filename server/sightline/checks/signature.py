"""Whether a call fits a signature: arity, keywords, splats, and arguments that silently change their parameter.

Pure arithmetic on ``Parameter`` and ``CallShape`` (Python's own rules: "Calls" in the language reference, 6.3.4). It
does not know which function a call means, nor whether a receiver is handed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sightline.graph.facts import CallShape, Parameter, ParameterKind

Parameters = tuple[Parameter, ...]

_BY_POSITION = (ParameterKind.POSITIONAL_ONLY, ParameterKind.POSITIONAL)
_BY_KEYWORD = (ParameterKind.POSITIONAL, ParameterKind.KEYWORD_ONLY)


def mismatch(parameters: Parameters, call: CallShape) -> str | None:
    """What is wrong with a call, as the end of a sentence that begins with the function; ``None`` if it may fit."""
    return _too_many(parameters, call) or _bad_keyword(parameters, call) or _missing(parameters, call)


def moved_argument(before: Parameters, after: Parameters, call: CallShape) -> str | None:
    """Which argument of an unchanged call would now reach another parameter than before; ``None`` if all stay.

    A parameter that was merely renamed in its place is no move: its name must occur on the other side.
    """
    old, new = _positional(before), _positional(after)
    old_names = {parameter.name for parameter in old}
    new_names = {parameter.name for parameter in new}
    for index in range(min(call.positional, len(old), len(new))):
        was, now = old[index].name, new[index].name
        if was != now and (was in new_names or now in old_names):
            return f"now takes argument {index + 1} as `{now}`; it was `{was}`"
    return None


def without_first(parameters: Parameters) -> Parameters:
    """The parameters a caller fills when the first one (``self``, ``cls``) is handed over by the language."""
    if parameters and parameters[0].kind in _BY_POSITION:
        return parameters[1:]
    return parameters


def required(parameters: Parameters) -> tuple[str, ...]:
    """Names of the parameters that every call must give."""
    return tuple(parameter.name for parameter in parameters if _is_required(parameter))


def reasons_to_refuse(new: Parameters, old: Parameters) -> tuple[str, ...]:
    """Why ``new`` cannot stand in for ``old`` (an override for what it overrides); empty if it can.

    Names of positional parameters are not compared, unless they stand in each other's place: many overrides have names
    of their own, and callers rarely notice.
    """
    return tuple(reason for reason in (*_not_taken(new, old), *_asked_besides(new, old), _swapped(new, old)) if reason)


def _not_taken(new: Parameters, old: Parameters) -> Iterator[str]:
    old_positional, new_positional = _positional(old), _positional(new)
    lacking = len(old_positional) - len(new_positional)
    if lacking > 0 and not _has(new, ParameterKind.VARIADIC):
        unknown = [parameter.name for parameter in old_positional if not _named(new, parameter.name)]
        by_keyword = {parameter.name for parameter in new if parameter.kind is ParameterKind.KEYWORD_ONLY}
        rest = [parameter.name for parameter in old_positional[-lacking:] if parameter.name not in by_keyword]
        if rest:
            yield f"does not take `{(unknown or rest)[-1]}`"
    if not _has(new, ParameterKind.VARIADIC_KEYWORD):
        for parameter in old:
            if parameter.kind is ParameterKind.KEYWORD_ONLY and not _named(new, parameter.name):
                yield f"does not take `{parameter.name}`"


def _asked_besides(new: Parameters, old: Parameters) -> Iterator[str]:
    given = sum(_is_required(parameter) for parameter in _positional(old))
    if not _has(old, ParameterKind.VARIADIC):
        for parameter in _positional(new)[given:]:
            if _is_required(parameter):
                yield f"requires `{parameter.name}` as well"
    for parameter in new:
        if parameter.kind is ParameterKind.KEYWORD_ONLY and _is_required(parameter) and not _named(old, parameter.name):
            yield f"requires `{parameter.name}` as well"


def _swapped(new: Parameters, old: Parameters) -> str | None:
    """Whether a parameter stands in the place of another one of the same two lists."""
    names, other = ([parameter.name for parameter in _positional(each)] for each in (old, new))
    for index, (was, now) in enumerate(zip(names, other, strict=False)):
        both = was in other and now in names
        if was != now and (both or (len(names) == len(other) and (was in other or now in names))):
            return f"takes `{now}` as argument {index + 1}"
    return None


def plainest_call(parameters: Parameters) -> CallShape:
    """A call that gives every required parameter, by position where that is possible, and nothing else."""
    positional = sum(_is_required(parameter) for parameter in _positional(parameters))
    keywords = tuple(p.name for p in parameters if p.kind is ParameterKind.KEYWORD_ONLY and _is_required(p))
    return CallShape(positional=positional, keywords=keywords)


def _positional(parameters: Parameters) -> list[Parameter]:
    return [parameter for parameter in parameters if parameter.kind in _BY_POSITION]


def _has(parameters: Parameters, kind: ParameterKind) -> bool:
    return any(parameter.kind is kind for parameter in parameters)


def _named(parameters: Parameters, name: str) -> bool:
    return any(parameter.name == name and parameter.kind in _BY_KEYWORD for parameter in parameters)


def _is_required(parameter: Parameter) -> bool:
    return not parameter.has_default and parameter.kind in (*_BY_POSITION, ParameterKind.KEYWORD_ONLY)


def _too_many(parameters: Parameters, call: CallShape) -> str | None:
    places = len(_positional(parameters))
    if call.positional <= places or _has(parameters, ParameterKind.VARIADIC):
        return None
    given = "1 is" if call.positional == 1 else f"{call.positional} are"
    return f"takes {_count(places, 'positional argument')}, and {given} given"


def _bad_keyword(parameters: Parameters, call: CallShape) -> str | None:
    taken = {parameter.name for parameter in _positional(parameters)[: call.positional]}
    for keyword in call.keywords:
        if not _named(parameters, keyword):
            if not _has(parameters, ParameterKind.VARIADIC_KEYWORD):
                return f"has no parameter `{keyword}`"
        elif keyword in taken:
            return f"gets two values for `{keyword}`"
    return None


def _missing(parameters: Parameters, call: CallShape) -> str | None:
    lacking: list[str] = []
    position = 0
    for parameter in parameters:
        if parameter.kind in _BY_POSITION:
            position += 1
            given = position <= call.positional or call.splat
        else:
            given = False
        by_name = parameter.kind in _BY_KEYWORD and (parameter.name in call.keywords or call.double_splat)
        if _is_required(parameter) and not given and not by_name:
            lacking.append(parameter.name)
    return f"requires {_listed(lacking)}" if lacking else None


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number or 'no'} {thing}s"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
