"""The sampling and the length of one request, decided from everybody who has a say. Pure and total; opens nothing.

For each parameter the first of these that says something: the user's settings, the request, the catalogue (what the
vendor advises), the table of tasks, and for local models the defaults of their kind. Whatever nobody speaks of is left
out, and so is what the model is known to refuse.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sightline.models.catalogue import SAMPLING, ModelProfile, Parameter
from sightline.models.local_limits import PRESSED_LIMIT, LocalLimits
from sightline.models.messages import ModelError, ModelFailure, Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskParameters:
    """What a kind of task is asked with. ``reply_tokens`` is how long its reply usually is at most.

    ``max_output_tokens`` is a limit, and only the user sets one: a limit of ours would cut edits and reasoning.
    """

    temperature: float | None = None
    reply_tokens: int | None = None
    max_output_tokens: int | None = None


TaskTable = Mapping[str, TaskParameters]

#: By kinds of task, as ``prompts`` names them. The low ones are those where a wrong guess costs most.
TASKS: TaskTable = {
    "implement": TaskParameters(temperature=0.1, reply_tokens=4_000),
    "refactor": TaskParameters(temperature=0.2, reply_tokens=3_000),
    "fix": TaskParameters(temperature=0.05, reply_tokens=2_000),
    "document": TaskParameters(temperature=0.3, reply_tokens=2_500),
}

#: For local models nothing better is known of.
LOCAL_DEFAULTS = Sampling(temperature=0.3, top_p=0.9, top_k=40, repetition_penalty=1.1)
#: A penalty makes a model avoid the very words that an edit must repeat, so there is none in edits.
NO_PENALTY = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One request as its task wants it. ``expected_tokens`` is what its reply cannot do without, 0 if unknown."""

    task_type: str = ""
    edits: bool = False
    sampling: Sampling = field(default_factory=Sampling)
    max_output_tokens: int | None = None
    expected_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the user's settings say: for every request (``sampling``, ``max_output_tokens``), by kind of task, and for
    local models. ``pressed`` says that the machine of a local model is short of memory.
    """

    sampling: Sampling = field(default_factory=Sampling)
    max_output_tokens: int | None = None
    tasks: TaskTable = field(default_factory=lambda: TASKS)
    limits: LocalLimits = field(default_factory=LocalLimits)
    local: bool = False
    pressed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The decision. ``reasons`` tells for each parameter who decided, and of one left out why.

    ``reserve`` is how many tokens of the window should stay free for the reply.
    """

    sampling: Sampling
    max_output_tokens: int | None
    reserve: int | None
    reasons: Mapping[str, str]


def decide(profile: ModelProfile, wanted: Wanted, said: Said) -> Parameters:
    """What is sent. Raises ``ModelError`` (``OUTPUT_LIMIT``) when a limit would cut off what a reply needs at least."""
    reasons: dict[str, str] = {}
    chosen: dict[Parameter, float | int] = {}
    for parameter in SAMPLING:
        value, source, asked = _first(parameter, profile, wanted, said)
        if why := _left_out(parameter, profile, chosen, asked=asked):
            if value is not None:
                reasons[parameter] = why
        elif value is not None:
            chosen[parameter] = value
            reasons[parameter] = source
    length, source = _length(profile, wanted, said)
    if source:
        reasons["max_output_tokens"] = source
    task = said.tasks.get(wanted.task_type, TaskParameters())
    usual = [tokens for tokens in (length, task.reply_tokens, wanted.expected_tokens or None) if tokens]
    return Parameters(
        sampling=replace(Sampling(), **chosen),
        max_output_tokens=length,
        reserve=length if length is not None else max(usual, default=None),
        reasons=reasons,
    )


def _first(
    parameter: Parameter, profile: ModelProfile, wanted: Wanted, said: Said
) -> tuple[float | int | None, str, bool]:
    """The value, who said it, and whether somebody asked for it by name."""
    task = said.tasks.get(wanted.task_type)
    told: list[tuple[float | int | None, str, bool]] = [
        (getattr(said.sampling, parameter), "your settings", True),
        (getattr(wanted.sampling, parameter), "the request", True),
    ]
    if parameter == "repetition_penalty" and wanted.edits:
        told.append((NO_PENALTY, "an edit repeats what is there", False))
    told.append((getattr(profile.advice, parameter), "the catalogue", False))
    if parameter == "temperature" and task is not None:
        told.append((task.temperature, f"the table of tasks ({wanted.task_type})", False))
    if said.local:
        told.append((getattr(LOCAL_DEFAULTS, parameter), "the defaults for local models", False))
    return next((row for row in told if row[0] is not None), (None, "", False))


def _left_out(
    parameter: Parameter, profile: ModelProfile, chosen: Mapping[Parameter, float | int], *, asked: bool
) -> str:
    """Why ``parameter`` is not sent; "" when it is."""
    if parameter in profile.rejected:
        return "left out: the model does not take it"
    if parameter not in profile.parameters:
        return f"left out: {profile.title} has no such parameter"
    if parameter in profile.asked_only and not asked:
        return f"left out: not every model of {profile.title} takes it"
    if parameter in profile.one_of and (other := next((name for name in profile.one_of if name in chosen), "")):
        return f"left out: {profile.title} takes it or {other}, not both"
    return ""


def _length(profile: ModelProfile, wanted: Wanted, said: Said) -> tuple[int | None, str]:
    """The limit on output tokens, reasoning included, and who set it."""
    task = said.tasks.get(wanted.task_type, TaskParameters())
    told = (
        (task.max_output_tokens, f"your settings (tasks.{wanted.task_type})"),
        (said.max_output_tokens, "your settings"),
        (wanted.max_output_tokens, "the request"),
    )
    length, source = next(((value, source) for value, source in told if value is not None), (None, ""))
    bounds: list[tuple[int | None, str]] = [(profile.facts.max_output_tokens, "the most the model gives")]
    if said.local:
        bounds = [(said.limits.max_tokens, "SIGHTLINE_LOCAL_MAX_TOKENS"), *bounds]
        if length is None:
            length, source = said.limits.max_tokens, "SIGHTLINE_LOCAL_MAX_TOKENS"
        if said.pressed and not profile.facts.reasons:
            bounds.append((PRESSED_LIMIT, "memory is short"))
            if length is None:
                length, source = said.limits.pressed_default(edits=wanted.edits), "memory is short"
    for bound, why in bounds:
        if length is not None and bound is not None and bound < length:
            length, source = bound, why
    if length is None:
        return None, ""
    if length < wanted.expected_tokens:
        raise ModelError(
            ModelFailure.OUTPUT_LIMIT,
            f"The reply needs about {wanted.expected_tokens:,} tokens and may have {length:,} ({source}). "
            "Nothing was sent: a limit would cut the edit off.",
            hint="Raise the limit, ask for less at a time, or choose an edit format that does not repeat whole files.",
        )
    return length, source
