"""Which files are ignored: git's rules without git, ``.sightlineignore``, and folders that are never of interest.

Precedence, highest first: ``.sightlineignore`` of the nearest folder up to the root, ``.gitignore`` of the nearest
folder up to the top of the repository, ``.git/info/exclude``, the user's global excludes. Within a file the last
pattern that fits decides. A file below an ignored folder is ignored whatever else is said about it (gitignore(5)).

A repository inside another begins anew, as in git. A file that git tracks is not ignored, whatever git's rules say of
it (``.sightlineignore`` may still leave it out): a folder that they ignore is entered for its tracked files alone.
Unlike git: a root that the rules above it ignore was opened on purpose, so those rules do not count below it. Links to
ignore files are not followed, as in git.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from sightline.base.paths import WorkspacePath
from sightline.base.system import TEMPORARY_PREFIX, System
from sightline.workspace.git_index import TrackedFiles
from sightline.workspace.global_excludes import read_global_excludes, read_or_nothing
from sightline.workspace.patterns import IgnorePatterns, as_bytes_text, parse_patterns
from sightline.workspace.repository import Repository, read_repository, repository_top

GIT_IGNORE = ".gitignore"
OWN_IGNORE = ".sightlineignore"

#: Never entered, whatever the rules say: administration of version control, installed packages, caches of tools.
SKIPPED_FOLDERS = frozenset((
    ".git", ".hg", ".svn", ".jj", ".bzr",
    "node_modules", "bower_components", ".pnpm-store",
    "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".import_linter_cache", ".hypothesis", ".eggs",
    ".tox", ".nox", ".ipynb_checkpoints", ".gradle", ".parcel-cache", ".turbo", ".next", ".nuxt", ".svelte-kit",
    ".nyc_output", ".terraform", ".direnv",
))  # fmt: skip

#: A folder that holds one of these is a virtual environment (PEP 405) or a cache (the CACHEDIR.TAG specification).
FOLDER_MARKERS = ("pyvenv.cfg", "CACHEDIR.TAG")

#: Folders whose rules are remembered.
_MOST_FOLDERS = 1 << 12

#: A change of one of these may change what is ignored anywhere below.
RULE_FILES = frozenset((GIT_IGNORE, OWN_IGNORE, *FOLDER_MARKERS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One ignore file. It sees a path as ``prefix`` and the path relative to the root without ``cut`` characters."""

    patterns: IgnorePatterns
    cut: int = 0
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """The index of the repository that a chain belongs to, which sees a path as a :class:`Level` does."""

    files: TrackedFiles
    cut: int = 0
    prefix: str = ""


class Verdict(Enum):
    """What a chain says of an entry. ``TRACKED_BELOW``: a folder that is ignored but for its tracked files."""

    LISTED = auto()
    IGNORED = auto()
    TRACKED_BELOW = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreChain:
    """The ignore files that speak about the entries of one folder, the deciding ones first."""

    own: tuple[Level, ...] = ()
    git: tuple[Level, ...] = ()
    #: The user's global excludes, which a repository inside this one starts with again.
    everywhere: bytes = b""
    tracking: Tracking | None = None
    ignore_case: bool = False
    #: Git ignores a folder above: only what it tracks is listed.
    only_tracked: bool = False

    def judge(self, relative: str, *, is_folder: bool) -> Verdict:
        """Whether an entry, relative to the root (:func:`as_bytes_text`), is ignored; folders above are not asked."""
        own = _answer(self.own, relative, is_folder=is_folder)
        if own:
            return Verdict.IGNORED
        if not self.only_tracked and (own is False or not _answer(self.git, relative, is_folder=is_folder)):
            return Verdict.LISTED
        return self._tracked(relative, is_folder=is_folder)

    def below_ignored(self) -> IgnoreChain:
        """This chain for what lies in a folder that git ignores."""
        return self if self.only_tracked else replace(self, only_tracked=True)

    def _tracked(self, relative: str, *, is_folder: bool) -> Verdict:
        if self.tracking is None:
            return Verdict.IGNORED
        files, path = self.tracking.files, self.tracking.prefix + relative[self.tracking.cut :]
        if files.has_submodule(path) if is_folder else files.has_file(path):
            return Verdict.LISTED
        return Verdict.TRACKED_BELOW if is_folder and files.has_below(path) else Verdict.IGNORED


def _answer(levels: tuple[Level, ...], relative: str, *, is_folder: bool) -> bool | None:
    for level in levels:
        answer = level.patterns.match(level.prefix + relative[level.cut :], is_folder=is_folder)
        if answer is not None:
            return answer
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreRules:
    """All rules of a scan as one immutable value, able to judge any path, scanned or not.

    ``chains`` maps (root, folder relative to it, "" for the root) to the chain that begins there; ``pruned`` are
    folders left out for what lies in them (:data:`FOLDER_MARKERS`).
    """

    chains: Mapping[tuple[str, str], IgnoreChain] = field(default_factory=dict[tuple[str, str], IgnoreChain])
    pruned: frozenset[tuple[str, str]] = frozenset()
    #: What was found of folders, see :meth:`_chain_in`.
    folders: dict[tuple[str, str], tuple[IgnoreChain | None]] = field(
        default_factory=dict[tuple[str, str], "tuple[IgnoreChain | None]"], init=False, repr=False, compare=False
    )

    def is_ignored(self, path: WorkspacePath) -> bool:
        """Whether a file is ignored. The rules are those of the last scan, new ignore files are not looked for."""
        return self._ignores(path, last_is_folder=False)

    def is_ignored_folder(self, path: WorkspacePath) -> bool:
        """Whether a folder, and so everything in it, is ignored."""
        return self._ignores(path, last_is_folder=True)

    def _ignores(self, path: WorkspacePath, *, last_is_folder: bool) -> bool:
        above, _, name = path.relative.rpartition("/")
        chain = self._chain_in(path.root, above)
        return chain is None or self._passed(chain, path.root, path.relative, name, is_folder=last_is_folder) is None

    def _chain_in(self, root: str, folder: str) -> IgnoreChain | None:
        """The chain that speaks of the entries of a folder, ``None`` for one that is ignored.

        It is remembered: a prompt asks about a hundred files of a few folders.
        """
        known = self.folders.get((root, folder))
        if known is None:
            chain, at = self.chains.get((root, ""), _NOTHING), ""
            for name in folder.split("/") if folder else ():
                at = f"{at}/{name}" if at else name
                passed = self._passed(chain, root, at, name, is_folder=True)
                if passed is None:
                    return self._remember(root, folder, None)
                chain = passed
            return self._remember(root, folder, chain)
        return known[0]

    def _remember(self, root: str, folder: str, chain: IgnoreChain | None) -> IgnoreChain | None:
        if len(self.folders) >= _MOST_FOLDERS:
            self.folders.clear()
        self.folders[root, folder] = (chain,)
        return chain

    def _passed(
        self, chain: IgnoreChain, root: str, relative: str, name: str, *, is_folder: bool
    ) -> IgnoreChain | None:
        """The chain that speaks of what lies in an entry; ``None`` for an entry that ``chain`` has ignored."""
        if is_skipped_name(name, is_folder=is_folder) or (root, relative) in self.pruned:
            return None
        verdict = chain.judge(as_bytes_text(relative), is_folder=is_folder)
        if verdict is Verdict.IGNORED:
            return None
        if verdict is Verdict.TRACKED_BELOW:
            chain = chain.below_ignored()
        return self.chains.get((root, relative), chain)

    def tracked_in(self, root: str, folder: str) -> TrackedFiles | None:
        """What the repository whose top is ``folder`` of a root tracked at the scan; ``None`` where there was none."""
        chain = self.chains.get((root, folder))
        tracking = chain.tracking if chain is not None else None
        here = tracking is not None and tracking.cut == (len(as_bytes_text(folder)) + 1 if folder else 0)
        return tracking.files if tracking is not None and here and not tracking.prefix else None


_NOTHING = IgnoreChain()
#: Rules before any scan: only the folders that are always skipped.
NO_RULES = IgnoreRules()


def is_skipped_name(name: str, *, is_folder: bool) -> bool:
    """Whether an entry is skipped for its name alone. A ``.git`` file points to a repository elsewhere."""
    return name in SKIPPED_FOLDERS if is_folder else name == ".git" or name.startswith(TEMPORARY_PREFIX)


def root_chain(system: System, root: str) -> IgnoreChain:
    """The chain that the entries of ``root`` start with: everything but the ignore files in ``root`` itself."""
    everywhere = read_global_excludes(system)
    real = system.files.real_path(root)
    top = repository_top(system, real)
    bare = IgnoreChain(git=(Level(patterns=parse_patterns(everywhere)),), everywhere=everywhere)
    if top is None:
        return bare
    prefix = as_bytes_text(real[len(top.rstrip("/")) + 1 :])
    prefix = f"{prefix}/" if prefix else ""
    repository = read_repository(system, top)
    levels = tuple(Level(patterns=patterns, prefix=prefix) for patterns in _excludes(repository, everywhere))
    folders = prefix.rstrip("/").split("/") if prefix else []
    above = top
    for number, name in enumerate(folders):
        below = "".join(f"{folder}/" for folder in folders[number:])
        patterns = _patterns_in(system, above, GIT_IGNORE, ignore_case=repository.ignore_case)
        levels = (*((Level(patterns=patterns, prefix=below),) if patterns else ()), *levels)
        # A level sees its own folder's entries: cut the part of the path that lies above "name".
        seen = tuple(
            Level(patterns=level.patterns, prefix=level.prefix[: len(level.prefix) - len(below)]) for level in levels
        )
        if _answer(seen, name, is_folder=True):
            return bare
        above = f"{above.rstrip('/')}/{name.encode('latin-1').decode('utf-8', 'surrogateescape')}"
    tracking = Tracking(files=repository.tracked, prefix=prefix)
    return IgnoreChain(git=levels, everywhere=everywhere, tracking=tracking, ignore_case=repository.ignore_case)


def folder_chain(
    system: System, path: tuple[str, str], regular_files: Collection[str], inherited: IgnoreChain, *, repository: bool
) -> IgnoreChain:
    """The chain for the entries of a folder: ``inherited`` itself when the folder holds no rules.

    ``path`` is (root, folder relative to it), ``repository`` whether a repository's top is here below the root.
    """
    root, folder = path
    absolute = f"{root.rstrip('/')}/{folder}" if folder else root
    cut = len(as_bytes_text(folder)) + 1 if folder else 0
    chain = inherited
    if repository and folder:
        inner = read_repository(system, absolute)
        chain = replace(
            chain,
            git=tuple(Level(patterns=patterns, cut=cut) for patterns in _excludes(inner, chain.everywhere)),
            tracking=Tracking(files=inner.tracked, cut=cut),
            ignore_case=inner.ignore_case,
            only_tracked=False,
        )
    if GIT_IGNORE in regular_files:
        patterns = _patterns_at(system, f"{absolute}/{GIT_IGNORE}", ignore_case=chain.ignore_case)
        chain = replace(chain, git=(Level(patterns=patterns, cut=cut), *chain.git))
    if OWN_IGNORE in regular_files:
        patterns = _patterns_at(system, f"{absolute}/{OWN_IGNORE}", ignore_case=chain.ignore_case)
        chain = replace(chain, own=(Level(patterns=patterns, cut=cut), *chain.own))
    return chain


def _excludes(repository: Repository, everywhere: bytes) -> tuple[IgnorePatterns, IgnorePatterns]:
    excludes = parse_patterns(repository.excludes, ignore_case=repository.ignore_case)
    return excludes, parse_patterns(everywhere, ignore_case=repository.ignore_case)


def _patterns_at(system: System, path: str, *, ignore_case: bool) -> IgnorePatterns:
    return parse_patterns(read_or_nothing(system, path), ignore_case=ignore_case)


def _patterns_in(system: System, folder: str, name: str, *, ignore_case: bool) -> IgnorePatterns | None:
    path = f"{folder.rstrip('/')}/{name}"
    try:
        is_file = system.files.stat(path, follow=False).is_file
    except OSError:
        return None
    return _patterns_at(system, path, ignore_case=ignore_case) if is_file else None
