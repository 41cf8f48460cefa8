"""Opens an engine: everything it is wired from, in one place."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial

from sightline.base.paths import normal_root
from sightline.base.system import System
from sightline.checks.shadow import sweep
from sightline.config.locations import Locations
from sightline.config.settings import ConversationSettings, Settings
from sightline.context.history.live import CommitHistory
from sightline.context.lexical import LexicalIndex
from sightline.context.lexical_store import LexicalStore
from sightline.engine.check_policy import AskConsent, Permission, check_policy
from sightline.engine.cloud_leave import AskCloud, cloud_allowed, cloud_asked
from sightline.engine.conversations import Conversations
from sightline.engine.engine import Engine
from sightline.engine.model import ModelParts
from sightline.engine.model_stores import open_stores, open_vectors
from sightline.engine.parts import EngineParts, Trusts
from sightline.graph.live import LiveGraph
from sightline.models.calibration import Calibration
from sightline.sessions.conversations import ConversationLimits, ConversationStore
from sightline.sessions.journal import EditJournal
from sightline.workspace.live import LiveWorkspace
from sightline.workspace.scan import ScanOptions
from sightline.workspace.write import recover


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """What a door decides: which roots, with which settings, and which roots the user trusts.

    ``live``: the engine stays, so what the first question needs is read as soon as the workspace is indexed. ``ask``
    asks the user whether tests may run on edits, ``ask_cloud`` whether a cloud may have what a private model would
    answer; without them only what they said before counts.
    """

    roots: tuple[str, ...]
    system: System
    settings: Settings
    where: Locations
    trusts: Trusts
    live: bool = False
    ask: AskConsent | None = None
    ask_cloud: AskCloud | None = None


async def open_engine(options: EngineOptions) -> Engine:
    """An engine for ``options``; not yet indexed (:meth:`Engine.start`).

    A multi-file write that a crash interrupted is rolled back or finished first. Raises ``SightlineError`` when the
    state folder cannot be used.
    """
    settings, where = options.settings, options.where
    roots = tuple(normal_root(root) for root in options.roots)
    system = options.system.outside(roots)
    journal_folder = f"{where.session_store(roots)}/writes"
    recover(system, journal_folder)
    await asyncio.to_thread(sweep, system, where.copies)
    permission = Permission(system=system, where=where, ask=options.ask)
    workspace = LiveWorkspace(
        system,
        roots,
        ScanOptions(
            maximum_files=settings.workspace.maximum_files, allow_large_root=settings.workspace.allow_large_root
        ),
    )
    return Engine(
        EngineParts(
            system=options.system,
            settings=settings,
            trusts=options.trusts,
            workspace=workspace,
            graph=LiveGraph(system, where.graph_store(roots), workers=settings.workspace.workers or None),
            journal=partial(EditJournal, system, where.session_store(roots)),
            models=ModelParts(
                system=system,
                settings=settings,
                where=where,
                leave=partial(cloud_allowed, system, where, roots),
                ask_leave=cloud_asked(system, where, roots, options.ask_cloud) if options.ask_cloud else None,
                stores=partial(open_stores, system, where, settings.cache),
                calibration=Calibration(system.files, where.token_counts),
                stays=options.live,
            ),
            conversations=Conversations(
                partial(ConversationStore, system, where.session_store(roots), limits_of(settings.conversations)),
                keep=settings.conversations.keep,
            ),
            write_journal=journal_folder,
            index=LexicalIndex(LexicalStore(where.lexical_store(roots))),
            history=CommitHistory(LexicalStore(where.history_store(roots))),
            checks=check_policy(settings, where, permission.given),
            forbid_tests=permission.take_back,
            vectors=partial(open_vectors, system, where),
            live=options.live,
        )
    )


def limits_of(kept: ConversationSettings) -> ConversationLimits:
    """How much is kept by the settings."""
    return ConversationLimits(seconds=kept.days * 86_400.0, most=kept.most)
