"""Replies as models write them: the same change in every edit format. It knows no damage and none of our parsers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from human_diffs import Commit, FileChange, Hunk, hunks_of

from sightline.graph.parse import parse
from sightline.languages.registry import language_of

FORMATS = ("search_replace", "diff", "patch", "whole_file", "symbol")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a reply says of one file: ``hunks`` that change it, or definitions with their texts."""

    file: FileChange
    path: str  # as the reply spells it
    hunks: tuple[Hunk, ...] = ()
    symbols: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a reply is laid out."""

    fence: str = "```"
    language: str = ""
    path_line: str = "{path}"
    header: str = "right"  # numbers of hunk headers: right, wrong, counts, none
    numbered: bool = False  # line numbers in front of the lines of a block
    prefix: str = " "  # what marks a line that stays in a diff


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A reply before it becomes text, the files it is for, and the files it should make of them."""

    format: str
    parts: tuple[Part, ...]
    before: dict[str, str] = field(default_factory=dict[str, str])
    after: dict[str, str] = field(default_factory=dict[str, str])
    style: Style = field(default_factory=Style)

    def text(self) -> str:
        """The reply."""
        write = {
            "search_replace": _search_replace,
            "diff": _diff,
            "patch": _patch,
            "whole_file": _whole_file,
            "symbol": _symbol,
        }
        return write[self.format](self)


def answer(commit: Commit, edit_format: str) -> Answer | None:
    """The reply that says what ``commit`` did; ``None`` where the format cannot say it."""
    before = {file.old_path: file.before for file in commit.files if file.before is not None}
    after = {file.path: file.after for file in commit.files if file.after is not None}
    parts: list[Part] = []
    for file in commit.files:
        part = _part(file, edit_format)
        if part is None:
            return None
        parts.append(part)
    return Answer(format=edit_format, parts=tuple(parts), before=before, after=after)


def _part(file: FileChange, edit_format: str) -> Part | None:
    part = Part(file=file, path=file.old_path)
    if file.before is None or file.after is None:
        return part
    if edit_format == "symbol":
        symbols = symbols_of(file)
        return replace(part, symbols=symbols) if symbols else None
    if edit_format == "whole_file":
        return part
    hunks = hunks_of(file.before, file.after, 3)
    if edit_format == "diff":
        return replace(part, hunks=tuple(hunks))
    unique = [_made_unique(file.before, file.after, hunk) for hunk in hunks]
    if any(hunk is None for hunk in unique):
        return None
    return replace(part, hunks=tuple(hunk for hunk in unique if hunk is not None))


def _made_unique(before: str, after: str, hunk: Hunk) -> Hunk | None:
    """The hunk with so many lines in front that its old lines are in the file once, as a careful model quotes them."""
    lines = before.split("\n")[:-1]
    for more in range(0, 13, 3):
        first = max(hunk.first - more, 0)
        lead = tuple(lines[first : hunk.first])
        old = lead + hunk.old
        if old and sum(tuple(lines[at : at + len(old)]) == old for at in range(len(lines) - len(old) + 1)) == 1:
            overlapping = [
                o for o in hunks_of(before, after, 3) if o.first < hunk.first and o.first + len(o.old) > first
            ]
            return None if overlapping else Hunk(first, old, lead + hunk.new)
    return None


def symbols_of(file: FileChange) -> tuple[tuple[str, str], ...]:
    """The definitions whose new texts make the change, each with its text; none when the change is not made of such."""
    language = language_of(file.path)
    if language is None or file.before is None or file.after is None or file.path != file.old_path:
        return ()
    old, new = (_definitions(text, file.path) for text in (file.before, file.after))
    lines, after = file.before.split("\n"), file.after.split("\n")
    chosen: dict[str, tuple[int, int]] = {}
    for hunk in hunks_of(file.before, file.after, 0):
        end = hunk.first + len(hunk.old)
        around = [
            name for name, (a, b) in old.items() if a <= hunk.first and end <= b and a < hunk.first + 1 and name in new
        ]
        if not around:
            return ()
        name = min(around, key=lambda each: old[each][1] - old[each][0])
        chosen[name] = old[name]
    result: list[str] = list(lines)
    for name, (first, end) in sorted(chosen.items(), key=lambda item: -item[1][0]):
        result[first:end] = after[slice(*new[name])]
    if result != after or any(
        a < d and c < b and (a, b) != (c, d) for a, b in chosen.values() for c, d in chosen.values()
    ):
        return ()
    return tuple((name, "\n".join(after[slice(*new[name])]) + "\n") for name in sorted(chosen))


def _definitions(text: str, path: str) -> dict[str, tuple[int, int]]:
    """The lines of every definition that is alone under its name and on its lines."""
    language = language_of(path)
    assert language is not None
    data = text.encode()
    facts = parse(data, language)
    names = [facts.qualified_name(at) for at in range(len(facts.definitions))]
    found: dict[str, tuple[int, int]] = {}
    for name, definition in zip(names, facts.definitions, strict=True):
        if names.count(name) == 1 and definition.kind not in ("namespace", "attribute"):
            first, end = data[: definition.span.start].count(b"\n"), data[: definition.span.end].count(b"\n") + 1
            found[name] = first, end
    return found


def _fenced(style: Style, text: str, language: str = "") -> str:
    language = style.language or language
    return f"{style.fence}{language}\n{text}{style.fence}\n" if style.fence else text


def _path_line(reply: Answer, path: str) -> str:
    return reply.style.path_line.replace("{path}", path) + "\n"


def _files_moved(reply: Answer) -> str:
    deleted = [f"DELETE FILE: {part.path}\n" for part in reply.parts if part.file.after is None]
    moved = [
        f"RENAME FILE: {part.path} -> {part.file.path}\n"
        for part in reply.parts
        if part.file.after is not None and part.file.before is not None and part.file.path != part.file.old_path
    ]
    return "\n" + "\n".join((*deleted, *moved)) if deleted or moved else ""


def _search_replace(reply: Answer) -> str:
    pieces: list[str] = []
    for part in reply.parts:
        hunks = part.hunks
        if part.file.before is None and part.file.after is not None:
            hunks = (Hunk(0, (), tuple(part.file.after.split("\n")[:-1])),)
        for hunk in hunks:
            search, replacement = list(hunk.old), list(hunk.new)
            if reply.style.numbered and search:
                search = [f"{hunk.first + at + 1:>4} | {line}" for at, line in enumerate(search)]
                replacement = [f"{hunk.first + at + 1:>4} | {line}" for at, line in enumerate(replacement)]
            lines = ["<<<<<<< SEARCH", *search, "=======", *replacement, ">>>>>>> REPLACE"]
            pieces.append(_path_line(reply, part.path) + _fenced(reply.style, "".join(line + "\n" for line in lines)))
    return "\n".join(pieces) + _files_moved(reply)


def _header(hunk: Hunk, style: Style, shift: int) -> str:
    start = hunk.first + 1 if hunk.old else hunk.first
    new_start = hunk.first + shift + 1 if hunk.new else hunk.first + shift
    old_size, new_size = len(hunk.old), len(hunk.new)
    match style.header:
        case "none":
            return "@@ @@"
        case "wrong":
            return f"@@ -{start * 2 + 1001},{old_size} +{new_start * 2 + 1001},{new_size} @@"
        case "counts":
            return f"@@ -{start},{old_size + 2} +{new_start},{max(new_size - 1, 1)} @@"
        case _:
            return f"@@ -{start},{old_size} +{new_start},{new_size} @@"


def _body(hunk: Hunk, style: Style) -> list[str]:
    lines: list[str] = []
    for tag, a, b, c, d in SequenceMatcher(None, hunk.old, hunk.new, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [style.prefix + line if line else "" for line in hunk.old[a:b]]
            continue
        lines += ["-" + line for line in hunk.old[a:b]]
        lines += ["+" + line for line in hunk.new[c:d]]
    return lines


def _diff(reply: Answer) -> str:
    pieces: list[str] = []
    for part in reply.parts:
        file = part.file
        old, new = f"a/{part.path}", f"b/{part.path if file.path == file.old_path else file.path}"
        lines = [f"diff --git {old} {new}"]
        hunks = part.hunks
        if file.before is None and file.after is not None:
            hunks = (Hunk(0, (), tuple(file.after.split("\n")[:-1])),)
            lines += ["new file mode 100644", "--- /dev/null", f"+++ {new}"]
        elif file.after is None and file.before is not None:
            hunks = (Hunk(0, tuple(file.before.split("\n")[:-1]), ()),)
            lines += ["deleted file mode 100644", f"--- {old}", "+++ /dev/null"]
        else:
            if file.path != file.old_path:
                lines += [f"rename from {part.path}", f"rename to {file.path}"]
            lines += [f"--- {old}", f"+++ {new}"] if hunks else []
        shift = 0
        for hunk in hunks:
            lines += [_header(hunk, reply.style, shift), *_body(hunk, reply.style)]
            shift += len(hunk.new) - len(hunk.old)
        pieces.append("\n".join(lines) + "\n")
    return _fenced(reply.style, "".join(pieces), "diff")


def _patch(reply: Answer) -> str:
    lines = ["*** Begin Patch"]
    for part in reply.parts:
        file = part.file
        if file.before is None and file.after is not None:
            lines += [f"*** Add File: {part.path}", *("+" + line for line in file.after.split("\n")[:-1])]
        elif file.after is None:
            lines += [f"*** Delete File: {part.path}"]
        else:
            lines += [f"*** Update File: {part.path}"]
            lines += [f"*** Move to: {file.path}"] if file.path != file.old_path else []
            for hunk in part.hunks:
                lines += ["@@", *_body(hunk, reply.style)]
    return _fenced(reply.style, "\n".join((*lines, "*** End Patch")) + "\n", "patch")


def _whole_file(reply: Answer) -> str:
    pieces: list[str] = []
    for part in reply.parts:
        text = part.file.after
        if text is None or (part.file.path != part.file.old_path and text == part.file.before):
            continue
        holds = "```" in text and reply.style.fence
        style = replace(reply.style, fence="`" * 6) if holds else reply.style
        pieces.append(_path_line(reply, part.path) + _fenced(style, text, "text"))
    return "\n".join(pieces) + _files_moved(reply)


def _symbol(reply: Answer) -> str:
    pieces: list[str] = []
    for part in reply.parts:
        if part.file.before is None and part.file.after is not None:
            style = replace(reply.style, fence="`" * 6) if "```" in part.file.after else reply.style
            pieces.append(_path_line(reply, part.path) + _fenced(style, part.file.after))
        for name, text in part.symbols:
            style = replace(reply.style, fence="`" * 6) if "```" in text else reply.style
            pieces.append(_path_line(reply, f"{part.path}::{name}") + _fenced(style, text))
    return "\n".join(pieces) + _files_moved(reply)


def without_hunks(hunks: Sequence[Hunk], at: int, hunk: Hunk) -> tuple[Hunk, ...]:
    """``hunks`` with the one at ``at`` exchanged for ``hunk``."""
    return (*hunks[:at], hunk, *hunks[at + 1 :])
