"""One turn: context, prompt, model, edits, checks, repair. The picture of the architecture as one line of calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from sightline.base.changes import ChangeSet
from sightline.base.system import System
from sightline.context.lexical import LexicalIndex
from sightline.context.pack import ContextPack, build_context
from sightline.context.request import ContextRequest
from sightline.edits.diff import unified_diff
from sightline.edits.instructions import instructions
from sightline.graph.view import GraphView
from sightline.models.client import complete
from sightline.models.messages import Finish, ModelResponse, ReasoningDelta, StreamEvent, TextDelta
from sightline.models.policy import ModelPolicy, request_for
from sightline.models.provider import Provider
from sightline.prompts.build import Prompt, build_prompt
from sightline.prompts.classify import is_read_only
from sightline.prompts.repair import Refusal, build_repair
from sightline.tasks.result import Attempt, Listener, TurnEvent, TurnRequest, TurnResult, TurnStage, TurnVerdict
from sightline.tasks.trial import Permitted, Trial, TrialPolicy, try_reply
from sightline.workspace.files import SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnDependencies:
    """Everything a turn needs from outside; built by the engine.

    ``in_prompt`` and ``in_edit`` say which files may be shown to a model and which may be touched.
    """

    view: GraphView
    index: LexicalIndex
    system: System
    listener: Listener
    count_tokens: Callable[[str, str], int]
    in_prompt: Permitted
    in_edit: Permitted
    trusted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """The model that answers, and how it is asked."""

    provider: Provider
    policy: ModelPolicy
    repair_rounds: int = 3


async def prepare_prompt(request: TurnRequest, given: TurnDependencies) -> tuple[ContextPack, Prompt]:
    """The context and the prompt of a task, without asking any model."""
    pack = await asyncio.to_thread(
        build_context,
        given.view,
        ContextRequest(
            task=request.task,
            root=request.root,
            mentions=request.mentions,
            focus=request.focus,
            diagnostics=request.diagnostics,
            open_files=request.open_files,
            budget=request.budget,
            task_type=request.task_type,
        ),
        given.index,
        given.count_tokens,
        given.in_prompt,
    )
    wants_edits = not is_read_only(request.task_type)
    prompt = build_prompt(
        request.task_type,
        request.task,
        pack,
        instructions(request.edit_format) if wants_edits else "",
        diagnostics=request.diagnostics,
    )
    return pack, prompt


async def run_turn(request: TurnRequest, given: TurnDependencies, choice: ModelChoice) -> TurnResult:
    """Runs a task to its end. Raises ``ModelError``; cancelling closes the model's socket and leaves nothing behind."""
    given.listener(_stage(TurnStage.CONTEXT, 0))
    _, prompt = await prepare_prompt(request, given)
    if is_read_only(request.task_type):
        attempt, response = await _ask(prompt, given, choice, number=1)
        if response.finish is not Finish.STOP:
            attempt = _cut_off(attempt, response)
        return _result(request, given, choice, prompt=prompt, attempts=(attempt,), verdict=TurnVerdict.ANSWERED)
    return await _edit(request, given, choice, prompt)


async def _edit(request: TurnRequest, given: TurnDependencies, choice: ModelChoice, prompt: Prompt) -> TurnResult:
    policy = TrialPolicy(system=given.system, root=request.root, permitted=given.in_edit, trusted=given.trusted)
    attempts: list[Attempt] = []
    trial: Trial | None = None
    whole = True
    conversation = prompt
    for number in range(1, choice.repair_rounds + 2):
        attempt, response = await _ask(conversation, given, choice, number=number)
        whole = response.finish is Finish.STOP
        if not whole:
            attempts.append(_cut_off(attempt, response))
            break
        given.listener(_stage(TurnStage.CHECKS, number))
        trial = await try_reply(
            response.text, "auto", given.view, policy, onto=trial.after if trial is not None else None
        )
        attempts.append(_judged(attempt, trial))
        if trial.accepted or (not trial.has_edits and number > 1):
            break
        if trial.already and trial.changes.is_empty and not trial.unmatched and not trial.problems:
            break
        if number <= choice.repair_rounds:
            given.listener(replace(_stage(TurnStage.REPAIR, number), text=_refused_by(trial)))
            refusal = Refusal(
                reply=response.text,
                findings=trial.report.findings if trial.report is not None else (),
                unmatched=trial.unmatched,
                problems=_complaints(trial, request.edit_format),
            )
            conversation = await asyncio.to_thread(build_repair, conversation, refusal, trial.after, given.in_prompt)
    if trial is None or trial.changes.is_empty:
        verdict = TurnVerdict.NO_EDITS
    else:
        verdict = TurnVerdict.ACCEPTED if whole and trial.accepted else TurnVerdict.REJECTED
    return _result(request, given, choice, prompt=prompt, attempts=tuple(attempts), verdict=verdict, trial=trial)


async def _ask(
    prompt: Prompt, given: TurnDependencies, choice: ModelChoice, *, number: int
) -> tuple[Attempt, ModelResponse]:
    given.listener(_stage(TurnStage.MODEL, number))

    def listen(event: StreamEvent) -> None:
        if isinstance(event, TextDelta):
            given.listener(TurnEvent(kind="text", text=event.text, stage=TurnStage.MODEL, attempt=number))
        elif isinstance(event, ReasoningDelta):
            given.listener(TurnEvent(kind="reasoning", text=event.text, stage=TurnStage.MODEL, attempt=number))

    response = await complete(
        choice.provider,
        request_for(choice.policy, prompt.messages, prompt_tokens=prompt.tokens),
        clock=given.system.clock,
        listener=listen,
        window=choice.policy.window,
    )
    attempt = Attempt(
        reply=response.text,
        asked=prompt.messages[-1].content,
        usage=response.usage,
        seconds=response.total_seconds,
    )
    return attempt, response


def _judged(attempt: Attempt, trial: Trial) -> Attempt:
    return replace(attempt, unmatched=trial.unmatched, problems=trial.problems, report=trial.report)


def _cut_off(attempt: Attempt, response: ModelResponse) -> Attempt:
    reason = {
        Finish.LENGTH: "The reply was cut off at the output limit; edits in it were not used. "
        "Raise model.max_output_tokens, ask for less at a time, or use a model with a larger window.",
        Finish.REFUSAL: "The model declined to answer.",
    }.get(response.finish, "The reply did not end as a whole reply does; edits in it were not used.")
    return replace(attempt, problems=(reason,))


def _complaints(trial: Trial, edit_format: str) -> tuple[str, ...]:
    if trial.has_edits:
        return trial.problems
    return (f"The reply holds no edit. Answer with edits in the {edit_format} format.",)


def _result(  # noqa: PLR0913  one place builds the value, from what a turn holds
    request: TurnRequest,
    given: TurnDependencies,
    choice: ModelChoice,
    *,
    prompt: Prompt,
    attempts: tuple[Attempt, ...],
    verdict: TurnVerdict,
    trial: Trial | None = None,
) -> TurnResult:
    given.listener(_stage(TurnStage.DONE, len(attempts)))
    return TurnResult(
        turn=request.turn,
        verdict=verdict,
        revision=given.view.revision,
        text=attempts[-1].reply if attempts else "",
        changes=trial.changes if trial else ChangeSet(),
        attempts=attempts,
        prompt=prompt,
        model=f"{choice.policy.kind}:{choice.policy.name}",
        report=trial.report if trial else None,
        base=trial.base if trial else {},
        diff=_diff(trial) if trial else "",
    )


def _diff(trial: Trial) -> str:
    """The diff against the texts the edit was computed for, whatever the disk holds by now."""
    view = trial.before.workspace
    files = {path: SourceFile(path=path, text=text) for path, text in trial.base.items()}
    return unified_diff(trial.changes, replace(view, overlay={**view.overlay, **files}))


def _refused_by(trial: Trial) -> str:
    """One sentence on what a repair is asked for."""
    found = trial.report.findings if trial.report is not None else ()
    reasons = [f"{item.path}: {item.reason}" for item in trial.unmatched]
    reasons += [*trial.problems, *(f"{each.path}:{each.line}: {each.message}" for each in found)]
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return f"{reasons[0]}{more}" if reasons else "The reply holds no edit."


def _stage(stage: TurnStage, attempt: int) -> TurnEvent:
    return TurnEvent(kind="stage", text=stage.value, stage=stage, attempt=attempt)
