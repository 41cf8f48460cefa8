"""Which files are ignored: git's rules without git, ``.sightlineignore``, and folders that are never of interest.

Precedence, highest first: ``.sightlineignore`` of the nearest folder up to the root, ``.gitignore`` of the nearest
folder up to the top of the repository, ``.git/info/exclude``, the user's global excludes. Within a file the last
pattern that fits decides. A file below an ignored folder is ignored whatever else is said about it (gitignore(5)).

A repository inside another begins anew, as in git. Unlike git: a root that the rules above it ignore was opened on
purpose, so those rules do not count below it; and files that git tracks in spite of a pattern count as ignored,
because git's index is not read. ``core.ignoreCase`` is not followed. Links to ignore files are not followed, as in git.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sightline.base.paths import WorkspacePath
from sightline.base.system import TEMPORARY_PREFIX, System
from sightline.workspace.global_excludes import read_global_excludes, read_or_nothing
from sightline.workspace.patterns import IgnorePatterns, as_bytes_text, parse_patterns

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

#: A change of one of these may change what is ignored anywhere below.
RULE_FILES = frozenset((GIT_IGNORE, OWN_IGNORE, *FOLDER_MARKERS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One ignore file. It sees a path as ``prefix`` and the path relative to the root without ``cut`` characters."""

    patterns: IgnorePatterns
    cut: int = 0
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreChain:
    """The ignore files that speak about the entries of one folder, the deciding ones first."""

    own: tuple[Level, ...] = ()
    git: tuple[Level, ...] = ()
    #: Levels that a repository inside this one starts with again: the user's global excludes.
    everywhere: IgnorePatterns | None = None

    def ignores(self, relative: str, *, is_folder: bool) -> bool:
        """Whether an entry, relative to the root (:func:`as_bytes_text`), is ignored; folders above are not asked."""
        for levels in (self.own, self.git):
            for level in levels:
                answer = level.patterns.match(level.prefix + relative[level.cut :], is_folder=is_folder)
                if answer is not None:
                    return answer
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreRules:
    """All rules of a scan as one immutable value, able to judge any path, scanned or not.

    ``chains`` maps (root, folder relative to it, "" for the root) to the chain that begins there; ``pruned`` are
    folders left out for what lies in them (:data:`FOLDER_MARKERS`).
    """

    chains: Mapping[tuple[str, str], IgnoreChain] = field(default_factory=dict[tuple[str, str], IgnoreChain])
    pruned: frozenset[tuple[str, str]] = frozenset()

    def is_ignored(self, path: WorkspacePath) -> bool:
        """Whether a file is ignored. The rules are those of the last scan, new ignore files are not looked for."""
        return self._ignores(path, last_is_folder=False)

    def is_ignored_folder(self, path: WorkspacePath) -> bool:
        """Whether a folder, and so everything in it, is ignored."""
        return self._ignores(path, last_is_folder=True)

    def _ignores(self, path: WorkspacePath, *, last_is_folder: bool) -> bool:
        chain = self.chains.get((path.root, ""), _NOTHING)
        names = path.relative.split("/")
        folder = ""
        for number, name in enumerate(names):
            folder = f"{folder}/{name}" if folder else name
            is_folder = last_is_folder or number < len(names) - 1
            if is_skipped_name(name, is_folder=is_folder) or (path.root, folder) in self.pruned:
                return True
            if chain.ignores(as_bytes_text(folder), is_folder=is_folder):
                return True
            chain = self.chains.get((path.root, folder), chain)
        return False


_NOTHING = IgnoreChain()
#: Rules before any scan: only the folders that are always skipped.
NO_RULES = IgnoreRules()


def is_skipped_name(name: str, *, is_folder: bool) -> bool:
    """Whether an entry is skipped for its name alone. A ``.git`` file points to a repository elsewhere."""
    return name in SKIPPED_FOLDERS if is_folder else name == ".git" or name.startswith(TEMPORARY_PREFIX)


def root_chain(system: System, root: str) -> IgnoreChain:
    """The chain that the entries of ``root`` start with: everything but the ignore files in ``root`` itself."""
    everywhere = parse_patterns(read_global_excludes(system))
    real = system.files.real_path(root)
    top = _repository_top(system, real)
    bare = IgnoreChain(git=(Level(patterns=everywhere),), everywhere=everywhere)
    if top is None:
        return bare
    prefix = as_bytes_text(real[len(top.rstrip("/")) + 1 :])
    prefix = f"{prefix}/" if prefix else ""
    exclude = Level(patterns=_repository_excludes(system, top), prefix=prefix)
    levels = (exclude, Level(patterns=everywhere, prefix=prefix))
    folders = prefix.rstrip("/").split("/") if prefix else []
    above = top
    for number, name in enumerate(folders):
        below = "".join(f"{folder}/" for folder in folders[number:])
        patterns = _patterns_in(system, above, GIT_IGNORE)
        levels = (*((Level(patterns=patterns, prefix=below),) if patterns else ()), *levels)
        # A level sees its own folder's entries: cut the part of the path that lies above "name".
        seen = tuple(
            Level(patterns=level.patterns, prefix=level.prefix[: len(level.prefix) - len(below)]) for level in levels
        )
        if IgnoreChain(git=seen).ignores(name, is_folder=True):
            return bare
        above = f"{above.rstrip('/')}/{name.encode('latin-1').decode('utf-8', 'surrogateescape')}"
    return IgnoreChain(git=levels, everywhere=everywhere)


def folder_chain(
    system: System, path: tuple[str, str], regular_files: Collection[str], inherited: IgnoreChain, *, repository: bool
) -> IgnoreChain:
    """The chain for the entries of a folder: ``inherited`` itself when the folder holds no rules.

    ``path`` is (root, folder relative to it), ``repository`` whether a repository's top is here below the root.
    """
    root, folder = path
    absolute = f"{root.rstrip('/')}/{folder}" if folder else root
    cut = len(as_bytes_text(folder)) + 1 if folder else 0
    git = inherited.git
    if repository and folder:
        globally = inherited.everywhere or parse_patterns(b"")
        excludes = (_repository_excludes(system, absolute), globally)
        git = tuple(Level(patterns=patterns, cut=cut) for patterns in excludes)
    own = inherited.own
    if GIT_IGNORE in regular_files:
        git = (Level(patterns=_patterns_at(system, f"{absolute}/{GIT_IGNORE}"), cut=cut), *git)
    if OWN_IGNORE in regular_files:
        own = (Level(patterns=_patterns_at(system, f"{absolute}/{OWN_IGNORE}"), cut=cut), *own)
    if git is inherited.git and own is inherited.own:
        return inherited
    return IgnoreChain(own=own, git=git, everywhere=inherited.everywhere)


def _patterns_at(system: System, path: str) -> IgnorePatterns:
    return parse_patterns(read_or_nothing(system, path))


def _patterns_in(system: System, folder: str, name: str) -> IgnorePatterns | None:
    path = f"{folder.rstrip('/')}/{name}"
    try:
        is_file = system.files.stat(path, follow=False).is_file
    except OSError:
        return None
    return _patterns_at(system, path) if is_file else None


def _repository_top(system: System, folder: str) -> str | None:
    """The nearest folder at or above ``folder`` that holds ``.git``."""
    while True:
        try:
            system.files.stat(f"{folder.rstrip('/')}/.git")
        except OSError:
            parent = folder.rpartition("/")[0] or "/"
            if parent == folder or not folder.strip("/"):
                return None
            folder = parent
            continue
        return folder


def _repository_excludes(system: System, top: str) -> IgnorePatterns:
    """``info/exclude`` of a repository; for a worktree or submodule ``.git`` is a file that says where it lies."""
    folder = f"{top.rstrip('/')}/.git"
    pointer = read_or_nothing(system, folder)
    if pointer.startswith(b"gitdir:"):
        folder = _joined(top, pointer[7:])
        common = read_or_nothing(system, f"{folder}/commondir")
        folder = _joined(folder, common) if common else folder
    return _patterns_at(system, f"{folder}/info/exclude")


def _joined(folder: str, path: bytes) -> str:
    text = path.decode("utf-8", "surrogateescape").strip().replace("\\", "/")
    return text if text.startswith("/") or text[1:2] == ":" else f"{folder.rstrip('/')}/{text}"
