"""Who answers, in which order others are asked, and why; and that nothing private reaches a cloud without leave."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.models.messages import ModelError, ModelFailure
from sightline.models.routing import (
    RULES_SECONDS,
    Asked,
    Record,
    Routable,
    Route,
    Routing,
    Rule,
    Why,
    choose_route,
    lightened,
)
from support.patience import least_cpu_seconds

HOME = Routable(name="model", private=True, where="this machine")
FAST = Routable(name="fast", private=True, where="this machine", roles=("fast",))
CODER = Routable(name="coder", private=True, where="private network", roles=("edit",))
FAR = Routable(name="far", private=False, where="cloud: api.example")
ALL = {model.name: model for model in (HOME, FAST, CODER, FAR)}
EVIL = r"(a|aa|a?)+$"


def route(
    role: str = "chat", *, models: dict[str, Routable] = ALL, routing: dict[str, Any] | None = None, **asked: Any
) -> Route:
    said: dict[str, Any] = {"primary": "model", **(routing or {})}
    request: dict[str, Any] = {"role": role, **asked}
    return choose_route(Asked(**request), Routing(**said), models)


def first(*args: Any, **named: Any) -> tuple[str, Why]:
    found = route(*args, **named)
    return found.candidates[0].name, found.why


LONG = (
    "What would be the best way to tell a colleague about the history of this project and of its many authors, please?"
)


def test_who_speaks_before_whom() -> None:
    rules = {"rules": (Rule(pattern="(?i)history", model="fast"),)}
    plain = {name: model for name, model in ALL.items() if name != "coder"}
    assert first("edit", text=LONG, named="fast", switched="model", sticky="model") == ("fast", Why.NAMED)
    assert first("edit", text=LONG, switched="fast", sticky="model") == ("fast", Why.SWITCHED)
    assert first("edit", text=LONG, sticky="model", routing=rules) == ("coder", Why.ROLE)
    assert first("edit", models=plain, text=LONG, sticky="model", routing=rules) == ("model", Why.STICKY)
    assert first("edit", models=plain, text=LONG, routing=rules) == ("fast", Why.RULE)
    assert first(text="Why does `total` lose a cent?") == ("coder", Why.WORDS)
    assert first(text="Why?") == ("fast", Why.WORDS)
    assert first(text=LONG) == ("model", Why.PRIMARY)


def test_a_switch_is_for_what_the_user_asks_not_for_what_runs_beside_it() -> None:
    assert first("fast", switched="coder") == ("fast", Why.ROLE)
    assert first("completion", switched="coder") == ("model", Why.PRIMARY)


@pytest.mark.parametrize("text", ["fix it", "Fix `total` in cart.py", "add foo_bar()", ""])
def test_neither_length_nor_words_choose_the_model_of_an_edit(text: str) -> None:
    plain = {name: model for name, model in ALL.items() if name != "coder"}
    assert first("edit", models=plain, text=text) == ("model", Why.PRIMARY)


def test_the_first_rule_that_matches_decides_and_each_choice_has_a_reason() -> None:
    rules = (Rule(pattern="b", model="gone"), Rule(pattern="x", model="fast"), Rule(pattern="b", model="coder"))
    found = route(text="abc", routing={"rules": rules})
    assert found.candidates[0].name == "coder"
    assert found.candidates[0].reason == "rule 3 (`b`) matches"
    assert found.left_out[0].reason == "rule 1 (`b`) names it, and there is no such model"


def test_a_rule_that_takes_too_long_is_passed_over_and_said() -> None:
    rules = (Rule(pattern=EVIL, model="fast"), Rule(pattern="a!", model="coder"))
    found = route(text="a" * 3_000 + "!", routing={"rules": rules})
    assert found.candidates[0].name == "coder"
    assert "took too long" in found.left_out[0].reason
    enough = 20 * RULES_SECONDS
    taken = least_cpu_seconds(lambda: route(text="a" * 3_000 + "!", routing={"rules": rules}), enough)
    assert taken < enough, "the limit does not hold at all"


def test_a_named_model_that_is_none_is_an_error_that_lists_those_there_are() -> None:
    with pytest.raises(ModelError) as caught:
        route(named="fsat")
    assert caught.value.failure is ModelFailure.NOT_CONFIGURED
    assert "model, fast, coder, far" in caught.value.hint


def test_a_switch_to_a_model_that_is_gone_is_said_and_passed_over() -> None:
    found = route(text=LONG, switched="gone")
    assert (found.candidates[0].name, found.left_out[0].name) == ("model", "gone")


def test_fallbacks_follow_in_the_users_order_and_those_that_did_badly_later() -> None:
    said = Routing(primary="model", fallback=("coder", "gone", "fast", "model"))
    names = [each.name for each in choose_route(Asked(role="chat", text=LONG), said, ALL).candidates]
    assert names == ["model", "coder", "fast"]
    for record in (Record(failed=True), Record(judged=20, success=0.2)):
        found = choose_route(Asked(role="chat", text=LONG), said, ALL, {"coder": record})
        assert [each.name for each in found.candidates] == ["model", "fast", "coder"]
        assert "asked later because" in found.candidates[2].reason
    # Neither what failed nor what does badly costs a model its place as the first.
    found = choose_route(Asked(role="chat", text=LONG), said, ALL, {"model": Record(failed=True, judged=99, success=0)})
    assert found.candidates[0].name == "model"


def test_a_fallback_whose_settings_are_wrong_is_left_out() -> None:
    broken = {**ALL, "fast": Routable(name="fast", private=False, problem="It needs a key.")}
    found = route(text=LONG, models=broken, routing={"fallback": ("fast", "coder")})
    assert [each.name for each in found.candidates] == ["model", "coder"]
    assert found.left_out[0].reason == "It needs a key."


@pytest.mark.parametrize(
    "asked",
    [
        {"switched": "far"},
        {"sticky": "model", "named": "far", "private": True},
        {"text": "translate", "routing": {"rules": (Rule(pattern="translate", model="far"),)}},
        {"role": "completion"},
    ],
)
def test_what_a_private_model_would_answer_goes_to_no_cloud_without_leave(asked: dict[str, Any]) -> None:
    models = {**ALL, "far": Routable(name="far", private=False, where="cloud: api.example", roles=("completion",))}
    with pytest.raises(ModelError) as caught:
        route(**asked, models=models)
    assert caught.value.failure is ModelFailure.PRIVACY
    assert "Nothing was sent" in caught.value.message
    assert "sightline trust --cloud" in caught.value.hint
    assert route(**asked, models=models, leave=True).candidates[0].name == "far"
    routing = {**asked.pop("routing", {}), "cloud": "allow"}
    assert route(**asked, models=models, routing=routing).candidates[0].name == "far"


def test_fallbacks_in_a_cloud_are_left_out_and_said() -> None:
    found = route(text=LONG, routing={"fallback": ("far", "fast")})
    assert [each.name for each in found.candidates] == ["model", "fast"]
    assert "no leave" in found.left_out[0].reason
    assert [each.name for each in route(text=LONG, routing={"fallback": ("far",)}, leave=True).candidates] == [
        "model",
        "far",
    ]


def test_what_words_alone_would_send_to_a_cloud_stays_with_the_users_model() -> None:
    models = {"model": HOME, "far": Routable(name="far", private=False, where="cloud", roles=("fast",))}
    found = route(text="Why?", models=models)
    assert (found.candidates[0].name, found.left_out[0].name) == ("model", "far")


def test_who_names_a_cloud_for_a_request_has_said_so_and_never_is_never() -> None:
    assert first(named="far") == ("far", Why.NAMED)
    for named in ("far", ""):
        with pytest.raises(ModelError) as caught:
            route(named=named, text=LONG, routing={"primary": "far", "cloud": "never"}, leave=True)
        assert caught.value.failure is ModelFailure.PRIVACY
        assert "`never`" in caught.value.message
    assert first(text=LONG, routing={"primary": "far"}) == ("far", Why.PRIMARY)


def test_a_private_model_that_was_chosen_keeps_what_it_is_asked_from_the_users_cloud() -> None:
    found = route("edit", text="x", routing={"primary": "far", "fallback": ("far",)})
    assert [each.name for each in found.candidates] == ["coder"]
    assert route(switched="fast", routing={"primary": "far", "fallback": ("far",)}).private


names = st.sampled_from(["", *ALL, "gone"])
conversation = st.lists(
    st.builds(
        Asked,
        role=st.sampled_from(["chat", "edit", "fast", "completion"]),
        text=st.sampled_from(["", "Why?", "fix `a`", LONG]),
        named=names,
        switched=names,
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=300, deadline=None)
@given(
    conversation=conversation,
    failing=st.lists(st.sets(st.sampled_from([*ALL])), min_size=6, max_size=6),
    fallback=st.lists(st.sampled_from([*ALL, "gone"]), max_size=5),
    roles=st.fixed_dictionaries(
        {name: st.lists(st.sampled_from(["chat", "edit", "fast"]), max_size=2) for name in ALL}
    ),
    rules=st.lists(st.builds(Rule, pattern=st.sampled_from(["Why", "", "a", "("]), model=names), max_size=3),
    cloud=st.sampled_from(["ask", "never"]),
)
def test_no_sequence_of_failures_moves_a_private_conversation_to_a_cloud(
    conversation: list[Asked],
    failing: list[set[str]],
    fallback: list[str],
    roles: dict[str, list[Any]],
    rules: list[Rule],
    cloud: Any,
) -> None:
    models = {
        name: Routable(name=name, private=model.private, where=model.where, roles=tuple(roles[name]))
        for name, model in ALL.items()
    }
    said = Routing(primary="model", rules=tuple(rules), fallback=tuple(fallback), cloud=cloud)
    sticky, private = "", False
    for asked, down in zip(conversation, failing, strict=False):
        try:
            found = choose_route(
                Asked(
                    role=asked.role, text=asked.text, named=asked.named, switched=asked.switched,
                    sticky=sticky, private=private,
                ),
                said,
                models,
                {name: Record(failed=True) for name in down},
            )  # fmt: skip
        except ModelError:
            continue
        asked_in_turn: list[bool] = []
        for candidate in found.candidates:
            asked_in_turn.append(models[candidate.name].private)
            if candidate.name not in down:
                sticky, private = sticky or candidate.name, private or found.private
                break
        # Without leave: the first cloud is one that was named for this very request, or none is asked.
        if private or cloud == "never":
            assert all(asked_in_turn)
        assert asked_in_turn == sorted(asked_in_turn), "it went from a private model to a cloud"
        assert all(candidate.reason for candidate in (*found.candidates, *found.left_out))


# While memory is short


HEAVY = Routable(name="heavy", private=True, here=True, weight=16)
MIDDLE = Routable(name="middle", private=True, here=True, weight=8)
LIGHT = Routable(name="light", private=True, here=True, weight=2)
NEAR = Routable(name="near", private=True, weight=1)
UNTOLD = Routable(name="untold", private=True, here=True)
OWN = {model.name: model for model in (HEAVY, MIDDLE, LIGHT, NEAR, UNTOLD)}


def under_pressure(*fallback: str, primary: str = "heavy", **asked: Any) -> list[str]:
    found = route(models=OWN, routing={"primary": primary, "fallback": fallback}, text=LONG, **asked)
    return [candidate.name for candidate in lightened(found, OWN, "memory is short").candidates]


def test_the_heaviest_of_the_lighter_fallbacks_is_asked_while_memory_is_short() -> None:
    assert under_pressure("light", "near", "middle") == ["middle", "heavy", "light", "near"]
    found = route(models=OWN, routing={"primary": "heavy", "fallback": ("light",)}, text=LONG)
    assert lightened(found, OWN, "memory is short").candidates[0].reason == (
        "memory is short, and it is lighter than heavy"
    )


@pytest.mark.parametrize(
    ("primary", "fallback"),
    [
        ("heavy", ()),
        ("light", ("middle",)),
        ("heavy", ("near", "untold")),
        ("near", ("light",)),
        ("untold", ("light",)),
    ],
)
def test_nothing_changes_where_nothing_lighter_of_this_machine_is_known(
    primary: str, fallback: tuple[str, ...]
) -> None:
    assert under_pressure(*fallback, primary=primary) == [primary, *fallback]


@pytest.mark.parametrize("spoken", [{"named": "heavy"}, {"switched": "heavy"}, {"sticky": "heavy"}])
def test_who_was_spoken_for_answers_however_little_memory_there_is(spoken: dict[str, str]) -> None:
    assert under_pressure("light", **spoken) == ["heavy", "light"]


@pytest.mark.parametrize(("room", "answers"), [(None, "middle"), (12.0, "middle"), (6.0, "small"), (0.5, "small")])
def test_the_heaviest_that_fits_stands_in_and_the_lightest_where_none_does(room: float | None, answers: str) -> None:
    weights = {"model": 20.0, "middle": 8.0, "small": 2.0}
    models = {
        name: Routable(name=name, private=True, here=True, weight=weight, need=weight + 1)
        for name, weight in weights.items()
    }
    found = route(text=LONG, models=models, routing={"fallback": ("small", "middle")})
    given = lightened(found, models, "it is large", room)
    assert given.candidates[0].name == answers
    assert {each.name for each in given.candidates} == set(models)
