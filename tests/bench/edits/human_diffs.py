"""Commits that people made, as small changes with their texts before and after. Reads git; knows no edit format."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

#: Code bases that are looked for below the folder of repositories, one or more of each language.
CODE_BASES = (
    "flask", "httpx", "pytest", "cobra", "gin", "prometheus", "typeorm", "trpc", "zod", "vue-core", "vueuse",
    "ripgrep", "axum", "gson", "okio", "redis", "fmt", "leveldb", "monolog", "sinatra", "jekyll", "serilog",
    "bats-core", "vite", "hugo",
)  # fmt: skip
_EXTENSIONS = (
    ".py", ".pyi", ".go", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".vue", ".svelte", ".rs", ".java", ".kt", ".c", ".h",
    ".cc", ".cpp", ".cs", ".php", ".rb", ".sh", ".bash", ".md", ".rst", ".txt", ".toml", ".json", ".yml", ".yaml",
    ".css", ".html",
)  # fmt: skip
_MOST_FILES = 4
_MOST_LINES = 2_000
_MOST_CHANGED = 120
#: Commits looked at for every one that is taken.
_LOOK = 12


@dataclass(frozen=True, slots=True)
class Hunk:
    """The lines ``first..first + len(old)`` (zero-based) of a file become ``new``, context included."""

    first: int
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One file of a commit; ``before`` is ``None`` for a new file, ``after`` for a deleted one."""

    old_path: str
    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """What one commit changes."""

    repository: str
    name: str
    files: tuple[FileChange, ...]


def commits_of(folder: Path, count: int, seed: int) -> Iterator[Commit]:
    """At most ``count`` small commits of the clone ``folder``, the same ones for the same seed."""
    arguments = ("log", "--no-merges", f"-{count * _LOOK}", "--format=commit %H", "--raw", "--no-abbrev", "-M", "HEAD")
    try:
        log = _git(folder, *arguments)
    except subprocess.CalledProcessError as error:
        print(f"{folder.name} is left out, it is no whole clone: {error.stderr.decode(errors='replace').strip()[:200]}")
        return
    entries = [part.split("\n") for part in log.decode("utf-8", "replace").split("commit ")[1:]]
    random.Random(seed).shuffle(entries)
    found = 0
    for name, *rows in entries:
        files = _files(folder, [row for row in rows if row.startswith(":")])
        if files:
            yield Commit(repository=folder.name, name=name[:10], files=files)
            found += 1
            if found == count:
                return


def _files(folder: Path, rows: list[str]) -> tuple[FileChange, ...]:
    """The files of a commit; none when one of them is not a text of the kind and size that is asked for."""
    if not 0 < len(rows) <= _MOST_FILES:
        return ()
    files: list[FileChange] = []
    for row in rows:
        fields, *paths = row.split("\t")
        old_mode, new_mode, old_blob, new_blob, status = fields[1:].split(" ")
        modes = {mode for mode in (old_mode, new_mode) if mode != "000000"}
        if len(modes) > 1 or not modes <= {"100644", "100755"} or not all(path.endswith(_EXTENSIONS) for path in paths):
            return ()
        before = None if status == "A" else _text(folder, old_blob)
        after = None if status == "D" else _text(folder, new_blob)
        if before == "" or after == "":
            return ()
        files.append(FileChange(old_path=paths[0], path=paths[-1], before=before, after=after))
    changed = sum(_changed(file) for file in files)
    return tuple(files) if 0 < changed <= _MOST_CHANGED or any(f.path != f.old_path for f in files) else ()


def _text(folder: Path, blob: str) -> str:
    """The text of a blob, "" where it cannot serve: not UTF-8, a mark in front, too long, odd line ends or none."""
    data = _git(folder, "cat-file", "blob", blob)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    fitting = (
        text.endswith("\n") and "\r" not in text and "\0" not in text and "\ufeff" not in text and text.strip("\n")
    )
    return text if fitting and text.count("\n") <= _MOST_LINES else ""


def _changed(file: FileChange) -> int:
    if file.before is None or file.after is None:
        return (file.before or file.after or "").count("\n")
    return sum(len(hunk.old) + len(hunk.new) for hunk in hunks_of(file.before, file.after, 0))


def hunks_of(before: str, after: str, context: int) -> list[Hunk]:
    """The hunks between two texts with ``context`` lines around each change."""
    old, new = before.split("\n")[:-1], after.split("\n")[:-1]
    found: list[Hunk] = []
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(context):
        changed = [code for code in group if code[0] != "equal"]
        if not changed:
            continue
        old_first, old_end, new_first, new_end = group[0][1], group[-1][2], group[0][3], group[-1][4]
        found.append(Hunk(old_first, tuple(old[old_first:old_end]), tuple(new[new_first:new_end])))
    return found


def _git(folder: Path, *arguments: str) -> bytes:
    return subprocess.run(("git", "-C", str(folder), *arguments), capture_output=True, check=True).stdout
