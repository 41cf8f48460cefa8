"""Which model answers, where, as whom and how: the frozen value that settings become. Opens nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import urlsplit

from sightline.models.catalogue import ModelFacts, ModelProfile, profile_of
from sightline.models.local_limits import LocalLimits
from sightline.models.locality import Locality, locality_of
from sightline.models.messages import Message, ModelRequest, Sampling
from sightline.models.parameters import TASKS, Said, TaskTable, Wanted, decide
from sightline.models.presets import ApiName
from sightline.models.provider import WindowReport
from sightline.transport.gate import GatePolicy
from sightline.transport.policy import Limits, RetryPolicy, TransportPolicy


class Secret:
    """A text that shows itself only when asked: not in ``repr``, ``str``, formatting, ``asdict``, JSON or a pickle."""

    __slots__ = ("_hidden",)

    def __init__(self, value: str) -> None:
        self._hidden = value.strip()

    def reveal(self) -> str:
        """The text itself. For the one line that puts it into a header."""
        return self._hidden

    def __bool__(self) -> bool:
        return bool(self._hidden)

    def __repr__(self) -> str:
        return "Secret('…')" if self._hidden else "Secret('')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._hidden == other._hidden

    def __hash__(self) -> int:
        return hash((Secret, self._hidden))

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPolicy:
    """One model as the user chose it.

    ``kind`` names an entry of ``registry.py``; ``name`` is the model's name at the server, or the file of a scripted
    one. ``base_url`` is used as it is written, with ``/chat/completions`` added. ``window`` (tokens) holds where the
    server does not tell its own, and where it is the smaller of the two; a server that loads on request is asked for
    it. ``keep_seconds`` is how long such a server keeps the model without a request. ``None`` leaves a value to the
    server.
    ``key_header`` is ``bearer`` (``Authorization: Bearer``) or the name of a header that holds the key alone.
    ``api`` is how the server is spoken to where that is not how its kind is; ``path`` what is added to ``base_url`` for
    a request, "" for the API's own; ``output_limit`` what the server calls the limit on output tokens. ``headers`` go
    with every request.
    ``private`` is the user's word on whether requests stay in their own network, ``None`` where they gave none.
    ``sampling`` is what the user set for every request, ``tasks`` what holds by kind of task; ``local`` holds for
    models of the user's own machines alone. ``facts`` are the user's entries over the list of models.
    """

    kind: str
    name: str
    base_url: str = ""
    api_key: Secret = field(default_factory=lambda: Secret(""))
    window: int | None = None
    max_output_tokens: int | None = None
    sampling: Sampling = field(default_factory=Sampling)
    tasks: TaskTable = field(default_factory=lambda: TASKS)
    local: LocalLimits = field(default_factory=LocalLimits)
    facts: Mapping[str, ModelFacts] = field(default_factory=dict[str, ModelFacts])
    key_header: str = "bearer"
    api: ApiName | None = None
    path: str = ""
    private: bool | None = None
    output_limit: str = "max_tokens"
    headers: Mapping[str, Secret] = field(default_factory=dict[str, Secret])
    keep_seconds: float | None = None
    limits: Limits = field(default_factory=Limits)
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    gate: GatePolicy = field(default_factory=GatePolicy)
    transport: TransportPolicy = field(default_factory=TransportPolicy)

    @property
    def host(self) -> str:
        """Where the model is asked; "" for a scripted one."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def locality(self) -> Locality:
        """Where the model runs, as far as that can be told without asking; the user's word outranks all else."""
        return locality_of(self.base_url, self.name, private=self.private)

    @property
    def profile(self) -> ModelProfile:
        """What is known of the model."""
        return self.profile_of(self.name)

    def profile_of(self, model: str) -> ModelProfile:
        """What is known of another model of the same server."""
        return profile_of(self.kind, self.host, model, self.facts)

    def listed_window(self, model: str) -> WindowReport | None:
        """The largest prompt by the list of models or the user's entry in it; ``None`` where neither tells one."""
        profile = self.profile_of(model)
        if profile.prompt_limit is None:
            return None
        day = f" of {profile.checked}" if profile.checked else ""
        return WindowReport(tokens=profile.prompt_limit, source=f"Sightline's list of models{day}")


def request_for(
    policy: ModelPolicy,
    messages: tuple[Message, ...],
    wanted: Wanted | None = None,
    *,
    prompt_tokens: int | None = None,
    prompt_margin: float | None = None,
    pressed: bool = False,
) -> ModelRequest:
    """A request as the policy, what is known of the model and the task decide it together.

    ``pressed``: the machine of a local model is short of memory. Raises ``ModelError`` (``OUTPUT_LIMIT``) when a limit
    would cut off what the reply cannot do without.
    """
    said = Said(
        sampling=policy.sampling,
        max_output_tokens=policy.max_output_tokens,
        tasks=policy.tasks,
        limits=policy.local,
        local=runs_locally(policy),
        pressed=pressed,
    )
    parameters = decide(policy.profile, wanted or Wanted(), said)
    return ModelRequest(
        model=policy.name,
        messages=messages,
        max_output_tokens=parameters.max_output_tokens,
        sampling=parameters.sampling,
        prompt_tokens=prompt_tokens,
        prompt_margin=prompt_margin,
        # Repairs, what the model asks for, and follow-ups go on where this request ends (docs/reference/prompts.md).
        stable_messages=len(messages),
        reserve=parameters.reserve,
    )


def runs_locally(policy: ModelPolicy) -> bool:
    """Whether the model runs on the user's machines: in a private network, and no cloud model behind it."""
    return policy.locality.private
