"""A turn whose model the user asks by hand: the prompt is copied into any chat, its reply comes back by the clipboard.

The reply is tried, mended and checked as that of a model we ask. What the chat should read next, code it asked for or
why its edit was refused, is made ready to be copied.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal

from sightline.base.errors import UsageError
from sightline.context.asked import Asked
from sightline.context.pack import ContextPack
from sightline.graph.view import GraphView
from sightline.models.messages import Usage
from sightline.models.tokens import TokenCounter
from sightline.prompts.build import NO_PROMPT, Prompt, one_line
from sightline.prompts.conversation import Conversation
from sightline.prompts.needs import answer_text, answers_in_short, needs_in
from sightline.prompts.repair import Refusal, build_repair
from sightline.tasks.fitting import Fitting
from sightline.tasks.needing import Needing
from sightline.tasks.preparing import Prepared, TurnDependencies, prepare_prompt
from sightline.tasks.repair import Repair, Replied
from sightline.tasks.result import Attempt, TurnEvent, TurnRequest, TurnResult, TurnVerdict
from sightline.tasks.trial import Trial, TrialPolicy, trial_diff

#: The code that a reply to no known prompt asks for, ``None`` where the settings give none.
CodeFor = Callable[[str], Awaitable[Asked | None]]

#: What the history calls an edit whose task is not known.
UNKNOWN_TASK = "a pasted reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextMessage:
    """What the chat should read next. ``message`` goes into the chat that has the rest, ``whole`` into a new one.

    ``whole`` is "" where the prompt is not known.
    """

    kind: Literal["needs", "repair"]
    message: str
    whole: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """What came of a reply. ``result`` is ``None`` where it holds no edits because it asks for code.

    ``told`` are sentences on that; ``task`` is what the history calls the edit.
    """

    result: TurnResult | None
    next: NextMessage | None
    told: tuple[str, ...]
    task: str


@dataclass(slots=True, kw_only=True)
class HandedOut:
    """A prompt that was handed out, and what its reader was given since. ``prompt`` holds the rounds so far."""

    request: TurnRequest
    pack: ContextPack
    prompt: Prompt
    needing: Needing
    heard: list[str]


def whole_text(prompt: Prompt) -> str:
    """A prompt as one text for a chat, which knows no roles."""
    return "\n\n".join(message.content for message in prompt.messages)


async def hand_out(request: TurnRequest, given: TurnDependencies, counter: TokenCounter | None) -> HandedOut:
    """Makes the prompt of a task that somebody else will answer."""
    heard: list[str] = []

    def hear(event: TurnEvent) -> None:
        if event.kind == "stage" and event.text != event.stage.value:
            heard.append(event.text)

    given = replace(given, listener=hear)
    prepared = await prepare_prompt(request, given, counter)
    fitting = Fitting(
        request=request,
        prepare=_prepares_nothing,
        listener=given.listener,
        conversation=prepared.conversation,
        opening=prepared,
    )
    needing = Needing(given=given, fitting=fitting)
    return HandedOut(request=request, pack=prepared.pack, prompt=prepared.prompt, needing=needing, heard=heard)


async def take_reply(
    turn: str, text: str, answered: HandedOut | None, given: TurnDependencies, policy: TrialPolicy, code_for: CodeFor
) -> Pasted:
    """Tries ``text``, the reply to the prompt of ``answered`` where that is known, on the view of ``given``.

    ``code_for`` answers a reply to no known prompt. Raises :class:`UsageError` where ``text`` is no reply
    (``still_the_prompt``: the prompt itself).
    """
    if not text.strip():
        raise UsageError("There is no reply.", hint="Copy the chat's whole reply, then try again.")
    if answered is not None and _plain(text) in {_plain(whole_text(answered.prompt)), _last(answered.prompt)}:
        raise UsageError(
            "This is the prompt, and no reply to it.",
            hint="Paste it into a chat, copy the chat's whole reply, then try again.",
            kind="still_the_prompt",
        )
    if answered is not None:
        policy = replace(policy, root=answered.request.root)
    task = answered.request.label if answered is not None else UNKNOWN_TASK
    attempt = Attempt(reply=text, usage=Usage())
    prompt = answered.prompt if answered is not None else NO_PROMPT
    repair = Repair(view=given.view, policy=policy, in_prompt=given.in_prompt, listener=given.listener, rounds=0)

    async def replied(_asked: Prompt | None, _number: int, _view: GraphView) -> Replied:
        return Replied(attempt=attempt, prompt=prompt, edit_format="", whole=True)

    outcome = await repair.run(replied)
    trial = outcome.trial
    assert trial is not None, "a whole reply is tried"
    if trial.silent and (names := needs_in(text)):
        return await _asked_for(names, attempt, answered, given, code_for, task)
    result = TurnResult(
        turn=turn,
        verdict=_verdict(trial),
        revision=given.view.revision,
        text=text,
        changes=trial.changes,
        attempts=outcome.attempts,
        prompt=prompt,
        model="",
        base=trial.base,
        report=trial.report,
        diff=await asyncio.to_thread(trial_diff, trial),
        ripple=outcome.ripple,
        requested=outcome.requested,
        replaced=outcome.replaced,
        mended=outcome.mended,
        stopped=outcome.stopped,
    )
    return Pasted(result=result, next=await _refused(text, trial, prompt, given), told=(), task=task)


async def _asked_for(
    names: tuple[str, ...],
    attempt: Attempt,
    answered: HandedOut | None,
    given: TurnDependencies,
    code_for: CodeFor,
    task: str,
) -> Pasted:
    if answered is None:
        asked = await code_for(attempt.reply)
        if asked is None:
            shown = ", ".join(f"`{one_line(name)}`" for name in names)
            refused = (
                f"The model asked for {shown}; the settings give no model what it asks for (context.needs_rounds)."
            )
            return Pasted(result=None, next=None, told=(refused,), task=task)
        message = NextMessage(kind="needs", message=answer_text(asked), whole="")
        return Pasted(result=None, next=message, told=(answers_in_short(asked),), task=task)
    answered.heard.clear()
    prompt = await answered.needing.answer(answered.prompt, attempt, given.view, edits=False)
    told = tuple(answered.heard)
    if prompt is None:
        return Pasted(result=None, next=None, told=told, task=task)
    answered.prompt = prompt
    message = NextMessage(kind="needs", message=prompt.messages[-1].content, whole=whole_text(prompt))
    return Pasted(result=None, next=message, told=told, task=task)


async def _refused(text: str, trial: Trial, prompt: Prompt, given: TurnDependencies) -> NextMessage | None:
    """Why the chat's edit was refused; ``None`` where it was not, or where it made none."""
    if trial.accepted or not trial.has_edits or (trial.already and trial.changes.is_empty and not trial.unmatched):
        return None
    refusal = Refusal(
        reply=text,
        findings=trial.report.findings if trial.report is not None else (),
        unmatched=trial.unmatched,
        located=trial.located,
        problems=trial.problems,
        mended=trial.mended,
    )
    again = await asyncio.to_thread(
        lambda: build_repair(prompt, refusal, trial.after, given.in_prompt, keeps_draft=False)
    )
    whole = whole_text(again) if prompt.messages else ""
    return NextMessage(kind="repair", message=again.messages[-1].content, whole=whole)


def _verdict(trial: Trial) -> TurnVerdict:
    if trial.changes.is_empty:
        return TurnVerdict.NO_EDITS
    return TurnVerdict.ACCEPTED if trial.accepted else TurnVerdict.REJECTED


def _plain(text: str) -> str:
    """A text without what clipboards make of it."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _last(prompt: Prompt) -> str:
    return _plain(prompt.messages[-1].content)


async def _prepares_nothing(_request: TurnRequest, _talk: Conversation, _counter: TokenCounter) -> Prepared:
    raise AssertionError("a prompt that was handed out is not made anew")
