"""Who decides a parameter: settings, request, catalogue, table of tasks, local defaults, nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.models.catalogue import SAMPLING, ModelFacts, profile_of
from sightline.models.local_limits import PRESSED_DEFAULT, PRESSED_LIMIT, LocalLimits
from sightline.models.messages import Message, ModelError, ModelFailure, Sampling
from sightline.models.parameters import LOCAL_DEFAULTS, TASKS, Said, TaskParameters, Wanted, decide
from sightline.models.policy import ModelPolicy, request_for, runs_locally

ANY = profile_of("vllm", "127.0.0.1", "nobody-knows-this")
GLM = profile_of("vllm", "127.0.0.1", "glm-4.6")
ALL = Sampling(temperature=0.7, top_p=0.5, top_k=7, repetition_penalty=1.2)
MESSAGES = (Message(role="user", content="hi"),)


def test_each_voice_outranks_those_after_it() -> None:
    told: list[tuple[str, float | None]] = []
    settings, request = Sampling(temperature=0.9), Sampling(temperature=0.8)
    for said, wanted, profile in [
        (Said(sampling=settings, local=True), Wanted(task_type="fix", sampling=request), GLM),
        (Said(local=True), Wanted(task_type="fix", sampling=request), GLM),
        (Said(local=True), Wanted(task_type="fix"), GLM),
        (Said(local=True), Wanted(task_type="fix"), ANY),
        (Said(local=True), Wanted(task_type="explain"), ANY),
        (Said(), Wanted(task_type="explain"), ANY),
    ]:
        decided = decide(profile, wanted, said)
        told.append((decided.reasons.get("temperature", ""), decided.sampling.temperature))
    assert told == [
        ("your settings", 0.9),
        ("the request", 0.8),
        ("the catalogue", 1.0),
        ("the table of tasks (fix)", 0.05),
        ("the defaults for local models", 0.3),
        ("", None),
    ]


def test_the_table_of_tasks_is_the_users() -> None:
    said = Said(tasks={**TASKS, "fix": TaskParameters(temperature=0.6, max_output_tokens=900)})
    decided = decide(ANY, Wanted(task_type="fix"), said)
    assert (decided.sampling.temperature, decided.max_output_tokens, decided.reserve) == (0.6, 900, 900)


def test_no_penalty_for_repeating_in_edits() -> None:
    for profile in (ANY, GLM, profile_of("ollama", "127.0.0.1", "qwen2.5-coder:7b")):
        assert decide(profile, Wanted(edits=True), Said(local=True)).sampling.repetition_penalty == 1.0
    assert decide(ANY, Wanted(), Said(local=True)).sampling.repetition_penalty == 1.1
    own = Said(sampling=Sampling(repetition_penalty=1.3), local=True)
    assert decide(ANY, Wanted(edits=True), own).sampling.repetition_penalty == 1.3


def test_what_a_model_refuses_is_left_out_and_said() -> None:
    profile = profile_of("openai", "api.openai.com", "gpt-5")
    decided = decide(profile, Wanted(task_type="fix"), Said(sampling=ALL))
    assert decided.sampling == Sampling()
    assert decided.reasons["temperature"] == "left out: the model does not take it"
    assert decided.reasons["top_k"] == "left out: OpenAI has no such parameter"


def test_what_not_every_model_takes_is_sent_to_an_unknown_one_when_asked_for() -> None:
    profile = profile_of("openai", "api.openai.com", "gpt-9")
    assert decide(profile, Wanted(task_type="fix"), Said()).sampling.temperature is None
    assert decide(profile, Wanted(), Said(sampling=Sampling(temperature=0.4))).sampling.temperature == 0.4


def test_of_two_that_exclude_each_other_the_first_is_sent() -> None:
    profile = profile_of("anthropic", "api.anthropic.com", "claude-sonnet-4-5")
    decided = decide(profile, Wanted(), Said(sampling=ALL))
    assert (decided.sampling.temperature, decided.sampling.top_p, decided.sampling.top_k) == (0.7, None, 7)
    assert "not both" in decided.reasons["top_p"]
    only = decide(profile, Wanted(), Said(sampling=Sampling(top_p=0.5)))
    assert only.sampling == Sampling(top_p=0.5)


def test_no_limit_of_ours_on_a_reply() -> None:
    """Reasoning counts as output, so a limit by kind of task would cut it; it is only kept free in the window."""
    for model in ("gpt-5", "gpt-4.1"):
        decided = decide(profile_of("openai", "api.openai.com", model), Wanted(task_type="fix", edits=True), Said())
        assert (decided.max_output_tokens, decided.reserve) == (None, 2_000)


def test_a_limit_never_passes_what_the_model_gives() -> None:
    profile = profile_of("openai", "api.openai.com", "gpt-4o")
    decided = decide(profile, Wanted(), Said(max_output_tokens=1_000_000))
    assert decided.max_output_tokens == 16_384
    assert decided.reasons["max_output_tokens"] == "the most the model gives"


def test_a_limit_that_would_cut_an_edit_refuses_it() -> None:
    wanted = Wanted(edits=True, expected_tokens=3_000)
    for said in (
        Said(max_output_tokens=1_000),
        Said(local=True, limits=LocalLimits(max_tokens=2_999)),
        Said(local=True, pressed=True),
    ):
        with pytest.raises(ModelError) as caught:
            decide(ANY, wanted, said)
        assert caught.value.failure is ModelFailure.OUTPUT_LIMIT
        assert "Nothing was sent" in caught.value.message
    assert decide(ANY, wanted, Said(max_output_tokens=3_000)).max_output_tokens == 3_000
    assert decide(ANY, wanted, Said()).reserve == 3_000


def test_limits_of_local_models_never_touch_a_cloud_model() -> None:
    limits = LocalLimits(max_tokens=500, token_limit=4_000)
    assert decide(ANY, Wanted(), Said(limits=limits, pressed=True)).max_output_tokens is None
    assert decide(ANY, Wanted(), Said(limits=limits, local=True)).max_output_tokens == 500
    assert decide(ANY, Wanted(), Said(limits=limits, local=True, max_output_tokens=900)).max_output_tokens == 500
    assert decide(ANY, Wanted(), Said(limits=limits, local=True, max_output_tokens=90)).max_output_tokens == 90


def test_short_memory_bounds_replies_but_never_reasoning() -> None:
    pressed = Said(local=True, pressed=True)
    assert decide(ANY, Wanted(), pressed).max_output_tokens == PRESSED_DEFAULT
    assert decide(ANY, Wanted(edits=True), pressed).max_output_tokens == PRESSED_LIMIT
    most = Said(local=True, pressed=True, max_output_tokens=9_000)
    assert decide(ANY, Wanted(), most).max_output_tokens == PRESSED_LIMIT
    assert decide(GLM, Wanted(), pressed).max_output_tokens is None
    assert decide(GLM, Wanted(), most).max_output_tokens == 9_000


_SAMPLINGS = st.builds(
    Sampling,
    temperature=st.none() | st.floats(0, 2),
    top_p=st.none() | st.floats(0.01, 1),
    top_k=st.none() | st.integers(1, 200),
    repetition_penalty=st.none() | st.floats(0.5, 2),
)
_TOKENS = st.none() | st.integers(1, 300_000)
_HOSTS = st.sampled_from(["", "127.0.0.1", "api.openai.com", "api.anthropic.com", "api.z.ai", "openrouter.ai"])
_KINDS = st.sampled_from(["openai", "ollama", "vllm", "llamacpp", "anthropic", "scripted"])
_MODELS = st.sampled_from(
    ["gpt-5", "gpt-4o", "gpt-9", "claude-opus-5", "glm-4.6", "qwen3:8b", "claude-sonnet-4-5", "x"]
)


@given(
    settings=_SAMPLINGS,
    request=_SAMPLINGS,
    limit=_TOKENS,
    asked=_TOKENS,
    own=_TOKENS,
    expected=st.integers(0, 50_000),
    flags=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    task_type=st.sampled_from([*TASKS, "explain", "?"]),
    place=st.tuples(_KINDS, _HOSTS, _MODELS),
)
def test_a_decision_is_total_and_keeps_its_order(
    settings: Sampling,
    request: Sampling,
    limit: int | None,
    asked: int | None,
    own: int | None,
    expected: int,
    flags: tuple[bool, bool, bool],
    task_type: str,
    place: tuple[str, str, str],
) -> None:
    edits, local, pressed = flags
    profile = profile_of(*place)
    wanted = Wanted(
        task_type=task_type, edits=edits, sampling=request, max_output_tokens=asked, expected_tokens=expected
    )
    said = Said(
        sampling=settings,
        max_output_tokens=limit,
        local=local,
        pressed=pressed,
        limits=LocalLimits(max_tokens=own),
    )
    try:
        decided = decide(profile, wanted, said)
    except ModelError:
        assert expected
        return
    for parameter in SAMPLING:
        value = getattr(decided.sampling, parameter)
        first = next((v for v in (getattr(settings, parameter), getattr(request, parameter)) if v is not None), None)
        assert value is None or parameter in profile.parameters
        assert first is None or value in (None, first)
        if first is not None and parameter in profile.parameters and parameter not in profile.one_of:
            assert value == first
        assert value is None or decided.reasons[parameter]
    if len(profile.one_of) > 1:
        assert sum(getattr(decided.sampling, name) is not None for name in profile.one_of) <= 1
    length = decided.max_output_tokens
    assert length is None or expected <= length
    assert length is None or length <= (limit or asked or own or PRESSED_LIMIT)
    most = profile.facts.max_output_tokens
    assert length is None or most is None or length <= most
    if not local and limit is None and asked is None:
        assert length is None


def test_a_request_is_made_by_all_of_this() -> None:
    policy = ModelPolicy(
        kind="llamacpp", name="x-7b", base_url="http://127.0.0.1:8080/v1", local=LocalLimits(max_tokens=800)
    )
    request = request_for(policy, MESSAGES, Wanted(task_type="implement", edits=True), prompt_tokens=9)
    assert request.sampling == Sampling(temperature=0.1, top_p=0.9, top_k=40, repetition_penalty=1.0)
    assert (request.max_output_tokens, request.reserve, request.prompt_tokens) == (800, 800, 9)
    plain = request_for(policy, MESSAGES)
    assert plain.sampling == LOCAL_DEFAULTS


def test_the_users_entry_reaches_the_request() -> None:
    policy = ModelPolicy(
        kind="openai",
        name="corp",
        base_url="https://models.example.org/v1",
        facts={"openai:corp": ModelFacts(rejects=("temperature",), max_output_tokens=100)},
        sampling=ALL,
        max_output_tokens=500,
    )
    request = request_for(policy, MESSAGES)
    assert (request.sampling.temperature, request.sampling.top_p, request.max_output_tokens) == (None, 0.5, 100)


@pytest.mark.parametrize(
    ("kind", "url", "name", "local"),
    [
        ("ollama", "http://127.0.0.1:11434/v1", "qwen3:8b", True),
        ("ollama", "http://127.0.0.1:11434/v1", "gpt-oss:120b-cloud", False),
        ("openai", "http://192.168.1.4:8080/v1", "m", True),
        ("openai", "https://api.openai.com/v1", "gpt-4.1", False),
        ("ollama", "https://ollama.example.org/v1", "qwen3:8b", False),
    ],
)
def test_local_is_decided_by_where_it_is_asked(kind: str, url: str, name: str, *, local: bool) -> None:
    assert runs_locally(ModelPolicy(kind=kind, name=name, base_url=url)) is local
