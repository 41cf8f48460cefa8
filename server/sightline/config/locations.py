"""Where Sightline reads its settings and keeps its own files. ``SIGHTLINE_CACHE_DIR`` moves all that it writes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import platformdirs

from sightline.base.system import System


@dataclass(frozen=True, slots=True, kw_only=True)
class Locations:
    """Folders and files, absolute. ``cache`` may be deleted at any time; ``state`` holds what is precious."""

    user_settings: str
    cache: str
    state: str

    @property
    def trust_file(self) -> str:
        """The roots the user trusts."""
        return f"{self.state}/trust.json"

    @property
    def usage(self) -> str:
        """The record of what models were asked."""
        return f"{self.state}/usage.sqlite3"

    @property
    def consent_file(self) -> str:
        """The roots whose tests may run on edits, or may not."""
        return f"{self.state}/consent.json"

    @property
    def cloud_file(self) -> str:
        """The roots whose requests may go from private models to cloud services, or may not."""
        return f"{self.state}/cloud.json"

    @property
    def switch_file(self) -> str:
        """The model that the user switched to."""
        return f"{self.state}/switch.json"

    @property
    def copies(self) -> str:
        """Copies of workspaces for programs that are at work."""
        return f"{self.cache}/copies"

    @property
    def built(self) -> str:
        """What runners of tests build from proposed edits, kept apart from the user's own build caches."""
        return f"{self.cache}/built"

    @property
    def linted(self) -> str:
        """What linters build of proposed edits without executing any of it: no code of theirs writes it."""
        return f"{self.cache}/linted"

    @property
    def token_counts(self) -> str:
        """What model servers reported about the sizes of prompts."""
        return f"{self.cache}/tokens.json"

    @property
    def vectors(self) -> str:
        """Vectors that models made of texts."""
        return f"{self.cache}/vectors.sqlite3"

    @property
    def leases(self) -> str:
        """Which window asks which local server now, and what they had it load."""
        return f"{self.cache}/leases.sqlite3"

    def graph_store(self, roots: tuple[str, ...]) -> str:
        """Database file of the graph store of these roots."""
        return f"{self.cache}/graph/{_key(roots)}.sqlite"

    def lexical_store(self, roots: tuple[str, ...]) -> str:
        """Database file of the words of these roots."""
        return f"{self.cache}/graph/{_key(roots)}-words.sqlite"

    def history_store(self, roots: tuple[str, ...]) -> str:
        """Database file of the past commits of these roots."""
        return f"{self.cache}/graph/{_key(roots)}-commits.sqlite"

    def session_store(self, roots: tuple[str, ...]) -> str:
        """Folder of the edit journal of these roots."""
        return f"{self.state}/sessions/{_key(roots)}"


def locations(system: System) -> Locations:
    """The folders of this user, by the platform's own conventions."""
    moved = system.environment.get("SIGHTLINE_CACHE_DIR", "").strip()
    configured = system.environment.get("SIGHTLINE_CONFIG", "").strip()
    settings = configured or f"{platformdirs.user_config_dir('sightline', appauthor=False)}/sightline.toml"
    if moved:
        moved = system.files.real_path(moved)
        return Locations(user_settings=settings, cache=f"{moved}/cache", state=f"{moved}/state")
    return Locations(
        user_settings=settings,
        cache=platformdirs.user_cache_dir("sightline", appauthor=False),
        state=platformdirs.user_state_dir("sightline", appauthor=False),
    )


def _key(roots: tuple[str, ...]) -> str:
    return hashlib.blake2b("\n".join(sorted(roots)).encode("utf-8", "surrogateescape"), digest_size=10).hexdigest()
