"""Asks git for the past commits of a folder. Nothing the repository names is run; nothing is fetched.

Every run is bounded in time and bytes. Whatever goes wrong (no git, no repository, no commit yet, a commit whose
objects are not here) costs that part of the history and nothing else.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import NamedTuple

from sightline.base.system import ProcessTimeout, System
from sightline.context.history.commits import LOG_FORMAT, PATCH_FORMAT, Commit, parse_log, parse_patches
from sightline.context.history.definition_names import SCRIPT_HEADS, Definitions

#: The newest commits that are read, merges not counted.
MOST_COMMITS = 2000
#: Commits of one run of git, without and with their patches.
LOGGED_AT_ONCE, PATCHED_AT_ONCE = 500, 200
#: Runs in a row that gave no commit after which the reading ends.
MOST_FAILURES = 10
#: Bounds of one run (seconds, bytes of output); a file of more bytes than ``LARGEST_FILE`` is not compared.
SECONDS, OUTPUT, LARGEST_FILE = 20.0, 24 << 20, 1 << 20
#: After so many seconds no further run is begun; what is left is read when the branch moves next.
MOST_SECONDS = 120.0

#: Options of ``git log`` over whatever the user's configuration says, which could change what is printed.
_LOG = (
    "log", "--no-walk=unsorted", "--encoding=UTF-8", "--no-color", "--no-ext-diff", "--no-textconv", "--no-relative",
    "--no-show-signature", "--no-mailmap", "--no-notes", "--no-decorate", "--submodule=short",
)  # fmt: skip
_RENAMES, _NO_RENAMES = ("--find-renames", "-l400"), ("--no-renames",)
_RAW = ("-z", "--raw", "--abbrev=4", f"--format={LOG_FORMAT}")
_PATCH = ("-p", "-U0", "--inter-hunk-context=0", "--src-prefix=a/", "--dst-prefix=b/", f"--format={PATCH_FORMAT}")

#: What is no plain character in a path that git is limited to.
_SPECIAL, _ESCAPED = re.compile(r"[*?\[\\]"), r"\\\g<0>"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository with its roots; ``prefixes`` pair the path from ``top`` to a root ("" or ``sub/``) with it."""

    top: str
    prefixes: tuple[tuple[str, str], ...]

    @property
    def limits(self) -> tuple[str, ...]:
        """What git is limited to; nothing where a root is the whole repository."""
        limits = tuple(f":(top,literal){prefix}" for prefix, _ in self.prefixes)
        return () if any(not prefix for prefix, _ in self.prefixes) else limits


async def find_repositories(system: System, roots: Sequence[str]) -> tuple[Repository, ...]:
    """The repositories that ``roots`` lie in, each with all of its roots."""
    found: dict[str, dict[str, str]] = {}
    for root in roots:
        told = await _git(system, root, "rev-parse", "--show-toplevel", "--show-prefix")
        top, _, prefix = told.data.partition(b"\n")
        if top:
            prefixes = found.setdefault(top.decode("utf-8", "surrogateescape"), {})
            prefixes[prefix.removesuffix(b"\n").decode("utf-8", "surrogateescape")] = root
    return tuple(Repository(top, tuple(sorted(prefixes.items()))) for top, prefixes in found.items())


async def list_commits(system: System, repository: Repository, revision: str = "HEAD") -> tuple[str, ...]:
    """The newest commits before ``revision``, the newest first; empty where there are none."""
    arguments = ("rev-list", f"--max-count={MOST_COMMITS}", "--no-merges", "--end-of-options", revision, "--")
    told = await _git(system, repository.top, *arguments, *repository.limits)
    return tuple(told.data.decode("ascii", "replace").split())


async def read_commits(
    system: System, repository: Repository, identifiers: Sequence[str]
) -> AsyncIterator[Sequence[Commit]]:
    """These commits, some at a time, without their definitions. What cannot be read is left out."""
    began = system.clock.monotonic()
    left, at_once, failures = list(identifiers), LOGGED_AT_ONCE, 0
    while left and failures < MOST_FAILURES and system.clock.monotonic() - began <= MOST_SECONDS:
        some = left[:at_once]
        found: list[Commit] = []
        for renames in (_RENAMES, _NO_RENAMES):
            arguments = (*_LOG, *renames, *_RAW, *some, "--", *repository.limits)
            told = await _git(system, repository.top, *arguments)
            found = await asyncio.to_thread(parse_log, told.data, whole=told.whole)
            if len(found) == len(some):
                break
        yield found
        done = len(found) or int(len(some) == 1)
        left, failures = left[done:], 0 if found else failures + 1
        at_once = _next_size(at_once, LOGGED_AT_ONCE, whole=len(found) == len(some))


async def read_definitions(
    system: System, repository: Repository, identifiers: Sequence[str]
) -> AsyncIterator[Mapping[str, Definitions]]:
    """What these commits changed in which definitions, some commits at a time. What cannot be read is left out."""
    began = system.clock.monotonic()
    left, at_once, failures = list(identifiers), PATCHED_AT_ONCE, 0
    while left and failures < MOST_FAILURES and system.clock.monotonic() - began <= MOST_SECONDS:
        some = left[:at_once]
        told = await _patches(system, repository, some)
        found = await asyncio.to_thread(parse_patches, told.data)
        finished = list(found) if told.whole else list(found)[:-1]
        # Commits that change no code are not printed.
        done = some if told.whole else some[: some.index(finished[-1]) + 1] if finished else []
        yield {identifier: found.get(identifier, {}) for identifier in done}
        left, failures = left[len(done) or int(len(some) == 1) :], 0 if done else failures + 1
        at_once = _next_size(at_once, PATCHED_AT_ONCE, whole=told.whole)


def _next_size(size: int, most: int, *, whole: bool) -> int:
    """How many commits to read next: far fewer after too much at once, or a commit that cannot be read."""
    return min(2 * size, most) if whole else max(size // 8, 1)


async def _patches(system: System, repository: Repository, identifiers: Sequence[str]) -> _Told:
    with as_file(files("sightline.context.history").joinpath("attributes")) as attributes:
        arguments = (
            "-c", f"core.attributesFile={attributes}", "-c", f"diff.sightline-script.xfuncname={SCRIPT_HEADS}",
            "-c", f"core.bigFileThreshold={LARGEST_FILE}", "-c", "core.quotePath=false",
            *_LOG, *_RENAMES, *_PATCH, *identifiers, "--", *_code(repository),
        )  # fmt: skip
        return await _git(system, repository.top, *arguments)


def _code(repository: Repository) -> list[str]:
    """Limits git to files whose definitions it can name: the patches of others are most of all bytes."""
    lines = files("sightline.context.history").joinpath("attributes").read_text("utf-8").splitlines()
    return [
        f":(top){_SPECIAL.sub(_ESCAPED, prefix)}{line.partition(' ')[0]}"
        for prefix, _ in repository.prefixes
        for line in lines
    ]


class _Told(NamedTuple):
    """What git printed; ``whole`` if it came to its end and had nothing to complain of."""

    data: bytes
    whole: bool


async def _git(system: System, folder: str, *arguments: str) -> _Told:
    """What git prints, as far as it came; nothing where git cannot be run."""
    try:
        result = await system.git(folder, *arguments, seconds=SECONDS, limit=OUTPUT)
    except ProcessTimeout as error:
        return _Told(error.stdout, whole=False)
    except OSError:
        return _Told(b"", whole=False)
    return _Told(result.stdout, whole=result.code == 0 and not result.truncated)
