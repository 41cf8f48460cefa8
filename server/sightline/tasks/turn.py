"""One turn: context, prompt, model, edits, checks, repair. The picture of the architecture as one line of calls."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from sightline.base.changes import ChangeSet
from sightline.graph.view import GraphView
from sightline.models.gateway import TurnModels
from sightline.models.messages import Finish, ModelResponse
from sightline.models.parameters import Wanted
from sightline.models.questions import Target
from sightline.prompts.build import Prompt
from sightline.prompts.classify import is_read_only
from sightline.prompts.conversation import Conversation
from sightline.tasks.asking import MakePrompt, answer, ask
from sightline.tasks.continuing import continued
from sightline.tasks.expecting import expected_tokens
from sightline.tasks.fitting import Fitting
from sightline.tasks.needing import Needing
from sightline.tasks.preparing import TurnDependencies, prepare_prompt, without_messages
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
from sightline.tasks.trial import Trial, TrialPolicy, trial_diff


async def run_turn(request: TurnRequest, given: TurnDependencies, models: TurnModels) -> TurnResult:
    """Runs a task to its end. Raises ``ModelError``; cancelling closes the model's socket and leaves nothing behind."""
    given.listener(stage_event(TurnStage.CONTEXT, 0))
    turn = _Turn(replace(request, edit_format=request.edit_format or given.edit_format), given, models)
    return await (turn.answered() if is_read_only(request.task_type) else turn.edited())


class _Turn:
    """One turn as it runs."""

    def __init__(self, request: TurnRequest, given: TurnDependencies, models: TurnModels) -> None:
        self.request = request
        self.models = models
        #: Events count every request to the model, also those by which it is given more code.
        self.given = given = replace(given, listener=self._heard(given.listener))
        self.fitting = Fitting(
            request=request,
            prepare=lambda each, talk, counter: prepare_prompt(each, given, counter, talk),
            listener=given.listener,
            conversation=given.conversation,
            expect=lambda edit_format: expected_tokens(request, edit_format, given.view.workspace, given.count_tokens),
        )
        self.needing = Needing(given=given, fitting=self.fitting)
        #: The last prompt that was answered, and the first of those that were asked for the task itself.
        self.last: Prompt | None = None
        self.first: Prompt | None = None

    def _heard(self, listener: Listener) -> Listener:
        def heard(event: TurnEvent) -> None:
            more = len(self.needing.rounds) if event.attempt else 0
            listener(replace(event, attempt=event.attempt + more) if more else event)

        return heard

    async def answered(self) -> TurnResult:
        """A task that changes nothing."""
        asked: Prompt | None = None
        while True:
            reply = await answer(self.request, self._make(asked), self.models, self.given.listener)
            self.last = reply.prompt
            attempt = reply.attempt
            if reply.response.finish is not Finish.STOP:
                attempt = _cut_off(attempt, reply.response)
                break
            asked = await self.needing.answer(reply.prompt, attempt, self.given.view, edits=False)
            if asked is None:
                break
        return await self._result((attempt,), TurnVerdict.ANSWERED, reply.prompt)

    async def edited(self) -> TurnResult:
        """A task that is answered by edits: tried, and repaired where they break something."""
        given = self.given

        def told(sentence: str) -> None:
            given.listener(TurnEvent(kind="stage", text=sentence, stage=TurnStage.CHECKS, attempt=0))

        repair = Repair(
            view=given.view,
            policy=TrialPolicy(
                system=given.system,
                root=self.request.root,
                permitted=given.in_edit,
                trusted=given.trusted,
                checks=given.checks,
                told=told,
            ),
            in_prompt=given.in_prompt,
            listener=given.listener,
            rounds=given.repair_rounds,
        )
        outcome = await repair.run(self._ask)
        trial = outcome.trial
        if trial is None or trial.changes.is_empty:
            verdict = TurnVerdict.NO_EDITS
        else:
            verdict = TurnVerdict.ACCEPTED if outcome.whole and trial.accepted else TurnVerdict.REJECTED
        assert self.first is not None, "a repair begins with a reply"
        result = await self._result(outcome.attempts, verdict, self.first, trial)
        return replace(
            result,
            ripple=outcome.ripple,
            requested=outcome.requested,
            replaced=outcome.replaced,
            mended=outcome.mended,
            stopped=outcome.stopped,
        )

    async def _ask(self, asked: Prompt | None, number: int, view: GraphView) -> Replied:
        """The reply of one round of the repair; the model may ask for code before it gives one."""
        wanted = Wanted(task_type=self.request.task_type, edits=True)
        if asked is not None:
            asked = await self.needing.with_what_was_asked(asked, view)
        while True:
            reply = await ask(
                self._make(asked),
                self.models,
                wanted,
                self.given.listener,
                number=number,
                expects=lambda: self.fitting.expected_tokens,
            )
            self.last = reply.prompt
            whole = reply.response.finish is Finish.STOP
            attempt = reply.attempt if whole else _cut_off(reply.attempt, reply.response)
            asked = await self.needing.answer(reply.prompt, attempt, view, edits=True) if whole else None
            if asked is None:
                break
        self.first = self.first or reply.prompt
        return Replied(attempt=attempt, prompt=reply.prompt, edit_format=self.fitting.edit_format, whole=whole)

    def _make(self, asked: Prompt | None) -> MakePrompt:
        async def make(target: Target) -> Prompt:
            return await (self.fitting.first(target) if asked is None else self.fitting.again(asked, target))

        return make

    async def _result(
        self, attempts: tuple[Attempt, ...], verdict: TurnVerdict, prompt: Prompt, trial: Trial | None = None
    ) -> TurnResult:
        request, answered = self.request, self.models.answered
        self.given.listener(stage_event(TurnStage.DONE, len(attempts)))
        await self.models.judged(verdict.value)
        result = TurnResult(
            turn=request.turn,
            verdict=verdict,
            revision=self.given.view.revision,
            text=attempts[-1].reply if attempts else "",
            changes=trial.changes if trial else ChangeSet(),
            attempts=attempts,
            prompt=prompt,
            model=answered.model if answered else "",
            answered=answered,
            report=trial.report if trial else None,
            base=trial.base if trial else {},
            diff=await asyncio.to_thread(trial_diff, trial) if trial else "",
            needs=tuple(self.needing.rounds),
        )
        talk = await asyncio.to_thread(self._continued, result) if request.conversation else None
        return replace(result, conversation=talk)

    def _continued(self, result: TurnResult) -> Conversation:
        assert self.last is not None, "a result answers a prompt"
        talk = continued(self.fitting, self.last, self.needing.known, result)
        return talk if self.fitting.whole else without_messages(talk)


def _cut_off(attempt: Attempt, response: ModelResponse) -> Attempt:
    reason = {
        Finish.LENGTH: "The reply was cut off at the output limit; edits in it were not used. "
        "Raise model.max_output_tokens, ask for less at a time, or use a model with a larger window.",
        Finish.WINDOW: "The model's window was full before the reply ended; edits in it were not used. "
        "Lower context.budget, or load the model with a larger window.",
        Finish.REFUSAL: "The model declined to answer.",
    }.get(response.finish, "The reply did not end as a whole reply does; edits in it were not used.")
    return replace(attempt, problems=(reason,))
