"""Which of several models answers, in which order others are asked instead, and why. Pure: asks nobody, opens nothing.

The first of these that speaks decides: the model that was named for this request, the model the user switched to, the
model that has the role, the model that the conversation began with, the user's rules, what the words of a question
show, the user's own model. Every candidate has a reason that a person can read, and so has every one left out.

**A conversation that a private model holds, or would hold, does not reach a cloud without leave**, whoever speaks for
it: the route stops, or goes on without the cloud's models, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

import regex

from sightline.models.catalogue import ModelRole
from sightline.models.messages import ModelError, ModelFailure

#: Seconds that the user's rules may take together, and characters of a task that they are matched with.
RULES_SECONDS = 0.05
RULES_CHARACTERS = 4_000
#: A question of fewer characters is short.
SHORT = 100
#: Words that speak of code, and characters that hardly anything else has.
_CODE = re.compile(
    r"\b(?:function|class|method|variable|parameter|argument|import|module|interface|exception|traceback|stack trace|"
    r"compile|refactor|regex|async|await|return|null|undefined|def|const|struct|enum|SQL|API|JSON|HTTP)\b"
    r"|`[^`]+`|\w\(\)|\w\.\w+\(|[a-z]+_[a-z]+|[a-z]+[A-Z][a-z]+|[{};]\s*$|::|->|=>",
    re.MULTILINE,
)
#: Judged requests from which on a share of success says something, and the share below which a model is asked later.
_ENOUGH, _POOR = 10, 0.5

_OWN = "it is your model"
#: Who speaks for a model, its name ("" for nobody), and what they say.
_Speaker = tuple["Why", str, str]

Cloud = Literal["ask", "allow", "never"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Routable:
    """One of the user's models as routing sees it. ``private``: nobody outside the user's network sees a request.

    ``where`` says where it runs, ``here`` whether that is this machine; ``problem`` why it cannot be asked at all (""
    if it can). ``weight`` is how many gigabytes its weights take at least, ``need`` with a cache, where its name tells.
    """

    name: str
    private: bool
    where: str = ""
    roles: tuple[ModelRole, ...] = ()
    problem: str = ""
    here: bool = False
    weight: float | None = None
    need: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What ``pattern`` is found in is answered by ``model``."""

    pattern: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of a model from before: ``failed`` in the last minutes, and how its judged requests went."""

    failed: bool = False
    judged: int = 0
    success: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """What the user's settings say. ``primary`` is the name of their own model, ``cloud`` the setting of that name."""

    primary: str
    rules: tuple[Rule, ...] = ()
    fallback: tuple[str, ...] = ()
    cloud: Cloud = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request. ``text`` is the task in the user's words; ``named`` the model named for it, ``switched`` the one
    the user switched to, ``sticky`` the one that the conversation began with; "" for none.

    ``private``: the conversation has been held by private models so far. ``leave``: the user lets this workspace's
    requests go from private models to cloud services.
    """

    role: ModelRole
    text: str = ""
    named: str = ""
    switched: str = ""
    sticky: str = ""
    private: bool = False
    leave: bool = False


class Why(StrEnum):
    """Who spoke for the first candidate."""

    NAMED = "named"
    SWITCHED = "switched"
    ROLE = "role"
    STICKY = "sticky"
    RULE = "rule"
    WORDS = "words"
    PRIMARY = "primary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A model and why it is asked, or why it is not."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """``candidates`` in the order they are asked, the first one chosen by ``why``; ``left_out`` says who is not asked.

    ``private``: the conversation is one of private models from here on. ``stays``: no cloud may have this request.
    """

    candidates: tuple[Candidate, ...]
    why: Why
    private: bool
    stays: bool = False
    left_out: tuple[Candidate, ...] = ()


@dataclass(slots=True)
class _Choice:
    """Who speaks first, and what was said on the way."""

    why: Why = Why.PRIMARY
    name: str = ""
    reason: str = ""
    left_out: list[Candidate] = field(default_factory=list[Candidate])


def choose_route(
    asked: Asked,
    routing: Routing,
    models: Mapping[str, Routable],
    records: Mapping[str, Record] | None = None,
) -> Route:
    """The models for ``asked``, in order. Blocks for at most :data:`RULES_SECONDS` for the user's expressions.

    Raises ``ModelError``: ``NOT_CONFIGURED`` for a named model that there is none of, ``PRIVACY`` where the model that
    was spoken for is one of a cloud and may not have this request.
    """
    choice = _chosen(asked, routing, models)
    first = models[choice.name]
    home = models.get(asked.sticky) or (first if choice.why is Why.NAMED else models[routing.primary])
    private = asked.private or home.private or (first.private and choice.why in (Why.NAMED, Why.SWITCHED))
    free = routing.cloud == "allow" or (asked.leave and routing.cloud != "never")
    if not first.private and not free and (private or routing.cloud == "never"):
        if choice.why is not Why.WORDS:
            raise _refused(first, choice.reason, routing.cloud, home)
        # Nobody spoke for it: the user's own model answers.
        choice.left_out.append(Candidate(name=first.name, reason=_why_not(first, routing.cloud)))
        choice.why, choice.name, choice.reason, first = Why.PRIMARY, home.name, _OWN, home
        if not home.private:
            raise _refused(home, choice.reason, routing.cloud, home)
    candidates = [Candidate(name=choice.name, reason=choice.reason)]
    stays = not free and (private or first.private or routing.cloud == "never")
    for name, more in _fallbacks(routing, models, records or {}):
        model = models[name]
        if name == choice.name or asked.role == "embedding":
            continue  # Vectors of another model would mean nothing beside those of the first.
        if model.roles == ("embedding",):
            choice.left_out.append(Candidate(name=name, reason="it is for embeddings alone"))
        elif model.problem:
            choice.left_out.append(Candidate(name=name, reason=model.problem))
        elif stays and not model.private:
            choice.left_out.append(Candidate(name=name, reason=_why_not(model, routing.cloud)))
        else:
            candidates.append(Candidate(name=name, reason=f"it is your fallback{more}"))
    return Route(
        candidates=tuple(candidates), why=choice.why, private=private, stays=stays, left_out=tuple(choice.left_out)
    )


def lightened(route: Route, models: Mapping[str, Routable], short: str, room: float | None = None) -> Route:
    """``route`` with a lighter model of this machine first, while memory is ``short`` there (a reason for people).

    Only where nobody spoke for the first one, and only a model that would be its fallback all the same: the heaviest of
    those that are lighter, and fit into ``room`` gigabytes where that is known; the lightest where none does. The one
    that was first is asked next.
    """
    first = models[route.candidates[0].name]
    if route.why not in (Why.PRIMARY, Why.WORDS) or not first.here or first.weight is None:
        return route
    lighter = [
        (weight, candidate)
        for candidate in route.candidates[1:]
        if (weight := models[candidate.name].weight) is not None
        and models[candidate.name].here
        and weight < first.weight
    ]
    if not lighter:
        return route
    fitting = [pair for pair in lighter if room is None or (models[pair[1].name].need or pair[0]) <= room]
    _, chosen = max(fitting, key=lambda pair: pair[0]) if fitting else min(lighter, key=lambda pair: pair[0])
    taken = Candidate(name=chosen.name, reason=f"{short}, and it is lighter than {first.name}")
    others = tuple(candidate for candidate in route.candidates if candidate is not chosen)
    return replace(route, candidates=(taken, *others))


def role_owner(role: ModelRole, models: Mapping[str, Routable]) -> str:
    """The first model that has ``role``, "" where none has."""
    return next((model.name for model in models.values() if role in model.roles), "")


def _chosen(asked: Asked, routing: Routing, models: Mapping[str, Routable]) -> _Choice:
    choice = _Choice()
    if asked.named:
        if asked.named not in models:
            raise ModelError(
                ModelFailure.NOT_CONFIGURED,
                f"There is no model {asked.named!r} in your settings.",
                hint=f"There are {', '.join(models)}. Another is named as PROVIDER:MODEL, or added as [models.NAME].",
            )
        choice.why, choice.name, choice.reason = Why.NAMED, asked.named, "it was named for this request"
        return choice
    own = (Why.SWITCHED, asked.switched, "you switched to it (`sightline switch`)")
    role = (Why.ROLE, role_owner(asked.role, models), f"it has the role {asked.role}")
    sticky = (Why.STICKY, asked.sticky, "this conversation began with it")
    # Who switches means what they ask themselves, not what runs beside it.
    for why, name, reason in _speakers(asked.role, own, role, sticky):
        if name in models:
            choice.why, choice.name, choice.reason = why, name, reason
            return choice
        if name and why is Why.SWITCHED:
            choice.left_out.append(
                Candidate(name=name, reason="you switched to it, and it is in your settings no more")
            )
    if asked.role == "embedding":
        raise ModelError(
            ModelFailure.NOT_CONFIGURED,
            "None of your models is for embeddings.",
            hint='Add one as [models.NAME] with roles = ["embedding"], such as ollama:nomic-embed-text.',
        )
    if not _by_rules(asked, routing.rules, models, choice) and not _by_words(asked, models, choice):
        choice.name, choice.reason = routing.primary, _OWN
    return choice


def _speakers(role: ModelRole, own: _Speaker, owner: _Speaker, sticky: _Speaker) -> tuple[_Speaker, ...]:
    if role == "embedding":
        return (owner,)
    return (own, owner, sticky) if role in ("chat", "edit") else (owner, sticky)


def _by_rules(asked: Asked, rules: Sequence[Rule], models: Mapping[str, Routable], choice: _Choice) -> bool:
    left = RULES_SECONDS
    text = asked.text[:RULES_CHARACTERS]
    for number, rule in enumerate(rules, start=1):
        share = left / (len(rules) - number + 1)
        about = f"rule {number} (`{rule.pattern}`)"
        if rule.model not in models:
            choice.left_out.append(Candidate(name=rule.model, reason=f"{about} names it, and there is no such model"))
            continue
        try:
            # ``concurrent`` gives other threads their turn meanwhile; each rule has its share of what is left.
            found = regex.search(rule.pattern, text, timeout=share, concurrent=True)
        except TimeoutError:
            left -= share
            choice.left_out.append(Candidate(name=rule.model, reason=f"{about} took too long and was passed over"))
            continue
        except regex.error:
            choice.left_out.append(Candidate(name=rule.model, reason=f"{about} is no regular expression"))
            continue
        if found:
            choice.why, choice.name, choice.reason = Why.RULE, rule.model, f"{about} matches"
            return True
    return False


def _by_words(asked: Asked, models: Mapping[str, Routable], choice: _Choice) -> bool:
    """What the words of a question show. Never of an edit: "fix it" is six characters."""
    if asked.role != "chat" or not asked.text.strip():
        return False
    coder, fast = role_owner("edit", models), role_owner("fast", models)
    if coder and _CODE.search(asked.text[:RULES_CHARACTERS]):
        choice.why, choice.name, choice.reason = Why.WORDS, coder, "the question speaks of code, and it is for edits"
        return True
    if fast and len(asked.text.strip()) < SHORT:
        choice.why, choice.name, choice.reason = Why.WORDS, fast, f"the question is short (under {SHORT} characters)"
        return True
    return False


def _fallbacks(
    routing: Routing, models: Mapping[str, Routable], records: Mapping[str, Record]
) -> list[tuple[str, str]]:
    """The user's fallbacks, those that did badly last behind the others, each with what to add to its reason."""
    found: list[tuple[tuple[bool, bool], str, str]] = []
    for name in dict.fromkeys(routing.fallback):
        if name not in models:
            continue
        record = records.get(name, Record())
        poor = record.success is not None and record.judged >= _ENOUGH and record.success < _POOR
        more = ", asked later because it failed a moment ago" if record.failed else ""
        if poor and not more:
            more = f", asked later because {record.success:.0%} of its last {record.judged} replies were good"
        found.append(((record.failed, poor), name, more))
    return [(name, more) for _, name, more in sorted(found, key=lambda row: row[0])]


def _why_not(model: Routable, cloud: Cloud) -> str:
    if cloud == "never":
        return f"it runs in a cloud ({model.where}), and privacy.cloud is `never`"
    return f"it runs in a cloud ({model.where}), and this workspace has no leave for that"


def _refused(model: Routable, reason: str, cloud: Cloud, home: Routable) -> ModelError:
    message = f"{model.name} would answer ({reason}), but it runs in a cloud ({model.where})"
    if cloud == "never":
        return ModelError(
            ModelFailure.PRIVACY,
            f"{message}, and privacy.cloud is `never` here. Nothing was sent.",
            hint="Choose a model of your own network, or change privacy.cloud (your settings, or the workspace's).",
        )
    return ModelError(
        ModelFailure.PRIVACY,
        f"{message}, and what {home.name} would answer stays in your network without your leave. Nothing was sent.",
        hint='`sightline trust --cloud` gives leave for this workspace, privacy.cloud = "allow" for all.',
    )
