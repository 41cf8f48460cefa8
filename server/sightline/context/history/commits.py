"""A past commit as it is kept, and the reading of ``git log`` output into it. Pure: git is run elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from sightline.base.redact import redact
from sightline.context.history.definition_names import Definitions, defined_in_hunks
from sightline.context.tokens import query_terms

#: What git is asked to print of a commit: no field can hold a NUL.
LOG_FORMAT = "%H%x00%ct%x00%P%x00%B"
#: Begins the patch of a commit: no line of a patch begins so.
PATCH_FORMAT = "commit %H"

#: More changed files than this: a commit that says nothing about any of them.
MOST_FILES = 40
#: Characters of a message that are read, and of a subject that are shown.
LONGEST_MESSAGE, LONGEST_SUBJECT = 4000, 100
#: Renames of one commit that are followed.
MOST_RENAMES = 5000

_TRAILER = re.compile(
    r"^(?:[A-Z][a-z]+(?:-[A-Za-z]+)+: |(?:Co-authored-by|Change-Id|git-svn-id|Differential Revision): ).*$", re.M | re.I
)
_IDENTIFIER = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit. Paths are relative to the top of the repository, as git writes them.

    ``subject`` is one line without secrets. ``terms`` are search terms of the message, the first ``titled`` of them
    those of its first line. ``changed`` counts the files it
    changed; ``paths`` are these files, empty for one that is of no use as evidence (more than :data:`MOST_FILES`, or no
    parent: the first commit, and the last one of a shallow clone, hold everything there was). ``added`` are those that
    it made, ``renames`` maps new paths to old ones. ``definitions`` maps a path to the names of the definitions that
    were changed in it; ``None`` as long as they were not read.
    """

    identifier: str
    time: int
    subject: str
    terms: tuple[int, ...]
    titled: int
    changed: int
    paths: tuple[str, ...]
    added: tuple[str, ...] = ()
    renames: Mapping[str, str] = field(default_factory=dict[str, str])
    definitions: Mapping[str, tuple[str, ...]] | None = None

    def with_definitions(self, found: Mapping[str, tuple[str, ...]]) -> Commit:
        """The same with its definitions read."""
        return replace(self, definitions=found)


def parse_log(data: bytes, *, whole: bool = True) -> list[Commit]:
    """The commits of ``git log -z --raw --format=`` :data:`LOG_FORMAT`; all but the last of output not ``whole``."""
    commits = list(_commits(iter(data[: data.rfind(b"\0") + 1].split(b"\0"))))
    return commits if whole else commits[:-1]


def _commits(tokens: Iterator[bytes]) -> Iterator[Commit]:
    token = next(tokens, b"")
    while _IDENTIFIER.fullmatch(token.lstrip(b"\n")):
        identifier = token.lstrip(b"\n").decode()
        fields = [field for _, field in zip(range(3), tokens, strict=False)]
        token = next(tokens, None)
        if len(fields) < 3 or token is None:
            return
        changes: list[tuple[str, str, str]] = []
        while token is not None and token.lstrip(b"\n").startswith(b":"):
            change = _change(token, tokens)
            if change is None:
                return
            changes.append(change)
            token = next(tokens, None)
        yield _commit(identifier, fields, changes)
        if token is None:
            return


def _change(header: bytes, tokens: Iterator[bytes]) -> tuple[str, str, str] | None:
    """Status, path and former path of one raw entry (``:100644 100644 a2e2 640e M``, then one or two paths)."""
    status = header.rpartition(b" ")[2][:1].decode("ascii", "replace")
    names = [_path(name) for _, name in zip(range(2 if status in "RC" else 1), tokens, strict=False)]
    if len(names) < (2 if status in "RC" else 1):
        return None
    return (status, names[1], names[0]) if status in "RC" else (status, names[0], "")


def _commit(identifier: str, fields: list[bytes], changes: list[tuple[str, str, str]]) -> Commit:
    time, parents, message = (each.decode("utf-8", "replace") for each in fields)
    message = message.strip()[:LONGEST_MESSAGE]
    useful = bool(parents.strip()) and len(changes) <= MOST_FILES
    terms = query_terms(_TRAILER.sub("", message)) if useful else {}
    renames = [(path, old) for status, path, old in changes if status == "R"]
    return Commit(
        identifier=identifier,
        time=int(time) if time.strip("-").isdecimal() else 0,
        subject=_subject(message),
        terms=tuple(terms),
        titled=len(query_terms(message.partition("\n")[0]).keys() & terms.keys()),
        changed=len(changes),
        paths=tuple(path for _, path, _ in changes) if useful else (),
        added=tuple(path for status, path, _ in changes if status == "A")[:MOST_RENAMES],
        renames=dict(renames[:MOST_RENAMES]),
        definitions=None if useful and changes else {},
    )


def _subject(message: str) -> str:
    line = " ".join(redact(message.partition("\n")[0]).split())
    shown = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in line)
    return shown if len(shown) <= LONGEST_SUBJECT else shown[: LONGEST_SUBJECT - 1] + "…"


def parse_patches(data: bytes) -> dict[str, Definitions]:
    """For each commit of ``git log -p -U0 --format=`` :data:`PATCH_FORMAT` the names of what was changed, by path."""
    found: dict[str, Definitions] = {}
    at = 0
    while at < len(data):
        end = data.find(b"\ncommit ", at) + 1 or len(data)
        head, _, patch = data[at:end].lstrip(b"\n").partition(b"\n")
        if head.startswith(b"commit "):
            found[head[7:].decode("ascii", "replace").strip()] = defined_in_hunks(patch)
        at = end
    return found


def _path(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
