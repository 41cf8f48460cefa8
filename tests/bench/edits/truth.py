"""What pyright says of mutations: new errors and their places, computed once and kept in a file.

Several mutations are judged in one go of pyright, on the files they change and the files that mention their names.
An error belongs to the mutation that changed its file, or whose file set holds it and whose names it shows; where two
claim it, neither gets it and both are judged again, alone.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from lsprotocol.types import Diagnostic
from mutations import Mutation
from pyright_server import PyrightServer
from sources import CodeBase


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """One error of pyright: ``lines`` are the source lines of its range, ``line`` is one-based."""

    path: str
    line: int
    rule: str
    message: str
    lines: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What stays the same when lines above it come and go."""
        return self.path, self.rule, self.message, self.lines


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What pyright found new for one mutation. ``digest`` is that of the mutated files it was asked about."""

    identifier: str
    digest: str
    errors: tuple[Complaint, ...]


@dataclass(kw_only=True)
class TruthStore:
    """Truths of one code base, kept in a JSON file under the version of pyright that told them."""

    path: Path
    version: str
    known: dict[str, Truth] = field(default_factory=dict[str, Truth])

    def get(self, mutation: Mutation) -> Truth | None:
        """The truth about a mutation, if it was judged in this very form."""
        found = self.known.get(mutation.identifier)
        return found if found and found.digest == digest_of(mutation) else None

    def add(self, truths: Sequence[Truth]) -> None:
        """Keeps truths and writes the file."""
        self.known |= {truth.identifier: truth for truth in truths}
        rows = [asdict(truth) for truth in self.known.values()]
        self.path.write_text(json.dumps({"pyright": self.version, "truths": rows}))


def open_store(path: Path) -> TruthStore:
    """The store in ``path``; an empty one where there is none or another version of pyright spoke."""
    version = subprocess.run((*_pyright(), "--version"), capture_output=True, text=True, check=True).stdout.strip()
    store = TruthStore(path=path, version=version)
    if path.exists():
        data: Any = json.loads(path.read_text())
        if data["pyright"] == version:
            for row in data["truths"]:
                errors = tuple(Complaint(**error) for error in row["errors"])
                truth = Truth(identifier=row["identifier"], digest=row["digest"], errors=errors)
                store.known[truth.identifier] = truth
    return store


def digest_of(mutation: Mutation) -> str:
    """Digest of the mutated files."""
    digest = hashlib.sha256()
    for path, data in sorted(mutation.files.items()):
        digest.update(path.encode() + b"\0" + data + b"\0")
    return digest.hexdigest()[:20]


class Pyright:
    """Runs pyright over a scratch copy of a code base. ``packages``: folders with third-party packages to resolve."""

    def __init__(self, code: CodeBase, scratch: Path, packages: Sequence[Path]) -> None:
        self._code = code
        self._folder = scratch / code.name
        self._server: PyrightServer | None = None
        self._baseline: dict[str, Counter[tuple[str, str, str, str]]] = {}
        self._texts: dict[str, bytes] = dict(code.texts)
        for path, data in code.texts.items():
            self._create(path, data)
        settings = {
            "typeCheckingMode": "standard",
            "pythonVersion": "3.11",
            "extraPaths": [str(path.resolve()) for path in packages],
        }
        (self._folder / "pyrightconfig.json").write_text(json.dumps(settings))

    def make_room(self, mutations: Sequence[Mutation]) -> None:
        """Creates files that mutations will add, empty: a running server would not notice new ones in time."""
        new = {path for mutation in mutations for path in mutation.files} - set(self._texts)
        for path in new:
            self._create(path, b"")
        if new and self._server is not None:
            self._server.close()
            self._server = None

    def close(self) -> None:
        """Ends the server."""
        if self._server is not None:
            self._server.close()

    def judge(self, batch: Sequence[Mutation]) -> tuple[list[Truth], list[Mutation]]:
        """Truths of the mutations of one batch, and those that must be judged again, alone."""
        self._server = self._server or PyrightServer(self._folder)
        changed = {path: data for mutation in batch for path, data in mutation.files.items()}
        paths = sorted(set(changed).union(*(mutation.mentions for mutation in batch)))
        for error in self._errors(self._server, new := [path for path in paths if path not in self._baseline], {}):
            self._baseline.setdefault(error.path, Counter())[error.key] += 1
        self._baseline |= {path: Counter() for path in new if path not in self._baseline}
        try:
            for path, data in changed.items():
                self._server.write(path, data)
            found = self._errors(self._server, paths, changed)
        finally:
            for path in changed:
                self._server.write(path, self._texts[path])
        seen: Counter[tuple[str, str, str, str]] = Counter()
        owned: dict[str, list[Complaint]] = {mutation.identifier: [] for mutation in batch}
        again: set[str] = set()
        for error in found:
            seen[error.key] += 1
            if seen[error.key] <= self._baseline[error.path][error.key]:
                continue
            owners = list(_owners(error, batch))
            if len(owners) == 1:
                owned[owners[0].identifier].append(self._as_if_alone(error, owners[0], changed))
            again |= {owner.identifier for owner in owners} if len(owners) > 1 else set()
        truths = [
            Truth(identifier=mutation.identifier, digest=digest_of(mutation), errors=tuple(owned[mutation.identifier]))
            for mutation in batch
            if mutation.identifier not in again
        ]
        return truths, [mutation for mutation in batch if mutation.identifier in again]

    def _create(self, path: str, data: bytes) -> None:
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        self._texts[path] = data

    def _as_if_alone(self, error: Complaint, owner: Mutation, changed: Mapping[str, bytes]) -> Complaint:
        """The error with the line it would have, had the other mutations of the batch not moved it."""
        if error.path in owner.files or error.path not in changed:
            return error
        ours, theirs = self._texts[error.path].splitlines(), changed[error.path].splitlines()
        for block in SequenceMatcher(None, theirs, ours, autojunk=False).get_matching_blocks():
            if block.a <= error.line - 1 < block.a + block.size:
                return replace(error, line=error.line - block.a + block.b)
        return error

    def _errors(self, server: PyrightServer, paths: Sequence[str], changed: Mapping[str, bytes]) -> list[Complaint]:
        return [self._complaint(path, row, changed) for path, row in server.errors(paths)]

    def _complaint(self, path: str, row: Diagnostic, changed: Mapping[str, bytes]) -> Complaint:
        first, last = row.range.start.line, row.range.end.line
        lines = (changed[path] if path in changed else self._texts[path]).split(b"\n")[first : last + 1]
        return Complaint(
            path=path,
            line=first + 1,
            rule=str(row.code or ""),
            message=row.message,
            lines=b"\n".join(line.strip() for line in lines).decode(errors="replace"),
        )


def judge_all(pyright: Pyright, store: TruthStore, mutations: Sequence[Mutation], batch_size: int) -> None:
    """Fills ``store`` with the truths of ``mutations`` that it lacks."""
    left = [mutation for mutation in mutations if store.get(mutation) is None]
    pyright.make_room(left)
    while left:
        batch, left = _next_batch(left, batch_size)
        truths, again = pyright.judge(batch)
        if len(batch) == 1:
            assert not again, "one mutation cannot quarrel with itself"
        store.add(truths)
        for mutation in again:
            store.add(pyright.judge([mutation])[0])
        print(f"  judged {len(batch)}, {len(left)} to go", file=sys.stderr, flush=True)


def statement_span(data: bytes, line: int) -> tuple[int, int]:
    """First and last line of the innermost statement at ``line``; of a compound statement its header alone."""
    best = (line, line)
    size = 1 << 30
    for node in ast.walk(ast.parse(data)):
        if not isinstance(node, ast.stmt):
            continue
        first, last = _extent(node)
        if first <= line <= last and last - first < size:
            best, size = (first, last), last - first
    return best


def remove_scratch(folder: Path) -> None:
    """Deletes the scratch copies."""
    shutil.rmtree(folder, ignore_errors=True)


def _extent(node: ast.stmt) -> tuple[int, int]:
    assert node.end_lineno is not None
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    body: list[ast.stmt] | None = getattr(node, "body", None)
    return (first, node.end_lineno) if not body else (first, max(first, body[0].lineno - 1))


def _owners(error: Complaint, batch: Sequence[Mutation]) -> Iterator[Mutation]:
    shown = set(re.findall(r"\w+", f"{error.message}\n{error.lines}"))
    for mutation in batch:
        own = error.path in mutation.files and not mutation.breaking
        near = error.path in mutation.mentions or error.path in mutation.files
        if own or (near and shown & set(mutation.names)):
            yield mutation


def _next_batch(left: Sequence[Mutation], size: int) -> tuple[list[Mutation], list[Mutation]]:
    """Mutations of distinct files and distinct names from the front of ``left``, and the rest in order."""
    batch: list[Mutation] = []
    rest: list[Mutation] = []
    files: set[str] = set()
    names: set[str] = set()
    for mutation in left:
        apart = files.isdisjoint(mutation.files) and names.isdisjoint(mutation.names)
        if len(batch) < size and apart:
            batch.append(mutation)
            files |= set(mutation.files)
            names |= set(mutation.names)
        else:
            rest.append(mutation)
    return batch, rest


def _pyright() -> tuple[str, ...]:
    return sys.executable, "-m", "pyright"
