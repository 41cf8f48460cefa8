"""The user's clipboard: by the programs of the platform, else by asking the terminal (OSC 52).

Not a part of the ``System`` port: a program that owns a clipboard must live on after us, in a session of its own, which
no process of ours may. What is copied and pasted goes through standard input and output, never through arguments.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from sightline.base.system import PASSED_ON

#: Variables that a clipboard's program needs to find the screen.
_SCREEN = ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "XDG_SESSION_TYPE", "WSL_INTEROP")
#: Seconds that such a program may take.
PATIENCE = 10.0
#: Largest text (bytes in Base64) that is sent to a terminal: xterm and tmux take about this much, others more.
MOST_BY_TERMINAL = 74_994
#: Largest text that is pasted, in bytes.
MOST_PASTED = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tool:
    """How one program copies from standard input and pastes to standard output; ``needs`` a variable, or none."""

    copy: tuple[str, ...]
    paste: tuple[str, ...]
    needs: str = ""


_TOOLS = (
    _Tool(copy=("wl-copy",), paste=("wl-paste", "--no-newline"), needs="WAYLAND_DISPLAY"),
    _Tool(copy=("xclip", "-selection", "clipboard"), paste=("xclip", "-selection", "clipboard", "-o"), needs="DISPLAY"),
    _Tool(copy=("xsel", "--clipboard", "--input"), paste=("xsel", "--clipboard", "--output"), needs="DISPLAY"),
    _Tool(copy=("pbcopy",), paste=("pbpaste",)),
    _Tool(copy=("termux-clipboard-set",), paste=("termux-clipboard-get",)),
    _Tool(copy=("clip.exe",), paste=("powershell.exe", "-NoProfile", "-Command", "Get-Clipboard -Raw")),
)


class NoClipboard(Exception):
    """There is no clipboard that can be reached; the message says what was looked for, or what went wrong."""


def copy(text: str, environment: Mapping[str, str], terminal: Callable[[], BinaryIO] | None = None) -> str:
    """Puts ``text`` on the clipboard; answers by what. Raises :class:`NoClipboard`.

    Over SSH the terminal comes first: the programs would reach the clipboard of the other machine. ``terminal`` opens
    the terminal for writing; a terminal does not say whether it obeyed.
    """
    remote = any(name in environment for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))
    data = text.encode("utf-8", "replace")
    complaints: list[str] = []
    for way in (_by_terminal, _by_program) if remote else (_by_program, _by_terminal):
        try:
            return way(data, environment, terminal)
        except NoClipboard as error:
            complaints.append(str(error))
    raise NoClipboard(" ".join(complaints))


def paste(environment: Mapping[str, str]) -> str:
    """The text on the clipboard. Raises :class:`NoClipboard`."""
    complaints: list[str] = []
    for tool in _usable(environment):
        program = shutil.which(tool.paste[0], path=environment.get("PATH"))
        if program is None:
            continue
        try:
            found = subprocess.run(
                (program, *tool.paste[1:]),
                env=_environment(environment),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE,
                check=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            complaints.append(f"{tool.paste[0]}: {_why(error)}.")
        else:
            return found.stdout[:MOST_PASTED].decode("utf-8", "replace")
    raise NoClipboard(" ".join(complaints) or _none("paste"))


def _by_program(data: bytes, environment: Mapping[str, str], _: Callable[[], BinaryIO] | None) -> str:
    complaints: list[str] = []
    for tool in _usable(environment):
        program = shutil.which(tool.copy[0], path=environment.get("PATH"))
        if program is None:
            continue
        given = data.decode("utf-8").encode("utf-16") if tool.copy[0] == "clip.exe" else data
        try:
            # What owns the clipboard stays behind, so it gets no pipe of ours to hold open, and a session of its own.
            subprocess.run(
                (program, *tool.copy[1:]),
                env=_environment(environment),
                input=given,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=PATIENCE,
                check=True,
                start_new_session=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            complaints.append(f"{tool.copy[0]}: {_why(error)}.")
        else:
            return tool.copy[0]
    raise NoClipboard(" ".join(complaints) or _none("copy"))


def _by_terminal(data: bytes, environment: Mapping[str, str], terminal: Callable[[], BinaryIO] | None) -> str:
    if terminal is None or environment.get("TERM", "dumb") == "dumb":
        raise NoClipboard("There is no terminal that could be asked.")
    encoded = base64.b64encode(data)
    if len(encoded) > MOST_BY_TERMINAL:
        raise NoClipboard(f"{len(data):,} bytes are more than terminals take.")
    sequence = b"\x1b]52;c;" + encoded + b"\x07"
    if "TMUX" in environment:
        sequence = b"\x1bPtmux;" + sequence.replace(b"\x1b", b"\x1b\x1b") + b"\x1b\\"
    try:
        with terminal() as screen:
            screen.write(sequence)
            screen.flush()
    except OSError as error:
        raise NoClipboard(f"The terminal cannot be written to: {error.strerror or error}.") from error
    return "the terminal"


def this_terminal() -> BinaryIO:
    """The terminal this process runs in, for writing, whatever standard output is. Raises ``OSError``."""
    return open(os.ctermid() if hasattr(os, "ctermid") else "CONOUT$", "wb", buffering=0)


def _usable(environment: Mapping[str, str]) -> list[_Tool]:
    return [tool for tool in _TOOLS if not tool.needs or environment.get(tool.needs)]


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: environment[name] for name in (*PASSED_ON, *_SCREEN) if name in environment}


def _why(error: Exception) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"took longer than {PATIENCE:.0f} s"
    if isinstance(error, subprocess.CalledProcessError):
        return f"ended with code {error.returncode}"
    return getattr(error, "strerror", None) or str(error)


def _none(what: str) -> str:
    programs = ", ".join(dict.fromkeys(getattr(tool, what)[0] for tool in _TOOLS))
    return f"No program for the clipboard was found that works here; looked for {programs}."
