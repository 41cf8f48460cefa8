"""The façade in editor terms: one object per set of workspace roots. Used from the event loop only.

It wires the rooms together and holds what waits for the user's word. It decides nothing about code, and knows no
editor protocol.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from sightline.base.changes import ChangeSet
from sightline.base.errors import SightlineError, UsageError
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text
from sightline.checks.check import tell_nobody
from sightline.checks.present import present_findings
from sightline.config.settings import Settings
from sightline.context.asked import Asked, AskedRequest, asked_code
from sightline.context.history.index import NO_HISTORY, HistoryIndex
from sightline.context.overview import Overview, overview
from sightline.context.pack import ContextPack
from sightline.engine.additions import PromptAdditions, last_subjects, looks_first
from sightline.engine.conversations import Conversations
from sightline.engine.edit_desk import EditDesk
from sightline.engine.gate import CheckedDiff, DiffSource, check_change
from sightline.engine.graph_questions import DiffImpact, Question, asked_in_thread, impact_of_step
from sightline.engine.handed_out import HandedOutPrompts
from sightline.engine.model import Models, models_of
from sightline.engine.parts import EngineParts
from sightline.engine.prepared import FileAfter, PreparedEdit
from sightline.engine.similarity import Similarities
from sightline.features.feature import FeatureContext, FeatureRequest, FeatureResult, Offer, OffersChoices
from sightline.features.registry import FEATURES
from sightline.graph.live import IndexReport
from sightline.graph.view import GraphView
from sightline.models.tokens import count_tokens
from sightline.prompts.build import Additions, Prompt
from sightline.prompts.needs import needs_in
from sightline.prompts.template_set import TemplateProblem
from sightline.tasks.by_hand import HandedOut, Pasted, hand_out, take_reply
from sightline.tasks.preparing import TurnDependencies, prepare_prompt
from sightline.tasks.proposed import try_changes
from sightline.tasks.result import Listener, TurnRequest, TurnResult
from sightline.tasks.trial import Trial, try_reply
from sightline.tasks.turn import run_turn

__all__ = ["Engine", "FileAfter", "PreparedEdit", "Progress"]

T = TypeVar("T")

#: Called with (what is being read, files done, files in all) while the workspace is indexed.
Progress = Callable[[str, int, int], None]

#: A command that ends after its answer waits so long (seconds) for past commits that it is the first to ask for.
HISTORY_PATIENCE = 10.0


class Engine(EditDesk):
    """Wiring and state of one workspace. Made by :func:`sightline.engine.opening.open_engine`."""

    def __init__(self, parts: EngineParts) -> None:
        super().__init__(parts)
        self._report: IndexReport | None = None
        self._index = parts.index
        self._reading: asyncio.Task[None] | None = None
        self._reading_history: asyncio.Task[None] | None = None
        self._models = models_of(parts.models)
        self._similarities = Similarities(self._models, parts.vectors, parts.settings.context.rerank_seconds)
        self._additions = PromptAdditions(parts.system, parts.settings.prompts, parts.models.where)
        self._conversations = parts.conversations
        self._updates = asyncio.Lock()
        self._handed_out = HandedOutPrompts()

    # Life ------------------------------------------------------------------------------------------------------

    async def start(self, progress: Progress | None = None) -> None:
        """Scans and indexes. May be cancelled; called again, it goes on with what was not read."""
        async with self._updates:
            clock = self._parts.system.clock
            began = clock.monotonic()
            scan = await self._parts.workspace.scan()
            seconds = clock.monotonic() - began
            self._report = await self._parts.graph.build(
                scan, self._parts.workspace.view, progress, scan_seconds=seconds
            )
        self._read_ahead()
        self._models.begin()

    async def imports_known(self) -> None:
        """Waits until the first :meth:`start` knows every file and its imports; definitions may take ten times as long.

        From then on the view answers from them, and its coverage counts the files that are still to be read.
        """
        await self._parts.graph.skimmed.wait()

    async def close(self) -> None:
        """Stops workers, closes stores and connections. Leaves no process."""
        await self._models.close()
        await self._similarities.close()
        await self._warm.close()
        self._index.close()
        if self._reading_history is not None:
            self._reading_history.cancel()
        await asyncio.gather(*filter(None, (self._reading, self._reading_history)), return_exceptions=True)
        await self._parts.graph.close()
        self._pending.close()
        self._conversations.close()

    async def words_read(self) -> None:
        """Waits until the words that are being read in the background, if any, are read."""
        if self._reading is not None:
            await asyncio.wait([self._reading])

    async def history_read(self) -> None:
        """Waits until the past commits that are being read in the background, if any, are read."""
        if self._reading_history is not None:
            await asyncio.wait([self._reading_history])

    @property
    def models(self) -> Models:
        """The user's models."""
        return self._models

    @property
    def conversations(self) -> Conversations:
        """What was said before in this workspace."""
        return self._conversations

    @property
    def settings(self) -> Settings:
        """The settings that hold."""
        return self._parts.settings

    @property
    def report(self) -> IndexReport:
        """What the last indexing found. Raises :class:`SightlineError` before the first one is done."""
        if self._report is None:
            raise SightlineError("The workspace is still being indexed.", hint="Try again shortly.", kind="indexing")
        return self._report

    # What the editor tells -------------------------------------------------------------------------------------

    def workspace_path(self, absolute: str) -> WorkspacePath | None:
        """The workspace path of an absolute path (innermost root), ``None`` outside every root."""
        return self._parts.workspace.path_of(absolute)

    def open_document(self, path: WorkspacePath, text: Text, version: int) -> None:
        """The editor opened a file. The graph follows at once."""
        change = self._parts.workspace.open_document(path, text, version)
        self._parts.graph.update(self._parts.workspace.view, change)

    def change_document(self, path: WorkspacePath, text: Text, version: int) -> None:
        """The editor changed a file; ``text`` is the whole new text."""
        change = self._parts.workspace.change_document(path, text, version)
        self._parts.graph.update(self._parts.workspace.view, change)

    async def close_document(self, path: WorkspacePath) -> None:
        """The editor closed a file; the disk speaks again."""
        change = self._parts.workspace.close_document(path)
        self._parts.graph.update(self._parts.workspace.view, change)

    async def files_changed(self, paths: tuple[WorkspacePath, ...]) -> None:
        """Files or folders changed on disk (watched-file events)."""
        async with self._updates:
            change = await self._parts.workspace.refresh(paths)
            self._warm.disk_changed((*paths, *change.changed, *change.removed))
            await self._parts.graph.refresh(self._parts.workspace.view, change)
        self._read_ahead()

    async def rescan(self) -> None:
        """Looks at the whole disk again; for clients that do not watch files."""
        async with self._updates:
            change = await self._parts.workspace.rescan()
            self._warm.disk_changed((*change.changed, *change.removed))
            await self._parts.graph.refresh(self._parts.workspace.view, change)
        self._read_ahead()

    async def set_roots(self, roots: tuple[str, ...]) -> None:
        """The workspace folders changed. Each is trusted or not for itself; nothing runs while that is not known."""
        async with self._updates:
            self._trusted = False
            try:
                change = await self._parts.workspace.set_roots(roots)
            finally:
                await asyncio.to_thread(self._judge_roots, self.roots)
            await self._parts.graph.refresh(self._parts.workspace.view, change)
        self._read_ahead()

    async def vouch(self, roots: tuple[str, ...]) -> None:
        """The user trusts these folders, which may be added only after this."""
        async with self._updates:
            self._vouched |= frozenset(roots)
            await asyncio.to_thread(self._judge_roots, self.roots)

    async def forbid_tests(self) -> tuple[str, ...]:
        """Takes back the user's word on the tests of every root. What runs already ends as it would have."""
        roots = self._parts.workspace.view.roots
        for root in roots:
            await self._parts.forbid_tests(root)
        return roots

    # What the user asks ----------------------------------------------------------------------------------------

    async def run(self, request: FeatureRequest, listener: Listener) -> FeatureResult:
        """Runs a command. Cancelling the task cancels everything under it; the model server sees its socket closed.

        Raises :class:`UsageError` for an unknown command, and whatever the command raises.
        """
        feature = FEATURES.get(request.command)
        if feature is None:
            known = ", ".join(f"/{name}" for name in FEATURES)
            raise UsageError(f"There is no command /{request.command}.", hint=f"Commands: {known}.")

        async def run_this_turn(turn: TurnRequest) -> TurnResult:
            return await self.ask(turn, listener)

        return await feature.run(
            request,
            FeatureContext(
                view=await self.caught_up(),
                listener=listener,
                run_turn=run_this_turn,
                build_prompt=self.build_prompt,
                propose=self.propose,
                hand_out=self.hand_out,
                take_reply=partial(self.take_reply, listener),
                diagnose=self._diagnose,
                prepare_undo=self.hold_undo,
                prepare_redo=self.hold_redo,
                overview=self.overview,
                default_budget=self.settings.context.budget,
            ),
        )

    async def offers(self, request: FeatureRequest) -> tuple[Offer, ...]:
        """What a command has to offer at a place; empty for a command that is offered everywhere or is unknown."""
        feature = FEATURES.get(request.command)
        if not isinstance(feature, OffersChoices):
            return ()
        return await asyncio.to_thread(feature.offers, request, await self.caught_up())

    async def ask_graph(self, question: Question[T], view: GraphView | None = None) -> T:
        """Asks the graph something, in a thread; cancelling gives the question up. Of ``view``, else of the present."""
        return await asked_in_thread(question, view or await self.caught_up())

    async def impact_of_diff(self, source: DiffSource, depth: int) -> DiffImpact:
        """Who is affected by a change that somebody made or wants to make. Raises as checking it does."""
        return await impact_of_step(source, await self.caught_up(), self._trial_policy(), depth)

    async def propose(self, turn: str, label: str, changes: ChangeSet) -> TurnResult:
        """Tries an edit that no model made on the present snapshot. It waits under ``turn`` for :meth:`prepare`."""
        result = await try_changes(turn, changes, await self.caught_up(), self._trial_policy())
        self._pending.add(result, label=label[:120])
        return result

    async def ask(self, request: TurnRequest, listener: Listener) -> TurnResult:
        """Runs one turn. An accepted or refused edit waits under ``request.turn`` for :meth:`prepare`."""
        async with self._conversations.turn(request.conversation) as conversation:
            if conversation.model:
                self._models.gateway.holds(conversation.name, conversation.model, private=conversation.private)
            models = await self._models.turn(request)
            past, view = await self._past(), await self.caught_up()
            given = replace(self._dependencies(view, listener, past, private=models.private), conversation=conversation)
            result = await run_turn(request, given, models)
            self._pending.add(result, label=request.label)
            if result.conversation is not None:
                await self._conversations.keep(result.conversation, self._models.gateway)
        return result

    async def build_prompt(self, request: TurnRequest) -> tuple[ContextPack, Prompt]:
        """The context and the prompt of a task, which may go on with a conversation; no model is asked."""
        prepared = await prepare_prompt(request, await self._unasked(request), await self._models.counter())
        return prepared.pack, prepared.prompt

    async def hand_out(self, request: TurnRequest) -> HandedOut:
        """The prompt of a task for a chat of the user's. What it replies is for :meth:`take_reply`."""
        handed = await hand_out(request, await self._unasked(request), await self._models.counter())
        self._handed_out.keep(handed)
        return handed

    async def take_reply(self, listener: Listener, turn: str, text: str, answers: str) -> Pasted:
        """Tries the reply of a chat to the prompt of the turn ``answers``, the last one handed out if that is "".

        Its edit waits under ``turn`` for :meth:`prepare`. Raises :class:`UsageError` where ``text`` is no reply.
        """
        answered = self._handed_out.find(answers)
        given = self._dependencies(await self.caught_up(), listener, NO_HISTORY)
        policy = self._trial_policy()
        pasted = await take_reply(turn, text, answered, given, policy, self.answer_needs)
        if pasted.result is not None:
            self._pending.add(pasted.result, label=pasted.task)
        return pasted

    async def _unasked(self, request: TurnRequest) -> TurnDependencies:
        """What a prompt is made of that we send to no model."""
        talk = await self._conversations.load(request.conversation) if request.conversation else None
        private = await self._models.stays_private(request) or bool(talk and talk.private)
        given = self._dependencies(await self.caught_up(), lambda _: None, await self._past(), private=private)
        return replace(given, conversation=talk) if talk is not None else given

    async def overview(self, root: str) -> Overview:
        """What a root is made of; its last commits too where the user trusts it."""
        view = await self.caught_up()
        found = await asyncio.to_thread(overview, view, root, self._permissions.why_not_shown)
        if not self._trusted:
            return found
        return found.with_recent(await last_subjects(self._system, root))

    def template_problems(self) -> tuple[TemplateProblem, ...]:
        """Mistakes in the templates of the user and of the first root."""
        return self._additions.templates(self.roots[0], trusted=self._trusted).problems

    async def try_text(self, text: str, edit_format: str, *, strict: bool = False) -> Trial:
        """Tries a reply from anywhere (a web chat, another agent) on the present snapshot."""
        return await try_reply(text, edit_format, await self.caught_up(), self._trial_policy(strict=strict))

    async def answer_needs(self, text: str) -> Asked | None:
        """The code that a reply from anywhere asks for, within the budget of prompts; ``None`` if it asks for none.

        None is given where the settings let no model ask (``context.needs_rounds``).
        """
        names = needs_in(text) if self.settings.context.needs_rounds else ()
        if not names:
            return None
        view, permitted = await self.caught_up(), self._permissions.why_not_shown
        wanted = AskedRequest(names=names, budget=self.settings.context.budget, known={})
        await asyncio.to_thread(self._index.follow, view)  # no prompt need have been made before
        return await asyncio.to_thread(asked_code, view, wanted, self._index, count_tokens, permitted)

    async def check(
        self, source: DiffSource, *, strict: bool = False, told: Callable[[str], None] = tell_nobody
    ) -> CheckedDiff:
        """Judges a change that was made, or that somebody wants to make. Raises :class:`UsageError` (``gate.py``)."""
        policy = replace(self._trial_policy(strict=strict), told=told)
        return await check_change(source, await self.caught_up(), policy)

    # -----------------------------------------------------------------------------------------------------------

    def _read_ahead(self) -> None:
        """Reads new words in a thread, so that no question waits for it; one that comes meanwhile takes over."""
        if self._parts.live and (self._reading is None or self._reading.done()):
            work = asyncio.to_thread(self._index.follow_patiently, self.view)
            self._reading = asyncio.get_running_loop().create_task(work)
        if self._parts.live:
            self._read_history()

    def _read_history(self) -> None:
        """Reads what is new in the past in the background, where the user trusts every root: git is asked."""
        if self._trusted and (self._reading_history is None or self._reading_history.done()):
            work = self._parts.history.follow(self._system, self.roots)
            self._reading_history = asyncio.get_running_loop().create_task(work)

    async def _past(self) -> HistoryIndex:
        """What past commits say, as far as it is known: an editor's question waits for none."""
        if not self._trusted:
            return NO_HISTORY
        self._read_history()
        if not self._parts.live and self._reading_history is not None:
            await asyncio.wait([self._reading_history], timeout=HISTORY_PATIENCE)
        return self._parts.history.index

    def _dependencies(
        self, view: GraphView, listener: Listener, past: HistoryIndex, *, private: bool = False
    ) -> TurnDependencies:
        def additions(request: TurnRequest) -> Additions:
            looks = looks_first(
                self.settings.prompts.analyse, request.task_type, request.reader, reasons=request.reader_thinks
            )
            permitted = self._permissions.why_not_shown
            root, kind = request.root, request.task_type
            own = self._additions.of(view, root, kind, permitted, trusted=self._trusted, looks=looks)
            return replace(own, overview=self._additions.overview(view, root, kind, permitted, request.budget))

        return TurnDependencies(
            view=view,
            index=self._index,
            system=self._system,
            listener=listener,
            count_tokens=count_tokens,
            in_prompt=self._permissions.why_not_shown,
            in_edit=self._permissions.why_not_touched,
            trusted=self._trusted,
            history=past,
            checks=self._checks,
            edit_format=self.settings.edits.format or "",
            additions=additions,
            repair_rounds=self.settings.edits.repair_rounds,
            instruction_files=self.settings.context.instruction_files,
            needs_rounds=self.settings.context.needs_rounds,
            compare=self._similarities.compare(private=private) if self.settings.context.rerank else None,
        )

    async def _diagnose(self, path: WorkspacePath, span: Span | None) -> tuple[str, ...]:
        found = await present_findings(await self.caught_up(), path, self._system, span=span)
        return tuple(f"{finding.path}:{finding.line}: {finding.message}" for finding in found)
