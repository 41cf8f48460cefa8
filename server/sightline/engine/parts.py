"""What an engine is made of, handed over by ``opening.py``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sightline.base.system import System
from sightline.checks.policy import CheckPolicy
from sightline.config.settings import Settings
from sightline.context.history.live import CommitHistory
from sightline.context.lexical import LexicalIndex
from sightline.engine.conversations import Conversations
from sightline.engine.model import ModelParts
from sightline.graph.live import LiveGraph
from sightline.models.vector_store import VectorStore
from sightline.sessions.journal import EditJournal
from sightline.workspace.live import LiveWorkspace

#: Whether the user trusts a root, as far as is known at the moment of asking.
Trusts = Callable[[str], bool]

ForbidTests = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineParts:
    """What an engine is made of.

    ``system`` is the machine; of its ``PATH`` the engine leaves out what lies in a root, as they come and go.
    ``journal`` opens the edit journal when it is first needed: a home that cannot be written is no reason not to index.
    ``write_journal`` is the folder of the crash journal for files on disk. ``live``: words of the workspace are read in
    the background, not at the first question. ``checks``: programs that the checks may run. ``forbid_tests`` takes back
    the user's word on the tests of a root. ``vectors`` opens the store of vectors when it is first needed.
    """

    system: System
    settings: Settings
    trusts: Trusts
    workspace: LiveWorkspace
    graph: LiveGraph
    journal: Callable[[], EditJournal]
    write_journal: str
    index: LexicalIndex
    history: CommitHistory
    models: ModelParts
    conversations: Conversations
    checks: CheckPolicy
    forbid_tests: ForbidTests
    vectors: Callable[[], VectorStore]
    live: bool = False
