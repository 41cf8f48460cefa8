"""One turn: context, prompt, model, edits, checks, repair. The picture of the architecture as one line of calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from sightline.base.changes import ChangeSet
from sightline.base.system import System
from sightline.checks.policy import NO_PROGRAMS, CheckPolicy
from sightline.context.exact import CountTokens, ExactCount
from sightline.context.history.index import NO_HISTORY, HistoryIndex
from sightline.context.lexical import LexicalIndex
from sightline.context.pack import ContextPack, build_context
from sightline.context.repository_notes import NO_NOTES, NotesRequest, RepositoryNotes, repository_notes
from sightline.context.request import ContextRequest
from sightline.edits.diff import unified_diff
from sightline.edits.instructions import instructions
from sightline.graph.view import GraphView
from sightline.models.gateway import TurnModels
from sightline.models.messages import Finish, ModelResponse
from sightline.models.parameters import Wanted
from sightline.models.questions import Target
from sightline.models.tokens import TokenCounter
from sightline.prompts.build import NOTHING_MORE, Additions, Prompt, build_prompt
from sightline.prompts.classify import is_read_only
from sightline.tasks.asking import answer, ask
from sightline.tasks.expecting import expected_tokens
from sightline.tasks.fitting import USUAL_FORMAT, Fitting
from sightline.tasks.repair import Repair, Replied
from sightline.tasks.result import (
    Attempt,
    Listener,
    TurnEvent,
    TurnRequest,
    TurnResult,
    TurnStage,
    TurnVerdict,
    stage_event,
)
from sightline.tasks.trial import Permitted, Trial, TrialPolicy
from sightline.workspace.files import SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnDependencies:
    """Everything a turn needs from outside; built by the engine.

    ``in_prompt`` and ``in_edit`` say which files may be shown to a model and which may be touched; ``edit_format`` is
    the user's word on it ("" for none), ``repair_rounds`` how often a refused edit is sent back. ``history`` is what
    past commits say; empty where git may not be asked. ``additions`` is what a prompt has besides the task and its
    code; called in a thread. ``instruction_files`` are names of the repository's own notes for whoever works on it,
    which are read in trusted workspaces.
    """

    view: GraphView
    index: LexicalIndex
    system: System
    listener: Listener
    count_tokens: Callable[[str, str], int]
    in_prompt: Permitted
    in_edit: Permitted
    trusted: bool
    history: HistoryIndex = NO_HISTORY
    checks: CheckPolicy = NO_PROGRAMS
    edit_format: str = ""
    repair_rounds: int = 3
    additions: Callable[[TurnRequest], Additions] = lambda _: NOTHING_MORE
    instruction_files: tuple[str, ...] = ()


async def prepare_prompt(
    request: TurnRequest, given: TurnDependencies, counter: TokenCounter | None = None
) -> tuple[ContextPack, Prompt]:
    """The context and the prompt of a task, without asking any model; ``counter`` is that of the model to read it."""
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
        given.count_tokens if counter is None else _counting(counter),
        given.in_prompt,
        given.history,
    )
    notes = await asyncio.to_thread(_notes, request, given, pack)
    wants_edits = not is_read_only(request.task_type)
    additions = await asyncio.to_thread(given.additions, request)
    for problem in additions.templates.problems:
        given.listener(TurnEvent(kind="stage", text=f"{problem}", stage=TurnStage.PROMPT, attempt=0))
    prompt = build_prompt(
        request.task_type,
        request.task,
        pack,
        instructions(request.edit_format or given.edit_format or USUAL_FORMAT) if wants_edits else "",
        diagnostics=request.diagnostics,
        additions=replace(additions, notes=notes),
    )
    if counter is not None:
        prompt = replace(prompt, tokens=await asyncio.to_thread(counter.count_messages, prompt.messages))
    return pack, prompt


def _notes(request: TurnRequest, given: TurnDependencies, pack: ContextPack) -> RepositoryNotes:
    """What instruction files say of the files that are shown; nothing of a workspace that is not trusted."""
    if not given.trusted or not given.instruction_files:
        return NO_NOTES
    focus = (request.focus[0],) if request.focus is not None else ()
    asked = NotesRequest(
        targets=(*focus, *(piece.path for piece in pack.slices)),
        names=given.instruction_files,
        root=request.root,
        budget=request.budget,
    )
    return repository_notes(given.view, asked, given.in_prompt, given.count_tokens)


def _counting(counter: TokenCounter) -> CountTokens | ExactCount:
    return counter.count if counter.vocabulary is None else ExactCount(counter.count, counter.vocabulary)


async def run_turn(request: TurnRequest, given: TurnDependencies, models: TurnModels) -> TurnResult:
    """Runs a task to its end. Raises ``ModelError``; cancelling closes the model's socket and leaves nothing behind."""
    given.listener(stage_event(TurnStage.CONTEXT, 0))
    request = replace(request, edit_format=request.edit_format or given.edit_format)
    fitting = Fitting(
        request=request,
        prepare=lambda each, counter: prepare_prompt(each, given, counter),
        listener=given.listener,
        expect=lambda edit_format: expected_tokens(request, edit_format, given.view.workspace, given.count_tokens),
    )
    if is_read_only(request.task_type):
        reply = await answer(request, fitting.first, models, given.listener)
        attempt = reply.attempt
        if reply.response.finish is not Finish.STOP:
            attempt = _cut_off(attempt, reply.response)
        return await _result(
            request, given, models, prompt=reply.prompt, attempts=(attempt,), verdict=TurnVerdict.ANSWERED
        )
    return await _edit(request, given, models, fitting)


async def _edit(request: TurnRequest, given: TurnDependencies, models: TurnModels, fitting: Fitting) -> TurnResult:
    wanted = Wanted(task_type=request.task_type, edits=True)
    begun: list[Prompt] = []

    async def ask_again(asked: Prompt | None, number: int) -> Replied:
        async def make(target: Target) -> Prompt:
            return await (fitting.first(target) if asked is None else fitting.again(asked, target))

        reply = await ask(make, models, wanted, given.listener, number=number, expects=lambda: fitting.expected_tokens)
        begun.append(reply.prompt)
        whole = reply.response.finish is Finish.STOP
        attempt = reply.attempt if whole else _cut_off(reply.attempt, reply.response)
        return Replied(attempt=attempt, prompt=reply.prompt, edit_format=fitting.edit_format, whole=whole)

    def told(sentence: str) -> None:
        given.listener(TurnEvent(kind="stage", text=sentence, stage=TurnStage.CHECKS, attempt=0))

    repair = Repair(
        view=given.view,
        policy=TrialPolicy(
            system=given.system,
            root=request.root,
            permitted=given.in_edit,
            trusted=given.trusted,
            checks=given.checks,
            told=told,
        ),
        in_prompt=given.in_prompt,
        listener=given.listener,
        rounds=given.repair_rounds,
    )
    outcome = await repair.run(ask_again)
    trial = outcome.trial
    if trial is None or trial.changes.is_empty:
        verdict = TurnVerdict.NO_EDITS
    else:
        verdict = TurnVerdict.ACCEPTED if outcome.whole and trial.accepted else TurnVerdict.REJECTED
    result = await _result(
        request, given, models, prompt=begun[0], attempts=outcome.attempts, verdict=verdict, trial=trial
    )
    return replace(
        result,
        ripple=outcome.ripple,
        requested=outcome.requested,
        replaced=outcome.replaced,
        mended=outcome.mended,
        stopped=outcome.stopped,
    )


def _cut_off(attempt: Attempt, response: ModelResponse) -> Attempt:
    reason = {
        Finish.LENGTH: "The reply was cut off at the output limit; edits in it were not used. "
        "Raise model.max_output_tokens, ask for less at a time, or use a model with a larger window.",
        Finish.WINDOW: "The model's window was full before the reply ended; edits in it were not used. "
        "Lower context.budget, or load the model with a larger window.",
        Finish.REFUSAL: "The model declined to answer.",
    }.get(response.finish, "The reply did not end as a whole reply does; edits in it were not used.")
    return replace(attempt, problems=(reason,))


async def _result(  # noqa: PLR0913  one place builds the value, from what a turn holds
    request: TurnRequest,
    given: TurnDependencies,
    models: TurnModels,
    *,
    prompt: Prompt,
    attempts: tuple[Attempt, ...],
    verdict: TurnVerdict,
    trial: Trial | None = None,
) -> TurnResult:
    given.listener(stage_event(TurnStage.DONE, len(attempts)))
    await models.judged(verdict.value)
    answered = models.answered
    return TurnResult(
        turn=request.turn,
        verdict=verdict,
        revision=given.view.revision,
        text=attempts[-1].reply if attempts else "",
        changes=trial.changes if trial else ChangeSet(),
        attempts=attempts,
        prompt=prompt,
        model=answered.model if answered else "",
        answered=answered,
        report=trial.report if trial else None,
        base=trial.base if trial else {},
        diff=await asyncio.to_thread(_diff, trial) if trial else "",
    )


def _diff(trial: Trial) -> str:
    """The diff against the texts the edit was computed for, whatever the disk holds by now."""
    view = trial.before.workspace
    files = {path: SourceFile(path=path, text=text) for path, text in trial.base.items()}
    return unified_diff(trial.changes, replace(view, overlay={**view.overlay, **files}))
