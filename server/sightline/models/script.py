"""The file of a scripted model, read into values. The format is described in docs/reference/scripted-model.md.

Parsing is strict: a script is written by hand, and a misspelt key that did nothing would be found late.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sightline.base.errors import UsageError
from sightline.models.messages import Finish, ModelFailure

_MARK = "%%%"
_HEADER = re.compile(r"([a-z_]+):(?:[ \t]+(.*))?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedReply:
    """One reply. ``when`` are texts that must all be in the prompt; ``times`` is how often it answers (0: always).

    ``pieces`` 0 means one piece a line. ``fail_after`` and ``hang_after`` count pieces, ``None`` is never.
    """

    line: int
    text: str = ""
    reasoning: str = ""
    when: tuple[str, ...] = ()
    times: int = 1
    pieces: int = 0
    delay: float = 0.0
    finish: Finish = Finish.STOP
    fail: ModelFailure | None = None
    fail_after: int = 0
    message: str = ""
    hang_after: int | None = None
    garbage: int = 0
    usage: bool = True
    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A whole file: the replies in order, and what the pretended server says of itself."""

    replies: tuple[ScriptedReply, ...]
    window: int | None = None
    models: tuple[str, ...] = ()


@dataclass(slots=True)
class _Section:
    """One ``%%%`` line with the lines up to the next."""

    name: str
    line: int
    lines: list[str] = field(default_factory=list[str])


def parse_script(text: str, file: str = "the script") -> Script:
    """Reads a script. Raises :class:`UsageError` (kind ``script``) naming file and line."""
    script = Script(replies=())
    for section in _sections(text, file):
        headers, body = _parts(section, file)
        if section.name == "server":
            script = _server(script, headers, section, file)
        elif section.name == "reply":
            script = replace(script, replies=(*script.replies, _reply(headers, body, section, file)))
        elif section.name == "reasoning" and script.replies:
            last = replace(script.replies[-1], reasoning="\n".join(_trimmed(section.lines)))
            script = replace(script, replies=(*script.replies[:-1], last))
        else:
            raise _mistake(file, section.line, f"{_MARK} {section.name} is not a section here")
    return script


def _sections(text: str, file: str) -> list[_Section]:
    sections: list[_Section] = []
    for number, line in enumerate(text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"), start=1):
        if line == _MARK or line.startswith(_MARK + " "):
            sections.append(_Section(line.removeprefix(_MARK).strip(), number))
        elif sections:
            sections[-1].lines.append(line[1:] if line.startswith("\\" + _MARK) else line)
        elif line.strip() and not line.startswith("#"):
            raise _mistake(file, number, f"text before the first section (begin a reply with '{_MARK} reply')")
    return sections


def _parts(section: _Section, file: str) -> tuple[list[tuple[str, str, int]], str]:
    """Header lines as (key, value, line) and the body: what follows the first empty line."""
    headers: list[tuple[str, str, int]] = []
    if section.name == "reasoning":
        return headers, ""
    for index, line in enumerate(section.lines):
        if not line.strip():
            return headers, "\n".join(_trimmed(section.lines[index:]))
        found = _HEADER.match(line)
        if found is None:
            message = f"'{line[:40]}' is not 'key: value' (an empty line begins the text)"
            raise _mistake(file, section.line + index + 1, message)
        headers.append((found[1], (found[2] or "").strip(), section.line + index + 1))
    return headers, ""


def _trimmed(lines: list[str]) -> list[str]:
    """``lines`` without empty ones at both ends."""
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return lines[start:end]


def _server(script: Script, headers: list[tuple[str, str, int]], section: _Section, file: str) -> Script:
    if script.replies:
        raise _mistake(file, section.line, f"{_MARK} server stands before the replies")
    for key, value, line in headers:
        if key == "window":
            script = replace(script, window=_value(_whole, key, value, line, file))
        elif key == "models":
            script = replace(script, models=tuple(name.strip() for name in value.split(",") if name.strip()))
        else:
            raise _mistake(file, line, f"a server has no '{key}'")
    return script


def _reply(headers: list[tuple[str, str, int]], body: str, section: _Section, file: str) -> ScriptedReply:
    given: dict[str, Any] = {}
    when: list[str] = []
    for key, value, line in headers:
        if key == "when":
            when.append(value)
        elif key not in REPLY_KEYS:
            raise _mistake(file, line, f"a reply has no '{key}'")
        elif key in given:
            raise _mistake(file, line, f"'{key}' is given twice")
        else:
            given[key] = _value(REPLY_KEYS[key], key, value, line, file)
    if given.get("prompt_tokens", 0) is None:
        given["usage"] = False
    return ScriptedReply(line=section.line, text=body, when=tuple(when), **given)


def _value(read: Callable[[str], Any], key: str, value: str, line: int, file: str) -> Any:
    try:
        return read(value)
    except ValueError as error:
        raise _mistake(file, line, f"'{key}: {value}': {error}") from None


def _whole(value: str) -> int:
    if not (value.isascii() and value.isdecimal()):
        raise ValueError("a whole number is wanted")
    return int(value)


def _seconds(value: str) -> float:
    seconds = float(value) if re.fullmatch(r"\d+(\.\d+)?", value) else -1.0
    if seconds < 0:
        raise ValueError("a number of seconds is wanted")
    return seconds


def _times(value: str) -> int:
    return 0 if value == "always" else _whole(value)


def _whole_or_none(value: str) -> int | None:
    return None if value == "none" else _whole(value)


def _finish(value: str) -> Finish:
    try:
        return Finish(value)
    except ValueError:
        raise ValueError(f"one of {', '.join(Finish)} is wanted") from None


def _failure(value: str) -> ModelFailure:
    try:
        return ModelFailure(f"model_{value.removeprefix('model_')}")
    except ValueError:
        names = ", ".join(failure.value.removeprefix("model_") for failure in ModelFailure)
        raise ValueError(f"one of {names} is wanted") from None


#: Keys of a reply beside ``when``, each with its reader (``ValueError`` says what is wanted).
REPLY_KEYS: dict[str, Callable[[str], Any]] = {
    "times": _times,
    "pieces": _whole,
    "delay": _seconds,
    "finish": _finish,
    "fail": _failure,
    "fail_after": _whole,
    "message": str,
    "hang_after": _whole,
    "garbage": _whole,
    "prompt_tokens": _whole_or_none,
    "cached_tokens": _whole,
    "output_tokens": _whole,
}


def _mistake(file: str, line: int, message: str) -> UsageError:
    return UsageError(
        f"{file}, line {line}: {message}.",
        hint="The format is described in docs/reference/scripted-model.md.",
        kind="script",
    )
