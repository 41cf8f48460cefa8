"""The prompt of one task: the first of a conversation, or one that goes on with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.checks.policy import NO_PROGRAMS, CheckPolicy
from sightline.context.build import find_ranking, pack_found, without_secrets
from sightline.context.candidates import Gate, Ranking
from sightline.context.exact import CountTokens, ExactCount
from sightline.context.history.index import NO_HISTORY, HistoryIndex
from sightline.context.known import Known, KnownFile, learned
from sightline.context.lexical import LexicalIndex
from sightline.context.pack import ContextPack
from sightline.context.packing import KIND
from sightline.context.ranges import Lines
from sightline.context.repository_notes import NO_NOTES, NotesRequest, RepositoryNotes, repository_notes
from sightline.context.request import ContextRequest
from sightline.context.reranking import Compare, comparable, cut, reranked
from sightline.edits.instructions import instructions
from sightline.graph.view import GraphView
from sightline.models.tokens import TokenCounter
from sightline.prompts.build import NOTHING_MORE, Additions, Prompt, build_prompt, overview_section
from sightline.prompts.classify import is_read_only
from sightline.prompts.conversation import Conversation
from sightline.prompts.follow_up import build_follow_up, earlier_text
from sightline.prompts.since import Showing, since
from sightline.tasks.result import Listener, TurnEvent, TurnRequest, TurnStage
from sightline.tasks.trial import Permitted

#: What a model is asked for where neither the user nor the list of models says better.
USUAL_FORMAT = "search_replace"
#: A task that goes on with a conversation may add so much of the budget in code: what it is about is mostly above.
FOLLOW_UP_SHARE = 0.5
#: Code that changed may take so much of that.
CHANGED_SHARE = 0.75

_NOBODY = Conversation(name="")


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnDependencies:
    """Everything a turn needs from outside; built by the engine.

    ``in_prompt`` and ``in_edit`` say which files may be shown to a model and which may be touched; ``edit_format`` is
    the user's word on it ("" for none), ``repair_rounds`` how often a refused edit is sent back, ``needs_rounds`` how
    often the model may ask for more code. ``history`` is what past commits say; empty where git may not be asked.
    ``conversation`` is the one that the turn goes on with. ``additions`` is what a prompt has besides the task and its
    code; called in a thread. ``instruction_files`` are names of the repository's own notes for whoever works on it,
    which are read in trusted workspaces. ``compare`` says how alike texts are to the task in meaning; ``None`` where
    nobody is to be asked.
    """

    view: GraphView
    index: LexicalIndex
    system: System
    listener: Listener
    count_tokens: CountTokens
    in_prompt: Permitted
    in_edit: Permitted
    trusted: bool
    history: HistoryIndex = NO_HISTORY
    checks: CheckPolicy = NO_PROGRAMS
    edit_format: str = ""
    repair_rounds: int = 3
    needs_rounds: int = 2
    conversation: Conversation = _NOBODY
    additions: Callable[[TurnRequest], Additions] = lambda _: NOTHING_MORE
    instruction_files: tuple[str, ...] = ()
    compare: Compare | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A prompt and the code that is new in it.

    ``known_before`` is what its reader knows of the files without that code. ``conversation`` is the one it goes on
    with, without its messages where these had to be dropped; ``untold`` are files that changed and for whose new text
    there was no room, ``problems`` sentences on templates of the user's and on meanings that could not be compared.
    """

    pack: ContextPack
    prompt: Prompt
    conversation: Conversation
    known_before: Known = field(default_factory=dict[WorkspacePath, KnownFile])
    untold: tuple[WorkspacePath, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def known(self) -> Known:
        """What the reader of the prompt knows of the files: a digest for each of their lines.

        That takes about as long as packing them, so it is made when it is asked for, and not on the event loop.
        """
        return learned(self.known_before, self.pack.shown)


async def prepare_prompt(
    request: TurnRequest,
    given: TurnDependencies,
    counter: TokenCounter | None = None,
    conversation: Conversation | None = None,
) -> Prepared:
    """The context and the prompt of a task, without asking any model; ``counter`` is that of the model to read it.

    ``conversation`` takes the place of the given one.
    """
    count: CountTokens | ExactCount = given.count_tokens
    if counter is not None:
        given, count = replace(given, count_tokens=counter.count), _counting(counter)
    talk = conversation or given.conversation
    ranking = await _by_meaning(request, given, talk, given.compare) if given.compare else None
    prepared = await asyncio.to_thread(_prepare, request, given, talk, count, ranking)
    for problem in prepared.problems:
        given.listener(TurnEvent(kind="stage", text=problem, stage=TurnStage.PROMPT, attempt=0))
    if counter is not None:
        tokens = await asyncio.to_thread(counter.count_messages, prepared.prompt.messages)
        prepared = replace(prepared, prompt=replace(prepared.prompt, tokens=tokens))
    return prepared


async def _by_meaning(
    request: TurnRequest, given: TurnDependencies, conversation: Conversation, compare: Compare
) -> Ranking:
    """The ranking of a task after its best pieces were compared with it in meaning, or as it was."""
    asked = without_secrets(_context_request(request, request.budget, conversation))
    gate = Gate(given.view.workspace, given.in_prompt)
    ranking = await asyncio.to_thread(_rank, asked, given, gate)
    pieces = await asyncio.to_thread(comparable, given.view, ranking, gate)
    compared = await compare(cut(asked.task), [piece.text for piece in pieces], request.turn)
    return await asyncio.to_thread(reranked, ranking, pieces, compared)


def _counting(counter: TokenCounter) -> CountTokens | ExactCount:
    return counter.count if counter.vocabulary is None else ExactCount(counter.count, counter.vocabulary)


def _prepare(
    request: TurnRequest,
    given: TurnDependencies,
    conversation: Conversation,
    count: CountTokens | ExactCount,
    ranking: Ranking | None = None,
) -> Prepared:
    if conversation.messages:
        return _prepare_follow_up(request, given, conversation, count, ranking)
    own = given.additions(request)
    taken = given.count_tokens(overview_section(own.overview), KIND) if own.overview else 0
    asked = _context_request(request, max(request.budget - taken, 0), conversation)
    pack = _pack(asked, given, count, ranking)
    additions = _additions(own, request, given, pack)
    prompt = build_prompt(
        request.task_type,
        request.task,
        pack,
        _instructions(request, given, ""),
        diagnostics=request.diagnostics,
        earlier=earlier_text(conversation, lambda path: digest_now(given.view, path)),
        additions=additions,
    )
    return Prepared(
        pack=pack,
        prompt=prompt,
        conversation=conversation,
        problems=_problems(additions, pack),
    )


def _rank(asked: ContextRequest, given: TurnDependencies, gate: Gate) -> Ranking:
    return find_ranking(given.view, asked, given.index, gate, given.history)


def _pack(
    asked: ContextRequest, given: TurnDependencies, count: CountTokens | ExactCount, ranking: Ranking | None
) -> ContextPack:
    gate = Gate(given.view.workspace, given.in_prompt)
    return pack_found(given.view, ranking or _rank(asked, given, gate), asked, count, gate)


def _prepare_follow_up(
    request: TurnRequest,
    given: TurnDependencies,
    conversation: Conversation,
    count: CountTokens | ExactCount,
    ranking: Ranking | None,
) -> Prepared:
    view = given.view
    budget = round(request.budget * FOLLOW_UP_SHARE)
    alone = bool(request.root) or len(view.workspace.roots) == 1
    showing = Showing(
        count=lambda text: given.count_tokens(text, KIND),
        most=round(budget * CHANGED_SHARE),
        name=lambda path: path.relative if alone else path.absolute,
    )
    changed = since(view, conversation.known, Gate(view.workspace, given.in_prompt), showing)
    asked = _context_request(request, budget - changed.tokens, conversation, changed.known)
    pack = _pack(asked, given, count, ranking)
    additions = _additions(given.additions(request), request, given, pack)
    prompt = build_follow_up(
        conversation,
        changed,
        request.task_type,
        request.task,
        pack,
        _instructions(request, given, conversation.edit_format),
        diagnostics=request.diagnostics,
        digest_now=lambda path: digest_now(view, path),
        additions=additions,
    )
    return Prepared(
        pack=pack,
        prompt=prompt,
        known_before=changed.known,
        conversation=conversation,
        untold=changed.untold,
        problems=_problems(additions, pack),
    )


def _additions(own: Additions, request: TurnRequest, given: TurnDependencies, pack: ContextPack) -> Additions:
    return replace(own, needs=given.needs_rounds > 0, notes=_notes(request, given, pack))


def _problems(additions: Additions, pack: ContextPack) -> tuple[str, ...]:
    found = tuple(map(str, additions.templates.problems))
    return (*found, pack.reranking.problem) if pack.reranking and pack.reranking.problem else found


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


def _context_request(
    request: TurnRequest, budget: int, conversation: Conversation, known: Known | None = None
) -> ContextRequest:
    edited = dict.fromkeys(path for turn in conversation.turns for path in turn.changes)
    return ContextRequest(
        task=request.task,
        root=request.root,
        mentions=request.mentions,
        focus=request.focus,
        diagnostics=request.diagnostics,
        open_files=tuple(dict.fromkeys((*request.open_files, *edited))),
        budget=budget,
        task_type=request.task_type,
        known=ranges_of(known or {}),
    )


def ranges_of(known: Known) -> Mapping[WorkspacePath, tuple[Lines, ...]]:
    """The lines that are known of each file."""
    return {path: file.shown for path, file in known.items()}


def _instructions(request: TurnRequest, given: TurnDependencies, had: str) -> str:
    """How edits are written; "" where none are wanted, and in the format ``had`` that was explained before."""
    edit_format = request.edit_format or given.edit_format or had or USUAL_FORMAT
    if is_read_only(request.task_type) or edit_format == had:
        return ""
    return instructions(edit_format)


def digest_now(view: GraphView, path: WorkspacePath) -> str:
    """The digest of a file's text in ``view``, "" where there is none."""
    try:
        return view.workspace.read(path).text.digest
    except SightlineError:
        return ""


def without_messages(conversation: Conversation) -> Conversation:
    """What is left of a conversation for which there is no room: its turns, in short."""
    return replace(conversation, messages=(), known={}, manifest=(), task_type="", edit_format="")
