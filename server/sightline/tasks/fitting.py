"""Prompts of one turn, each made for the model that will read it: its edit format, and what its window has room for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from sightline.context.pack import ContextPack
from sightline.models.questions import Target
from sightline.models.tokens import TokenCounter, count_messages
from sightline.prompts.build import Prompt
from sightline.tasks.result import Listener, TurnEvent, TurnRequest, TurnStage

#: What a model is asked for where neither the user nor the list of models says better.
USUAL_FORMAT = "search_replace"
#: Messages of a prompt before the first reply.
_OPENING = 2
#: Messages of the last round: the reply that was refused, and why.
_LAST_ROUND = 2

Prepare = Callable[[TurnRequest, TokenCounter], Awaitable[tuple[ContextPack, Prompt]]]


@dataclass(slots=True, kw_only=True)
class Fitting:
    """Makes the prompts of ``request``. The edit format is the first model's, and stays it for the whole turn.

    ``expect`` says how many tokens a reply in a format cannot do without; it is called in a thread.
    """

    request: TurnRequest
    prepare: Prepare
    listener: Listener
    expect: Callable[[str], int] | None = None
    edit_format: str = ""
    expected_tokens: int = 0
    _made_for: int | None = field(default=None)

    async def first(self, target: Target) -> Prompt:
        """The prompt of the task, its context made smaller where the model's window has no room for all of it."""
        self.edit_format = self.request.edit_format or target.policy.profile.facts.edit_format or USUAL_FORMAT
        self._made_for = target.number
        self._read_by(target)
        if self.expect is not None:
            self.expected_tokens = await asyncio.to_thread(self.expect, self.edit_format)
        return await self._opening(target.room, target.counter)

    async def again(self, prompt: Prompt, target: Target) -> Prompt:
        """``prompt``, which goes on after a reply. For a model that did not read its beginning it is made anew.

        The conversation is the same, in the new window: the context is made smaller, and where that does not do, the
        rounds between the task and the last refusal are left out.
        """
        if target.number == self._made_for:
            return prompt
        self._made_for = target.number
        self._read_by(target)
        tail = prompt.messages[_OPENING:]
        for kept in (tail, tail[-_LAST_ROUND:]):
            room = None if target.room is None else max(0, target.room - count_messages(kept))
            opening = await self._opening(room, target.counter)
            messages = (*opening.messages, *kept)
            tokens = count_messages(messages)
            if target.room is None or tokens <= target.room:
                break
        return replace(
            prompt, messages=messages, tokens=tokens, stable_prefix="".join(each.content for each in messages[:-1])
        )

    def _read_by(self, target: Target) -> None:
        profile = target.policy.profile
        self.request = replace(self.request, reader=profile.model, reader_thinks=bool(profile.facts.reasons))

    async def _opening(self, room: int | None, counter: TokenCounter) -> Prompt:
        request = replace(self.request, edit_format=self.edit_format)
        pack, prompt = await self.prepare(request, counter)
        if room is None or prompt.tokens <= room or not request.budget:
            return prompt
        budget = max(0, min(request.budget, pack.tokens) - (prompt.tokens - room))
        _, smaller = await self.prepare(replace(request, budget=budget), counter)
        if smaller.tokens >= prompt.tokens:
            return prompt
        text = (
            f"The model's window has room for a prompt of about {room:,} tokens: the context was made smaller to fit "
            "it."
        )
        self.listener(TurnEvent(kind="stage", text=text, stage=TurnStage.CONTEXT, attempt=0))
        return smaller
