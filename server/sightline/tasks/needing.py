"""Rounds in which the model asks for more code before it does the task: bounded, shown, and counted.

Edits win: a reply that holds some is tried as it is. What it asked for beside them is told to the user, and comes with
the next message if the edits are refused.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from sightline.context.asked import Asked, AskedRequest, asked_code
from sightline.context.known import Known, learned
from sightline.context.slices import ShownFile
from sightline.edits.parse import parse_reply
from sightline.graph.view import GraphView
from sightline.models.tokens import count_tokens
from sightline.prompts.build import Prompt
from sightline.prompts.needs import answers_in_short, build_answer, needs_in, with_asked
from sightline.tasks.fitting import Fitting
from sightline.tasks.preparing import TurnDependencies, digest_now, ranges_of
from sightline.tasks.result import Attempt, NeedsRound, TurnEvent, TurnStage

#: What the model asks for may take what the context left of its budget, and at least this share of it, in one turn.
NEEDS_SHARE = 0.25
#: Tokens for the words around the code of one answer.
_AROUND = 200


@dataclass(slots=True, kw_only=True)
class Needing:
    """What the model asked for in one turn."""

    given: TurnDependencies
    fitting: Fitting
    rounds: list[NeedsRound] = field(default_factory=list[NeedsRound])
    #: Lines of the user's files that answers showed.
    _shown: list[ShownFile] = field(default_factory=list[ShownFile])
    _spent: int = 0
    #: Asked for by a reply with edits, to be answered if these are refused.
    _beside: tuple[str, ...] = ()

    @property
    def known(self) -> Known:
        """What the reader of the prompt knows of the user's files."""
        assert self.fitting.opening is not None, "nothing is asked for before something was shown"
        return learned(self.fitting.opening.known, self._shown if self.fitting.whole else ())

    async def answer(self, prompt: Prompt, attempt: Attempt, view: GraphView, *, edits: bool) -> Prompt | None:
        """The next prompt if the reply to ``prompt`` asks for code and may have it; ``None`` where its work goes on.

        ``view`` is what further edits are for; ``edits``: they are wanted.
        """
        names = needs_in(attempt.reply)
        if not names:
            return None
        if edits and await asyncio.to_thread(_has_edits, attempt.reply):
            self._beside = names
            self._tell(f"Beside its edits, the model asked for {', '.join(f'`{name}`' for name in names)}.")
            return None
        left = self.given.needs_rounds - len(self.rounds)
        if left <= 0:
            self._tell(
                f"The model asked for {', '.join(f'`{name}`' for name in names)} and was not asked again: it has had "
                f"its {self.given.needs_rounds} rounds (context.needs_rounds)."
            )
            return None
        asked = await self._asked(names, view, prompt.tokens + count_tokens(attempt.reply))
        self.rounds.append(NeedsRound(attempt=attempt, answers=asked.answers, tokens=asked.pack.tokens))
        self._tell(answers_in_short(asked))
        return build_answer(prompt, attempt.reply, asked, last=left == 1)

    async def with_what_was_asked(self, prompt: Prompt, view: GraphView) -> Prompt:
        """``prompt``, not sent yet, with what the reply before it asked for beside its edits."""
        names, self._beside = self._beside, ()
        if not names:
            return prompt
        asked = await self._asked(names, view, prompt.tokens)
        self._tell(answers_in_short(asked))
        return with_asked(prompt, asked)

    async def _asked(self, names: tuple[str, ...], view: GraphView, tokens: int) -> Asked:
        opening, request = self.fitting.opening, self.fitting.request
        assert opening is not None, "a reply answers something"
        budget = max(request.budget - opening.pack.tokens, round(request.budget * NEEDS_SHARE)) - self._spent
        if self.fitting.room is not None:
            budget = min(budget, self.fitting.room - tokens - _AROUND)
        known = await asyncio.to_thread(lambda: self.known)
        if view is not self.given.view:  # a draft: what is known of a file that it changes is of another text
            known = {path: file for path, file in known.items() if digest_now(view, path) == file.digest}
        asked = await asyncio.to_thread(
            asked_code,
            view,
            AskedRequest(names=names, budget=max(budget, 0), root=request.root, known=ranges_of(known)),
            self.given.index,
            self.given.count_tokens,
            self.given.in_prompt,
        )
        self._spent += asked.pack.tokens
        if view is self.given.view:
            self._shown += asked.pack.shown
        return asked

    def _tell(self, text: str) -> None:
        self.given.listener(TurnEvent(kind="stage", text=text, stage=TurnStage.CONTEXT, attempt=0))


def _has_edits(reply: str) -> bool:
    proposal = parse_reply(reply, "auto")
    return bool(proposal.edits or proposal.problems)
