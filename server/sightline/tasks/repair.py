"""The rounds of an edit: try the reply, mend what needs no model, ask again for the rest, and know when to stop.

A repair adds to the draft: the model is shown what its edits made and sends further ones; findings always compare with
the snapshot the user has. Nothing is asked again when a round mends nothing of what was found, or comes back to what
was found before: a model that turns in circles costs time and money, and a person sees the findings at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span
from sightline.checks.check import Certainty
from sightline.graph.view import GraphView
from sightline.prompts.build import Prompt
from sightline.prompts.repair import Refusal, build_repair
from sightline.tasks.mend import mended
from sightline.tasks.result import Attempt, Listener, TurnStage, stage_event
from sightline.tasks.trial import Permitted, Trial, TrialPolicy, try_reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied:
    """A reply to ``prompt``, in which edits were asked for in ``edit_format``; ``whole`` if it came to its end."""

    attempt: Attempt
    prompt: Prompt
    edit_format: str
    whole: bool


#: Asks a model what the prompt says, or the task itself where there is none yet; the number counts the rounds from 1.
#: The view is the one that edits of the reply are for.
Ask = Callable[[Prompt | None, int, GraphView], Awaitable[Replied]]

#: What keeps an edit from being accepted, each as a value that a later round can be compared by.
_Obstacles = frozenset[tuple[str, ...]]

#: The obstacle of a reply that holds no edit.
_SILENCE = ("silent",)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairOutcome:
    """``trial`` is the last one. ``whole`` is false when the last reply was cut off: nothing of it was used.

    The other fields are those of :class:`sightline.tasks.result.TurnResult`.
    """

    attempts: tuple[Attempt, ...]
    trial: Trial | None
    whole: bool
    ripple: frozenset[WorkspacePath] = frozenset()
    requested: Mapping[WorkspacePath, tuple[Span, ...]] = field(default_factory=dict[WorkspacePath, "tuple[Span, ...]"])
    replaced: frozenset[WorkspacePath] = frozenset()
    mended: tuple[str, ...] = ()
    stopped: str = ""


@dataclass(slots=True, kw_only=True)
class Repair:
    """The rounds of one turn on ``view``; at most ``rounds`` beyond the first reply."""

    view: GraphView
    policy: TrialPolicy
    in_prompt: Permitted
    listener: Listener
    rounds: int
    _edit_format: str = ""
    _mended: list[str] = field(default_factory=list[str])
    #: Files of the first reply that held an edit, and its places in those that were there.
    _requested: frozenset[WorkspacePath] = frozenset()
    _places: Mapping[WorkspacePath, tuple[Span, ...]] = field(default_factory=dict[WorkspacePath, "tuple[Span, ...]"])
    _replaced: frozenset[WorkspacePath] = frozenset()
    #: Files of which the model was told that they are there already.
    _doubted: frozenset[WorkspacePath] = frozenset()

    async def run(self, ask: Ask) -> RepairOutcome:
        """Asks until an edit is accepted, nothing gets better, or the rounds are used up."""
        attempts: list[Attempt] = []
        seen: list[_Obstacles] = []
        trial: Trial | None = None
        stopped = ""
        prompt: Prompt | None = None
        for number in range(1, self.rounds + 2):
            replied = await ask(prompt, number, trial.after if trial is not None else self.view)
            attempt, prompt, self._edit_format = replied.attempt, replied.prompt, replied.edit_format
            if not replied.whole:
                return self._outcome([*attempts, attempt], trial, whole=False)
            self.listener(stage_event(TurnStage.CHECKS, number))
            draft, trial = trial, await self._tried(attempt.reply, trial)
            attempts.append(
                replace(
                    attempt,
                    unmatched=trial.unmatched,
                    located=trial.located,
                    problems=trial.problems,
                    report=trial.report,
                )
            )
            stopped = _why_done(trial, seen)
            doubted = trial.accepted and trial.replaced - self._doubted
            if doubted and number <= self.rounds:
                self.listener(replace(stage_event(TurnStage.REPAIR, number), text=_doubt(doubted)))
                prompt = await self._asked_again(
                    prompt, attempt.reply, replace(trial, problems=(_doubt(doubted),)), draft
                )
                self._doubted, trial = self._doubted | doubted, draft
                if draft is None:  # what comes next is the first that counts
                    self._requested, self._places = frozenset(), {}
                continue
            self._replaced |= trial.replaced
            if trial.accepted or stopped or number > self.rounds:
                break
            seen.append(_obstacles(trial))
            self.listener(replace(stage_event(TurnStage.REPAIR, number), text=_refused_by(trial)))
            prompt = await self._asked_again(prompt, attempt.reply, trial, trial)
        return self._outcome(attempts, trial, stopped=stopped)

    async def _tried(self, reply: str, last: Trial | None) -> Trial:
        onto = last.after if last is not None else None
        trial = await try_reply(reply, "auto", self.view, self.policy, onto=onto)
        if not self._requested:
            self._requested = _touched(trial)
            self._places = {edit.path: tuple(one.span for one in edit.edits) for edit in trial.changes.edits}
        trial = await mended(trial, self.policy)
        self._mended += trial.mended
        return trial

    async def _asked_again(self, prompt: Prompt, reply: str, trial: Trial, draft: Trial | None) -> Prompt:
        """The question after ``trial``; further edits are for the files of ``draft``, else for those of the user."""
        after = draft.after if draft is not None else self.view
        refusal = Refusal(
            reply=reply,
            findings=trial.report.findings if trial.report is not None else (),
            unmatched=trial.unmatched,
            located=trial.located,
            problems=self._complaints(trial),
            mended=trial.mended,
        )
        return await asyncio.to_thread(build_repair, prompt, refusal, after, self.in_prompt)

    def _complaints(self, trial: Trial) -> tuple[str, ...]:
        if not trial.silent:
            return trial.problems
        return (f"The reply holds no edit. Answer with edits in the {self._edit_format} format.",)

    def _outcome(
        self, attempts: list[Attempt], trial: Trial | None, *, whole: bool = True, stopped: str = ""
    ) -> RepairOutcome:
        mended = tuple(dict.fromkeys(self._mended))
        ripple = _touched(trial) - self._requested if trial is not None else frozenset[WorkspacePath]()
        return RepairOutcome(
            attempts=tuple(attempts),
            trial=trial,
            whole=whole,
            ripple=ripple,
            requested=self._places,
            replaced=self._replaced,
            mended=mended,
            stopped=stopped,
        )


def _touched(trial: Trial) -> frozenset[WorkspacePath]:
    return frozenset({*trial.changes.paths_before, *trial.changes.paths_after})


def _why_done(trial: Trial, seen: list[_Obstacles]) -> str:
    """Why asking again would be of no use, "" if it may be. A reply of prose alone is answered once."""
    if trial.accepted:
        return ""
    if trial.already and trial.changes.is_empty and not trial.unmatched and not trial.problems:
        return "The files have these edits already."
    found = _obstacles(trial)
    if trial.silent:
        return "Twice the model answered without an edit." if seen and _SILENCE in seen[-1] else ""
    if seen and not seen[-1] - found:
        return "The last round mended nothing of what was found, so the model was not asked again."
    if found in seen:
        return "The last round brought back what was found before, so the model was not asked again."
    return ""


def _obstacles(trial: Trial) -> _Obstacles:
    found: set[tuple[str, ...]] = {("unmatched", item.path, item.reason) for item in trial.unmatched}
    found |= {("problem", problem) for problem in trial.problems}
    if trial.silent:
        found.add(_SILENCE)
    if trial.report is not None:
        certain = (each for each in trial.report.findings if each.certainty is Certainty.CERTAIN)
        found |= {(each.check, str(each.path), each.message) for each in certain}
    return frozenset(found)


def _doubt(paths: frozenset[WorkspacePath]) -> str:
    """What a model is told that makes files anew, perhaps because it does not know that they are there."""
    names = ", ".join(map(str, sorted(paths)))
    return (
        f"{names} exists already and is not empty. Nothing of this reply was used. To change the file, quote lines of "
        "it; to replace all of it, send the same edits once more."
    )


def _refused_by(trial: Trial) -> str:
    """One sentence on what a repair is asked for."""
    found = trial.report.findings if trial.report is not None else ()
    reasons = [f"{item.path}: {item.reason}" for item in trial.unmatched]
    reasons += [*trial.problems, *(f"{each.path}:{each.line}: {each.message}" for each in found)]
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return f"{reasons[0]}{more}" if reasons else "The reply holds no edit."
