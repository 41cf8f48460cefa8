"""``CommitHistory``: the past commits of a workspace, read in the background and kept up to date with its branch.

Only new commits are read when the branch moves, whatever moved it: a commit is known by its identifier, and what is
listed no longer is forgotten. Used from the event loop; git runs as a process, its output is read in threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sightline.base.system import System
from sightline.context.history.commits import Commit
from sightline.context.history.index import NO_HISTORY, HistoryIndex, PastCommits
from sightline.context.history.reading import (
    Repository,
    find_repositories,
    list_commits,
    read_commits,
    read_definitions,
)
from sightline.context.history.saved import commits_version, pack_commits, unpack_commits
from sightline.context.lexical_store import LexicalStore
from sightline.workspace.repository import branch_stamp, repository_top


class CommitHistory:
    """What is known of the past so far (:attr:`index`). For trusted workspaces: git reads their configuration."""

    def __init__(self, store: LexicalStore | None = None) -> None:
        self._store = store
        self._loaded = store is None
        self._known: dict[str, Commit] = {}
        self._listed: dict[Repository, tuple[str, ...]] = {}
        self._stamps: object = None
        self._index = NO_HISTORY
        self._lock = asyncio.Lock()

    @property
    def index(self) -> HistoryIndex:
        """The history as far as it is read; empty until then, and where there is none."""
        return self._index

    def forget(self) -> None:
        """Answers nothing until the next :meth:`follow`; for a workspace that is trusted no more."""
        self._index, self._listed, self._stamps = NO_HISTORY, {}, None

    async def follow(self, system: System, roots: Sequence[str]) -> None:
        """Brings the history up to what is checked out now. Never raises; git is not run when nothing changed.

        May be cancelled; what was read by then counts.
        """
        async with self._lock:
            stamps = await asyncio.to_thread(_stamps, system, roots)
            if stamps == self._stamps:
                return
            if not any(stamps.values()):
                self.forget()
                self._stamps = stamps
                return
            if not self._loaded and self._store is not None:
                data = await asyncio.to_thread(self._store.load, commits_version())
                self._known = await asyncio.to_thread(unpack_commits, data)
                self._loaded = True
            listed = {each: await list_commits(system, each) for each in await find_repositories(system, roots)}
            if listed != self._listed:
                before = self._known.copy()
                try:
                    await self._read(system, listed)
                except asyncio.CancelledError:  # what was read by now need not be read again
                    await self._save()
                    raise
                self._listed = listed
                kept = {each for identifiers in listed.values() for each in identifiers}
                self._known = {identifier: commit for identifier, commit in self._known.items() if identifier in kept}
                if self._known != before:
                    await self._save()
            if listed and all(listed.values()):  # else git could not say: it is asked again next time
                self._stamps = stamps

    async def _read(self, system: System, listed: dict[Repository, tuple[str, ...]]) -> None:
        """Reads what is not known: messages and files first, which is quick, then definitions."""
        for repository, identifiers in listed.items():
            unknown = [each for each in identifiers if each not in self._known]
            async for commits in read_commits(system, repository, unknown):
                self._known.update((each.identifier, each) for each in commits)
        await self._publish(listed)
        for repository, identifiers in listed.items():
            commits = [self._known[each] for each in identifiers if each in self._known]
            unread = [each.identifier for each in commits if each.definitions is None]
            async for found in read_definitions(system, repository, unread):
                for identifier, definitions in found.items():
                    self._known[identifier] = self._known[identifier].with_definitions(definitions)
        await self._publish(listed)

    async def _publish(self, listed: dict[Repository, tuple[str, ...]]) -> None:
        past = [
            PastCommits(repository.prefixes, [self._known[each] for each in identifiers if each in self._known])
            for repository, identifiers in listed.items()
        ]
        self._index = await asyncio.to_thread(HistoryIndex, past)

    async def _save(self) -> None:
        """Packs and saves what is known now, in a thread: both take long for thousands of commits."""
        if self._store is not None:
            await asyncio.to_thread(_save, self._store, tuple(self._known.values()))


def _save(store: LexicalStore, commits: Sequence[Commit]) -> None:
    store.save(commits_version(), pack_commits(commits))


def _stamps(system: System, roots: Sequence[str]) -> dict[str, tuple[bytes, ...]]:
    """What changes for each root when another commit is checked out; empty for one that is in no repository."""
    tops = {root: repository_top(system, root) for root in roots}
    return {root: branch_stamp(system, top) if top else () for root, top in tops.items()}
