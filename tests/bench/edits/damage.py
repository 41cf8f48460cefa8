"""What happens to replies before they are applied, one operator each, with what must come of it.

Expectations: ``tree``: a careful person can apply the reply, and the commit's tree must come out. ``refusal``: nobody
can, and nothing may be applied. ``either``: a person may or may not; only a third outcome is wrong. An operator answers
``None`` where it does not apply.
"""

from __future__ import annotations

import html
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from human_diffs import Hunk
from rendered import Answer, Part, without_hunks

TREE, REFUSAL, EITHER = "tree", "refusal", "either"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A damaged reply and what must come of it."""

    text: str
    before: dict[str, str]
    after: dict[str, str]
    expected: str = TREE


Operator = Callable[[Answer, random.Random], Reply | None]

_BLOCKS = ("search_replace", "patch", "diff")


def _reply(answer: Answer, expected: str = TREE, text: str | None = None) -> Reply:
    return Reply(
        text=answer.text() if text is None else text, before=answer.before, after=answer.after, expected=expected
    )


def _on_texts(answer: Answer, change: Callable[[str], str]) -> Answer:
    """``answer`` for files whose texts are ``change`` of what they were, before and after."""
    return replace(
        answer,
        before={path: change(text) for path, text in answer.before.items()},
        after={path: change(text) for path, text in answer.after.items()},
    )


def _on_hunks(answer: Answer, change: Callable[[Hunk], Hunk]) -> Answer:
    return replace(answer, parts=tuple(replace(part, hunks=tuple(map(change, part.hunks))) for part in answer.parts))


def _on_lines(answer: Answer, change: Callable[[str], str]) -> Answer:
    """``answer`` with every line of code that the reply quotes changed."""
    changed = _on_hunks(
        answer, lambda hunk: Hunk(hunk.first, tuple(map(change, hunk.old)), tuple(map(change, hunk.new)))
    )
    return replace(
        changed,
        parts=tuple(
            replace(part, symbols=tuple((name, _each_line(text, change)) for name, text in part.symbols))
            for part in changed.parts
        ),
    )


def _each_line(text: str, change: Callable[[str], str]) -> str:
    return "".join(change(line) + "\n" for line in text.split("\n")[:-1])


def _some_hunk(answer: Answer, source: random.Random) -> tuple[int, int, Hunk] | None:
    """A hunk that changes or adds lines of a file that stays, by the indexes of its part and its own."""
    places = [
        (index, at, hunk)
        for index, part in enumerate(answer.parts)
        for at, hunk in enumerate(part.hunks)
        if part.file.before is not None and part.file.after is not None
    ]
    return source.choice(places) if places else None


def _with_hunk(answer: Answer, index: int, at: int, hunk: Hunk) -> Answer:
    part = answer.parts[index]
    changed = replace(part, hunks=without_hunks(part.hunks, at, hunk))
    return replace(answer, parts=(*answer.parts[:index], changed, *answer.parts[index + 1 :]))


def _edits(answer: Answer) -> list[Part]:
    return [part for part in answer.parts if part.hunks or part.symbols]


def _is_new(part: Part) -> bool:
    return part.file.before is None or part.file.after is None


def _kept(hunk: Hunk) -> tuple[int, int]:
    """How many lines at the beginning and at the end of a hunk stay."""
    size = min(len(hunk.old), len(hunk.new))
    head = next((at for at in range(size) if hunk.old[at] != hunk.new[at]), size)
    tail = next((at for at in range(size - head) if hunk.old[-1 - at] != hunk.new[-1 - at]), size - head)
    return head, tail


# --- whitespace ------------------------------------------------------------------------------------------------------


def untouched(answer: Answer, source: random.Random) -> Reply | None:
    """Nothing happens."""
    return _reply(answer)


def indentation_lost(answer: Answer, source: random.Random) -> Reply | None:
    """Every block begins at the left margin."""
    if answer.format == "diff" or not _edits(answer):
        return None
    damaged = _on_hunks(answer, _dedented)
    parts = tuple(
        replace(part, symbols=tuple((name, "\n".join(_margin(text.split("\n")))) for name, text in part.symbols))
        for part in damaged.parts
    )
    damaged = replace(damaged, parts=parts)
    return _reply(damaged) if damaged.text() != answer.text() else None


def _dedented(hunk: Hunk) -> Hunk:
    lines = _margin([*hunk.old, *hunk.new])
    return Hunk(hunk.first, tuple(lines[: len(hunk.old)]), tuple(lines[len(hunk.old) :]))


def _margin(lines: list[str]) -> list[str]:
    indents = [re.match(r"[ \t]*", line) for line in lines if line.strip()]
    texts = [match[0] for match in indents if match]
    common = min(texts, key=len, default="")
    if not all(text.startswith(common) for text in texts):
        return lines
    return [line.removeprefix(common) if line.strip() else line for line in lines]


def indentation_added(answer: Answer, source: random.Random) -> Reply | None:
    """Every line of code stands four columns further to the right."""
    if not _edits(answer) or any(_is_new(part) for part in answer.parts):
        return None
    return _reply(_on_lines(answer, lambda line: "    " + line if line.strip() else line))


def tabs_to_spaces(answer: Answer, source: random.Random) -> Reply | None:
    """Tabs at the beginning of lines become four spaces each."""
    if not _edits(answer) or any(_is_new(part) for part in answer.parts):
        return None
    lines = [line for part in answer.parts for hunk in part.hunks for line in (*hunk.old, *hunk.new)]
    lines += [line for part in answer.parts for _, text in part.symbols for line in text.split("\n")]
    if any(re.match(r"\t* ", line) for line in lines) or not any(line.startswith("\t") for line in lines):
        return None
    old = [line for part in answer.parts for hunk in part.hunks for line in hunk.old]
    if answer.format != "symbol" and not any(line.startswith("\t") and line.strip() for line in old):
        return None  # nothing that the reply quotes shows what happened
    return _reply(_on_lines(answer, lambda line: re.sub(r"^\t+", lambda match: "    " * len(match[0]), line)))


def spaces_to_tabs(answer: Answer, source: random.Random) -> Reply | None:
    """Every four spaces at the beginning of a line become a tab."""
    if not _edits(answer) or any(_is_new(part) for part in answer.parts):
        return None
    lines = [line for part in answer.parts for hunk in part.hunks for line in (*hunk.old, *hunk.new)]
    lines += [line for part in answer.parts for _, text in part.symbols for line in text.split("\n")]
    widths = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
    if any(line.startswith("\t") for line in lines) or any(width % 4 for width in widths) or not any(widths):
        return None
    old = [line for part in answer.parts for hunk in part.hunks for line in hunk.old]
    if answer.format != "symbol" and not any(line.startswith("    ") and line.strip() for line in old):
        return None  # nothing that the reply quotes shows what happened
    return _reply(_on_lines(answer, lambda line: re.sub(r"^(?: {4})+", lambda m: "\t" * (len(m[0]) // 4), line)))


def trailing_whitespace(answer: Answer, source: random.Random) -> Reply | None:
    """Some lines that the reply quotes end in spaces that the file has not."""
    if not _edits(answer) or any(_is_new(part) for part in answer.parts):
        return None
    if answer.format == "symbol":
        return None
    return _reply(_on_hunks(answer, lambda hunk: _trailing(hunk, source)))


def _trailing(hunk: Hunk, source: random.Random) -> Hunk:
    ends = {line: source.choice(("", " ", "  ", "\t")) for line in (*hunk.old, *hunk.new)}
    head, tail = _kept(hunk)
    size = len(hunk.old)
    old = tuple(line + ends[line] if at < head or at >= size - tail else line for at, line in enumerate(hunk.old))
    size = len(hunk.new)
    new = tuple(line + ends[line] if at < head or at >= size - tail else line for at, line in enumerate(hunk.new))
    return Hunk(hunk.first, old, new)


def trailing_whitespace_in_file(answer: Answer, source: random.Random) -> Reply | None:
    """Lines of the file that the commit leaves alone end in spaces that the reply does not quote."""
    if not any(part.hunks for part in answer.parts) or answer.format == "whole_file":
        return None
    before, after = dict(answer.before), dict(answer.after)
    for part in answer.parts:
        if not part.hunks or _is_new(part):
            continue
        old, new = before[part.file.old_path].split("\n"), after[part.file.path].split("\n")
        shift = 0
        for hunk in part.hunks:
            head, tail = _kept(hunk)
            for at in (*range(head), *range(len(hunk.old) - tail, len(hunk.old))):
                target = at if at < head else at + len(hunk.new) - len(hunk.old)
                if source.random() < 0.5:
                    old[hunk.first + at] += "  "
                    new[hunk.first + shift + target] += "  "
            shift += len(hunk.new) - len(hunk.old)
        before[part.file.old_path], after[part.file.path] = "\n".join(old), "\n".join(new)
    return Reply(text=answer.text(), before=before, after=after)


def crlf_reply(answer: Answer, source: random.Random) -> Reply | None:
    """The reply comes with CRLF."""
    return _reply(answer, text=answer.text().replace("\n", "\r\n"))


def crlf_files(answer: Answer, source: random.Random) -> Reply | None:
    """The files have CRLF, which a reply does not show."""
    if any(part.file.before is None for part in answer.parts):
        return None
    return _reply(_on_texts(answer, lambda text: text.replace("\n", "\r\n")), text=answer.text())


def byte_order_mark(answer: Answer, source: random.Random) -> Reply | None:
    """The files begin with a byte order mark, which a reply does not show."""
    if any(part.file.before is None for part in answer.parts):
        return None
    return _reply(_on_texts(answer, lambda text: "\ufeff" + text), text=answer.text())


def no_final_newline(answer: Answer, source: random.Random) -> Reply | None:
    """The files do not end in a line end; a reply shows whole lines."""
    if any(_is_new(part) for part in answer.parts):
        return None
    if any(text.endswith("\n\n") or not text.strip("\n") for text in (*answer.before.values(), *answer.after.values())):
        return None
    return _reply(_on_texts(answer, lambda text: text.removesuffix("\n")), text=answer.text())


# --- what stands around ----------------------------------------------------------------------------------------------


def prose_around(answer: Answer, source: random.Random) -> Reply | None:
    """Reasoning, an introduction with a quotation of code, and a summary."""
    path = answer.parts[0].path
    text = (
        f"<think>\nMaybe `{path}`?\n<<<<<<< SEARCH\nno\n</think>\n\nI looked at `{path}`. The part that matters is:\n\n"
        f"```\nsomething = here\n```\n\nThe edit:\n\n{answer.text()}\n"
        f"This changes `{path}` as you asked.\n\n- It is done.\n"
    )
    return _reply(answer, text=text)


def other_fence(answer: Answer, source: random.Random) -> Reply | None:
    """Another fence than asked for, or one with the wrong language."""
    bare = answer.format in ("search_replace", "patch")
    fence, language = source.choice(
        (("~~~", ""), ("````", "text"), ("```", "javascript"), *((("", ""),) if bare else ()))
    )
    damaged = replace(answer, style=replace(answer.style, fence=fence, language=language))
    return _reply(damaged)


_SPELLINGS = (
    "./{path}", "`{path}`", "**{path}**", "### {path}", "### `{path}`:", "File: {path}", "/w/{path}", '"{path}"',
    "{path}:", "// {path}", "# {path}", "**File:** `{path}`", "w/{path}", "a/{path}",
)  # fmt: skip


def path_spelling(answer: Answer, source: random.Random) -> Reply | None:
    """The path in another usual spelling."""
    spelling = source.choice(_SPELLINGS)
    if answer.format in ("diff", "patch"):
        if answer.format == "diff" or any(_is_new(part) or part.file.path != part.path for part in answer.parts):
            return None
        spelling = source.choice(("./{path}", "/w/{path}", "`{path}`", '"{path}"', "a/{path}"))
        parts = tuple(replace(part, path=spelling.replace("{path}", part.path)) for part in answer.parts)
        return _reply(replace(answer, parts=parts))
    if spelling[0] in "wa" and any(part.file.before is None for part in answer.parts):
        return None
    return _reply(replace(answer, style=replace(answer.style, path_line=spelling)))


def path_suffix(answer: Answer, source: random.Random) -> Reply | None:
    """Only the end of the path, where no other file of the workspace ends so."""
    if answer.format == "diff" or any(_is_new(part) or part.file.path != part.path for part in answer.parts):
        return None
    if any("/" not in part.path for part in answer.parts):
        return None
    parts = tuple(replace(part, path=part.path.partition("/")[2]) for part in answer.parts)
    ends = [[path for path in answer.before if path.endswith("/" + part.path) or path == part.path] for part in parts]
    return _reply(replace(answer, parts=parts)) if all(len(found) == 1 for found in ends) else None


def backslashes(answer: Answer, source: random.Random) -> Reply | None:
    """Paths as Windows writes them."""
    if any("/" not in part.path or part.file.path != part.path for part in answer.parts) or answer.format == "diff":
        return None
    parts = tuple(replace(part, path=part.path.replace("/", "\\")) for part in answer.parts)
    return _reply(replace(answer, parts=parts))


# --- order and number ------------------------------------------------------------------------------------------------


def shuffled(answer: Answer, source: random.Random) -> Reply | None:
    """Blocks, hunks and files in another order."""
    parts = [
        replace(
            part,
            hunks=tuple(source.sample(part.hunks, len(part.hunks))),
            symbols=tuple(source.sample(part.symbols, len(part.symbols))),
        )
        for part in answer.parts
    ]
    source.shuffle(parts)
    damaged = replace(answer, parts=tuple(parts))
    return _reply(damaged) if damaged.text() != answer.text() else None


def duplicated(answer: Answer, source: random.Random) -> Reply | None:
    """One block twice."""
    if answer.format == "whole_file":
        return _reply(answer, text=answer.text() + "\n" + answer.text())
    index = source.randrange(len(answer.parts))
    part = answer.parts[index]
    items = part.hunks or part.symbols
    if not items or _is_new(part):
        return None
    at = source.randrange(len(items))
    twice = (*items, items[at])
    part = replace(part, **{"hunks" if part.hunks else "symbols": twice})
    return _reply(replace(answer, parts=(*answer.parts[:index], part, *answer.parts[index + 1 :])))


def wrong_numbers(answer: Answer, source: random.Random) -> Reply | None:
    """Hunk headers with line numbers that are far off."""
    return _headers(answer, "wrong")


def wrong_counts(answer: Answer, source: random.Random) -> Reply | None:
    """Hunk headers whose counts do not fit."""
    return _headers(answer, "counts")


def no_numbers(answer: Answer, source: random.Random) -> Reply | None:
    """Hunk headers without numbers."""
    return _headers(answer, "none")


def _headers(answer: Answer, header: str) -> Reply | None:
    if answer.format != "diff" or any(_is_new(part) for part in answer.parts):
        return None
    if not any(part.hunks for part in answer.parts):
        return None
    alone = all(_alone(answer.before[part.file.old_path], hunk) for part in answer.parts for hunk in part.hunks)
    return _reply(
        replace(answer, style=replace(answer.style, header=header)), TREE if alone or header == "counts" else EITHER
    )


def _alone(text: str, hunk: Hunk) -> bool:
    lines = text.split("\n")[:-1]
    size = len(hunk.old)
    return size > 0 and sum(tuple(lines[at : at + size]) == hunk.old for at in range(len(lines) - size + 1)) == 1


def applied_already(answer: Answer, source: random.Random) -> Reply | None:
    """The files are as the reply wants them."""
    if any(part.file.path != part.file.old_path for part in answer.parts) or any(
        _is_new(part) for part in answer.parts
    ):
        return None
    return Reply(text=answer.text(), before=answer.after, after=answer.after, expected=EITHER)


# --- what was left out, or is gone -----------------------------------------------------------------------------------


def truncated(answer: Answer, source: random.Random) -> Reply | None:
    """The reply stops inside its last block."""
    text = answer.text()
    marks = {"search_replace": ">>>>>>> REPLACE", "patch": "*** End Patch"}
    end = text.rfind(marks.get(answer.format, "\n" + answer.style.fence))
    begin = text.rfind("<<<<<<< SEARCH") if answer.format == "search_replace" else text.rfind("@@", 0, end)
    if answer.format in ("whole_file", "symbol"):
        begin = text.rfind(answer.style.fence, 0, end) + 3
    if (
        begin < 0
        or end - begin < 20
        or any(part.file.after is None or part.file.path != part.path for part in answer.parts)
    ):
        return None
    return _reply(answer, REFUSAL, text=text[: source.randrange(begin + 15, end)])


_ELISIONS = ("# ... existing code ...", "// ... rest of the code unchanged ...", "... (rest of the file) ...")


def elided(answer: Answer, source: random.Random) -> Reply | None:
    """Lines of the new text are left out, and a comment says so."""
    mark = source.choice(_ELISIONS)
    if answer.format == "whole_file":
        part = answer.parts[0]
        if part.file.after is None or part.file.after.count("\n") < 12 or _is_new(part) or len(answer.parts) > 1:
            return None
        lines = part.file.after.split("\n")
        text = "\n".join((*lines[:5], mark, *lines[-4:]))
        file = replace(part.file, after=text)
        damaged = replace(answer, parts=(replace(part, file=file),))
        return Reply(text=damaged.text(), before=answer.before, after=answer.after, expected=REFUSAL)
    if (found := _some_hunk(answer, source)) is None:
        return None
    index, at, hunk = found
    head, tail = _kept(hunk)
    new = hunk.new[head : len(hunk.new) - tail]
    if len(new) < 3 or answer.format == "symbol":
        return None
    middle = (new[0], mark, new[-1])
    cut = Hunk(hunk.first, hunk.old, (*hunk.new[:head], *middle, *hunk.new[len(hunk.new) - tail :]))
    return _reply(_with_hunk(answer, index, at, cut), REFUSAL)


def elided_on_both_sides(answer: Answer, source: random.Random) -> Reply | None:
    """A block quotes far more than it changes, and leaves the middle out of both of its parts in the same way."""
    if answer.format != "search_replace" or (found := _some_hunk(answer, source)) is None:
        return None
    index, at, hunk = found
    part = answer.parts[index]
    before = (part.file.before or "").split("\n")[:-1]
    end = hunk.first + len(hunk.old)
    behind = before[end : end + 10]
    others = [other for other in part.hunks if other is not hunk and other.first >= hunk.first]
    if len(behind) < 10 or any(other.first < end + 10 for other in others):
        return None
    tail = ("...", *behind[-3:])
    long = Hunk(hunk.first, (*hunk.old, *tail), (*hunk.new, *tail))
    return _reply(_with_hunk(answer, index, at, long), EITHER)


def cloned(answer: Answer, source: random.Random) -> Reply | None:
    """The file holds the lines that a block quotes a second time: only a line number tells the two apart."""
    found = _some_hunk(answer, source)
    if found is None or answer.format == "symbol":
        return None
    index, _, hunk = found
    if len(answer.parts[index].hunks) > 1 or not hunk.old:
        return None
    copy = "\n".join(("", "# a copy", *hunk.old, "# its end", ""))
    damaged = _grown(answer, answer.parts[index], copy)
    return _reply(damaged, TREE if answer.format == "diff" else REFUSAL, text=answer.text())


def _grown(answer: Answer, part: Part, copy: str) -> Answer:
    """The files with ``copy`` at the end of one of them, before and after."""
    before = answer.before | {part.file.old_path: answer.before[part.file.old_path] + copy}
    after = answer.after | {part.file.path: answer.after[part.file.path] + copy}
    return replace(answer, before=before, after=after)


def _stale_line(line: str, source: random.Random) -> str | None:
    """``line`` as it may have been some commits ago: one of its words is another."""
    words = list(re.finditer(r"[A-Za-z_]\w{2,}", line))
    if not words:
        return None
    word = source.choice(words)
    return line[: word.start()] + source.choice(("old_", "my", "get")) + word[0].capitalize() + line[word.end() :]


def _stale(hunk: Hunk, source: random.Random) -> Hunk | None:
    """The hunk with one of its unchanged lines out of date, not one beside a change."""
    head, tail = _kept(hunk)
    size = len(hunk.old)
    free = [
        at for at in (*range(head - 1), *range(size - tail + 1, size)) if re.search(r"[A-Za-z_]\w{2,}", hunk.old[at])
    ]
    if not free:
        return None
    at = source.choice(free)
    line = _stale_line(hunk.old[at], source)
    if line is None:
        return None
    target = at if at < head else at + len(hunk.new) - size
    return Hunk(
        hunk.first, (*hunk.old[:at], line, *hunk.old[at + 1 :]), (*hunk.new[:target], line, *hunk.new[target + 1 :])
    )


def stale_context(answer: Answer, source: random.Random) -> Reply | None:
    """A line that stays is quoted as it was some commits ago."""
    if answer.format not in _BLOCKS or (found := _some_hunk(answer, source)) is None:
        return None
    index, at, hunk = found
    stale = _stale(hunk, source)
    return None if stale is None else _reply(_with_hunk(answer, index, at, stale))


def stale_beside_near_clone(answer: Answer, source: random.Random) -> Reply | None:
    """The same, and the file holds a copy of the place in which one line is another."""
    if answer.format not in _BLOCKS or (found := _some_hunk(answer, source)) is None:
        return None
    index, at, hunk = found
    stale = _stale(hunk, source)
    if stale is None or len(answer.parts[index].hunks) > 1:
        return None
    copy = list(hunk.old)
    number = source.randrange(len(copy))
    copy[number] = _stale_line(copy[number], source) or copy[number] + " # other"
    if tuple(copy) == stale.old:
        return None
    damaged = _grown(answer, answer.parts[index], "\n".join(("", "# a copy", *copy, "# its end", "")))
    return _reply(_with_hunk(damaged, index, at, stale), EITHER)


def gone_but_near_clone(answer: Answer, source: random.Random) -> Reply | None:
    """The lines that a block quotes are gone; its sibling is there, the same but for one name throughout."""
    if answer.format not in _BLOCKS or (found := _some_hunk(answer, source)) is None:
        return None
    index, _, hunk = found
    part = answer.parts[index]
    if len(part.hunks) > 1 or len(answer.parts) > 1 or part.file.path != part.file.old_path:
        return None
    names = Counter(name for line in hunk.old for name in set(re.findall(r"[A-Za-z_]\w{2,}", line)))
    shared = sorted(name for name, count in names.items() if count > 1)
    if not shared:
        return None
    name = source.choice(shared)
    copy = [re.sub(rf"\b{name}\b", f"other_{name}", line) for line in hunk.old]
    if sum(left != right for left, right in zip(copy, hunk.old, strict=True)) < 2:
        return None
    lines = answer.before[part.file.old_path].split("\n")
    lines[hunk.first : hunk.first + len(hunk.old)] = []
    text = "\n".join(lines) + "\n# a copy\n" + "\n".join(copy) + "\n# its end\n"
    return Reply(text=answer.text(), before={part.path: text}, after={part.path: ""}, expected=REFUSAL)


def stale_change(answer: Answer, source: random.Random) -> Reply | None:
    """A line that the block removes is not the file's: what it would overwrite is not known."""
    if answer.format not in _BLOCKS or (found := _some_hunk(answer, source)) is None:
        return None
    index, at, hunk = found
    head, tail = _kept(hunk)
    removed = [number for number in range(head, len(hunk.old) - tail) if hunk.old[number] not in hunk.new]
    if not removed:
        return None
    number = source.choice(removed)
    line = _stale_line(hunk.old[number], source)
    if line is None or line in hunk.new:
        return None
    stale = Hunk(hunk.first, (*hunk.old[:number], line, *hunk.old[number + 1 :]), hunk.new)
    return _reply(_with_hunk(answer, index, at, stale), REFUSAL)


def blank_lines_dropped(answer: Answer, source: random.Random) -> Reply | None:
    """Blank lines that stay are not quoted."""
    if answer.format not in _BLOCKS or (found := _some_hunk(answer, source)) is None:
        return None
    index, at, hunk = found
    head, tail = _kept(hunk)
    old = [line for number, line in enumerate(hunk.old) if line.strip() or head - 1 <= number <= len(hunk.old) - tail]
    new = [line for number, line in enumerate(hunk.new) if line.strip() or head - 1 <= number <= len(hunk.new) - tail]
    if len(old) == len(hunk.old) or len(hunk.old) - len(old) != len(hunk.new) - len(new):
        return None
    return _reply(_with_hunk(answer, index, at, Hunk(hunk.first, tuple(old), tuple(new))))


def context_without_space(answer: Answer, source: random.Random) -> Reply | None:
    """A diff whose lines that stay have lost the space in front."""
    if answer.format not in ("diff", "patch") or not any(part.hunks for part in answer.parts):
        return None
    return _reply(replace(answer, style=replace(answer.style, prefix="")), EITHER)


# --- characters ------------------------------------------------------------------------------------------------------


def typographic(answer: Answer, source: random.Random) -> Reply | None:
    """Quotes become typographic ones, as text processors make them."""
    return _characters(answer, lambda line: re.sub(r'"([^"]*)"', "\u201c\\1\u201d", line).replace("'", "\u2019"))


def html_escapes(answer: Answer, source: random.Random) -> Reply | None:
    """Angle brackets and ampersands come as HTML escapes."""
    return _characters(answer, lambda line: html.escape(line, quote=False))


def _characters(answer: Answer, change: Callable[[str], str]) -> Reply | None:
    """Proven where the lines that stay show it; where only new lines have such characters, nobody can know."""
    if answer.format not in _BLOCKS or any(_is_new(part) for part in answer.parts):
        return None
    hunks = [hunk for part in answer.parts for hunk in part.hunks]
    if not any(change(line) != line for hunk in hunks for line in hunk.old):
        return None
    odd = re.compile("[\u2018\u2019\u201c\u201d]|&(?:lt|gt|amp);")
    if any(odd.search(line) for hunk in hunks for line in (*hunk.old, *hunk.new)):
        return None
    alone = [all(change(line) == line for line in h.old) and any(change(line) != line for line in h.new) for h in hunks]
    if any(alone):
        return None
    return _reply(_on_lines(answer, change))


def line_numbers(answer: Answer, source: random.Random) -> Reply | None:
    """Every line of a block has its number in front."""
    if answer.format != "search_replace" or any(_is_new(part) for part in answer.parts):
        return None
    if not any(part.hunks for part in answer.parts):
        return None
    return _reply(replace(answer, style=replace(answer.style, numbered=True)))


OPERATORS: dict[str, Operator] = {
    operator.__name__: operator
    for operator in (
        untouched, indentation_lost, indentation_added, tabs_to_spaces, spaces_to_tabs, trailing_whitespace,
        trailing_whitespace_in_file, crlf_reply, crlf_files, byte_order_mark, no_final_newline, prose_around,
        other_fence, path_spelling, path_suffix, backslashes, shuffled, duplicated, wrong_numbers, wrong_counts,
        no_numbers, applied_already, truncated, elided, elided_on_both_sides, cloned, stale_context,
        stale_beside_near_clone, gone_but_near_clone, stale_change, blank_lines_dropped, context_without_space,
        typographic, html_escapes, line_numbers,
    )
}  # fmt: skip

#: Damages of whitespace: nobody can tell blanks at the ends of lines that were meant from those that were not.
WHITESPACE = frozenset(
    operator.__name__
    for operator in (
        indentation_lost, indentation_added, tabs_to_spaces, spaces_to_tabs, trailing_whitespace,
        trailing_whitespace_in_file, context_without_space,
    )
)  # fmt: skip
