"""Calls against signatures: functions that Python itself makes and calls are the judge."""

from __future__ import annotations

import inspect
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sightline.checks.signature import (
    mismatch,
    moved_argument,
    plainest_call,
    reasons_to_refuse,
    required,
    without_first,
)
from sightline.graph.facts import CallShape, Parameter, ParameterKind

KINDS = {
    ParameterKind.POSITIONAL_ONLY: inspect.Parameter.POSITIONAL_ONLY,
    ParameterKind.POSITIONAL: inspect.Parameter.POSITIONAL_OR_KEYWORD,
    ParameterKind.VARIADIC: inspect.Parameter.VAR_POSITIONAL,
    ParameterKind.KEYWORD_ONLY: inspect.Parameter.KEYWORD_ONLY,
    ParameterKind.VARIADIC_KEYWORD: inspect.Parameter.VAR_KEYWORD,
}
NAMES = "abcdefgh"


def of(text: str) -> tuple[Parameter, ...]:
    """The parameters of ``def f(<text>)``."""
    scope: dict[str, Any] = {}
    exec(f"def f({text}): ...", scope)
    back = {kind: ours for ours, kind in KINDS.items()}
    return tuple(
        Parameter(name=each.name, kind=back[each.kind], has_default=each.default is not each.empty)
        for each in inspect.signature(scope["f"]).parameters.values()
    )


@st.composite
def signatures(draw: st.DrawFn) -> tuple[Parameter, ...]:
    names = iter(draw(st.permutations(NAMES)))
    only, plain, keyword = (draw(st.integers(0, 2)) for _ in range(3))
    needed = draw(st.integers(0, only + plain))
    rows = [
        Parameter(
            name=next(names),
            kind=ParameterKind.POSITIONAL_ONLY if number < only else ParameterKind.POSITIONAL,
            has_default=number >= needed,
        )
        for number in range(only + plain)
    ]
    if draw(st.booleans()):
        rows.append(Parameter(name="rest", kind=ParameterKind.VARIADIC))
    rows += [
        Parameter(name=next(names), kind=ParameterKind.KEYWORD_ONLY, has_default=draw(st.booleans()))
        for _ in range(keyword)
    ]
    if draw(st.booleans()):
        rows.append(Parameter(name="more", kind=ParameterKind.VARIADIC_KEYWORD))
    return tuple(rows)


calls = st.builds(
    CallShape,
    positional=st.integers(0, 5),
    keywords=st.lists(st.sampled_from(NAMES), unique=True, max_size=3).map(tuple),
)


def _spelled(parameters: tuple[Parameter, ...]) -> str:
    """The parameters as they stand between the parentheses of ``def``."""
    rows: list[str] = []
    kinds = [each.kind for each in parameters]
    for number, each in enumerate(parameters):
        only = ParameterKind.POSITIONAL_ONLY
        if each.kind is ParameterKind.KEYWORD_ONLY and ParameterKind.VARIADIC not in kinds and "*" not in rows:
            rows.append("*")
        stars = {ParameterKind.VARIADIC: "*", ParameterKind.VARIADIC_KEYWORD: "**"}.get(each.kind, "")
        rows.append(f"{stars}{each.name}{'=0' if each.has_default else ''}")
        if each.kind is only and only not in kinds[number + 1 :]:
            rows.append("/")
    return ", ".join(rows)


def _binds(parameters: tuple[Parameter, ...], call: CallShape) -> bool:
    scope: dict[str, Any] = {}
    exec(f"def f({_spelled(parameters)}): return True", scope)
    try:
        return bool(scope["f"](*range(call.positional), **dict.fromkeys(call.keywords, 0)))
    except TypeError:
        return False


@given(signatures(), calls)
def test_a_call_fits_exactly_when_python_binds_it(parameters: tuple[Parameter, ...], call: CallShape) -> None:
    assert (mismatch(parameters, call) is None) is _binds(parameters, call)


@given(signatures(), calls, st.integers(0, 3), st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
def test_splats_excuse_whatever_they_might_hold(
    parameters: tuple[Parameter, ...], call: CallShape, more: int, names: list[str]
) -> None:
    """A call that some content of its splats would make right is never called wrong."""
    kept = tuple(name for name in names if name not in call.keywords)
    filled = CallShape(positional=call.positional + more, keywords=(*call.keywords, *kept))
    splatted = CallShape(positional=call.positional, keywords=call.keywords, splat=True, double_splat=True)
    if _binds(parameters, filled):
        assert mismatch(parameters, splatted) is None


@given(signatures())
def test_the_plainest_call_fits_and_nothing_can_be_left_out(parameters: tuple[Parameter, ...]) -> None:
    call = plainest_call(parameters)
    assert _binds(parameters, call)
    assert call.positional + len(call.keywords) == len(required(parameters))


@given(signatures(), signatures(), calls)
def test_a_stand_in_takes_every_positional_call(
    old: tuple[Parameter, ...], new: tuple[Parameter, ...], call: CallShape
) -> None:
    """Names apart, what ``reasons_to_refuse`` lets through must take what the old signature takes by position."""
    by_position = CallShape(positional=call.positional)
    is_open = any(each.kind is ParameterKind.VARIADIC for each in old)
    if not is_open and not reasons_to_refuse(new, old) and _binds(old, by_position):
        by_name = {each.name for each in new if each.kind is ParameterKind.KEYWORD_ONLY}
        # A parameter that became keyword-only still takes the calls that name it, which is all one can say.
        if not by_name & {each.name for each in old}:
            assert mismatch(new, by_position) is None


def test_reasons_read_as_ends_of_sentences() -> None:
    cases = {
        ("a, b", CallShape(positional=1)): "requires `b`",
        ("a, b", CallShape(positional=0)): "requires `a`, `b`",
        ("a", CallShape(positional=2)): "takes 1 positional argument, and 2 are given",
        ("", CallShape(positional=1)): "takes no positional arguments, and 1 is given",
        ("a", CallShape(positional=1, keywords=("b",))): "has no parameter `b`",
        ("a", CallShape(positional=1, keywords=("a",))): "gets two values for `a`",
        ("*, a", CallShape(positional=0)): "requires `a`",
        ("a, /", CallShape(positional=0, keywords=("a",))): "has no parameter `a`",
    }
    assert {key: mismatch(of(key[0]), key[1]) for key in cases} == cases


def test_arguments_move_only_when_a_name_is_seen_elsewhere() -> None:
    two = CallShape(positional=2)
    assert moved_argument(of("a, b"), of("b, a"), two) == "now takes argument 1 as `b`; it was `a`"
    assert moved_argument(of("a, b"), of("a, new=0, b=0"), two) == "now takes argument 2 as `new`; it was `b`"
    assert moved_argument(of("a, b, c=0"), of("b, c=0"), two) == "now takes argument 1 as `b`; it was `a`"
    assert moved_argument(of("a, b"), of("x, y"), two) is None
    assert moved_argument(of("a, b"), of("b, a"), CallShape(positional=0, keywords=("a", "b"))) is None
    assert moved_argument(of("a, b"), of("a, b, c=0"), two) is None


def test_overrides() -> None:
    cases = {
        ("a, b", "a"): ("requires `b` as well",),
        ("a, *, b", "a"): ("requires `b` as well",),
        ("a", "a=0"): ("requires `a` as well",),
        ("", "a"): ("does not take `a`",),
        ("a, b", "a, new, b"): ("does not take `new`",),
        ("a", "a, *, b"): ("does not take `b`",),
        ("*args, **kwargs", "a, b=0, *, c"): (),
        ("x, y=0", "a"): (),
        ("b, a", "a, b"): ("takes `b` as argument 1",),
        ("b, c", "a, b"): ("takes `b` as argument 1",),
        ("x, y", "a, b"): (),
        ("a, *, b=0", "a, b=0"): (),
    }
    assert {key: reasons_to_refuse(of(key[0]), of(key[1])) for key in cases} == cases


def test_the_receiver_is_the_first_that_may_be_given_by_position() -> None:
    assert without_first(of("self, a")) == of("a")
    assert without_first(of("*args")) == of("*args")
