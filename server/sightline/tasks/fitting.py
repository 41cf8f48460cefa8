"""Prompts of one turn, each made for the model that will read it: its edit format, and what its window has room for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from sightline.models.questions import Target
from sightline.models.tokens import TokenCounter, count_messages
from sightline.prompts.build import Prompt
from sightline.prompts.conversation import Conversation
from sightline.tasks.preparing import USUAL_FORMAT, Prepared, without_messages
from sightline.tasks.result import Listener, TurnEvent, TurnRequest, TurnStage

#: Messages of the last round: the reply that was refused, and why.
_LAST_ROUND = 2
#: A conversation goes on with less new code than asked for down to this share of the budget; else it is made anew,
LEAST_SHARE = 0.2
#: to this share of the room at most, so that the next turns need not do it again.
REFIT_SHARE = 0.6
#: Tokens of a conversation where nobody knows how many the model reads.
LONGEST = 120_000

Prepare = Callable[[TurnRequest, Conversation, TokenCounter], Awaitable[Prepared]]


@dataclass(frozen=True, slots=True)
class _Preparing:
    """Makes prompts for one model."""

    prepare: Prepare
    counter: TokenCounter

    async def of(self, request: TurnRequest, talk: Conversation) -> Prepared:
        return await self.prepare(request, talk, self.counter)

    async def smaller(self, request: TurnRequest, prepared: Prepared, room: int, talk: Conversation) -> Prepared:
        budget = max(0, min(request.budget, prepared.pack.tokens) - (prepared.prompt.tokens - room))
        return await self.of(replace(request, budget=budget), talk)


@dataclass(slots=True, kw_only=True)
class Fitting:
    """Makes the prompts of ``request``. The edit format is the first model's, and stays it for the whole turn.

    ``expect`` says how many tokens a reply in a format cannot do without; it is called in a thread.
    """

    request: TurnRequest
    prepare: Prepare
    listener: Listener
    conversation: Conversation
    expect: Callable[[str], int] | None = None
    edit_format: str = ""
    expected_tokens: int = 0
    opening: Prepared | None = None
    #: Tokens there is room for in a prompt of the model that answers, ``None`` where that is not known.
    room: int | None = None
    #: Whether the last prompt holds every round of the turn.
    whole: bool = True
    _made_for: int | None = field(default=None)

    async def first(self, target: Target) -> Prompt:
        """The prompt of the task, its context made smaller where the model's window has no room for all of it."""
        had = self.conversation.edit_format if self.conversation.messages else ""
        best = target.policy.profile.facts.edit_format
        self.edit_format = self.request.edit_format or had or best or USUAL_FORMAT
        self._read_by(target)
        if self.expect is not None:
            self.expected_tokens = await asyncio.to_thread(self.expect, self.edit_format)
        return await self._opened(target.room, target.counter)

    async def again(self, prompt: Prompt, target: Target) -> Prompt:
        """``prompt``, which goes on after a reply. For a model that did not read its beginning it is made anew.

        The conversation is the same, in the new window: the context is made smaller, and where that does not do, the
        rounds between the task and the last refusal are left out.
        """
        if target.number == self._made_for:
            return prompt
        assert self.opening is not None, "what goes on has begun"
        self._read_by(target)
        tail = prompt.messages[len(self.opening.prompt.messages) :]
        for kept in (tail, tail[-_LAST_ROUND:]):
            room = None if target.room is None else max(0, target.room - count_messages(kept))
            opening = await self._opened(room, target.counter)
            messages = (*opening.messages, *kept)
            tokens = count_messages(messages)
            self.whole = self.whole and kept == tail
            if target.room is None or tokens <= target.room:
                break
        return replace(
            prompt, messages=messages, tokens=tokens, stable_prefix="".join(each.content for each in messages[:-1])
        )

    def _read_by(self, target: Target) -> None:
        profile = target.policy.profile
        self._made_for, self.room = target.number, target.room
        self.request = replace(self.request, reader=profile.model, reader_thinks=bool(profile.facts.reasons))

    async def _opened(self, room: int | None, counter: TokenCounter) -> Prompt:
        request = replace(self.request, edit_format=self.edit_format)
        self.opening = await self._opening(request, room, _Preparing(self.prepare, counter))
        if self.opening.untold:
            files = ", ".join(map(str, self.opening.untold))
            self._tell(f"The new text of {files} had no room in the prompt: the model is told that the old one is.")
        return self.opening.prompt

    async def _opening(self, request: TurnRequest, room: int | None, made: _Preparing) -> Prepared:
        prepared = await made.of(request, self.conversation)
        goes_on = bool(self.conversation.messages)
        if room is None and goes_on:
            room = LONGEST
        if room is None or prepared.prompt.tokens <= room or not request.budget:
            return prepared
        if goes_on:
            return await self._refitted(request, prepared, room, made)
        smaller = await made.smaller(request, prepared, room, self.conversation)
        if smaller.prompt.tokens >= prepared.prompt.tokens:
            return prepared
        self._tell(
            f"The model's window has room for a prompt of about {room:,} tokens: the context was made smaller to fit "
            "it."
        )
        return smaller

    async def _refitted(self, request: TurnRequest, prepared: Prepared, room: int, made: _Preparing) -> Prepared:
        """Less new code where that does; else the messages so far are dropped, and their turns told in short."""
        least = round(request.budget * LEAST_SHARE)
        smaller = await made.of(replace(request, budget=least), self.conversation)
        if smaller.prompt.tokens <= room:
            self._tell(
                f"The model's window has room for a prompt of about {room:,} tokens: less code was added to the "
                "conversation, to fit it."
            )
            return smaller
        bare = without_messages(self.conversation)
        anew, most = await made.of(request, bare), round(room * REFIT_SHARE)
        if anew.prompt.tokens > most:
            anew = await made.smaller(request, anew, most, bare)
        turns = len(self.conversation.turns)
        those = f"its first {turns} turns" if turns > 1 else "its first turn"
        self._tell(
            f"The conversation no longer fits: there is room for about {room:,} tokens, and it has "
            f"{prepared.prompt.tokens:,}. The code and the replies of {those} "
            "were dropped; what they were about is kept in short, and the code of this task was chosen anew."
        )
        return anew

    def _tell(self, text: str) -> None:
        self.listener(TurnEvent(kind="stage", text=text, stage=TurnStage.CONTEXT, attempt=0))
