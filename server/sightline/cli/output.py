"""Printing for people and for programs. Colour and progress go to a terminal only; data goes to standard output."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click

from sightline.base.redact import redact

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")


def print_json(data: Mapping[str, Any]) -> None:
    """One JSON document on standard output. Lone surrogates of file names are escaped, never a crash."""
    click.echo(json.dumps(data, ensure_ascii=not sys.stdout.isatty(), indent=2 if sys.stdout.isatty() else None))


def say(text: str) -> None:
    """A line for people on standard output."""
    click.echo(printable(text))


def note(text: str) -> None:
    """A line for people on standard error, out of the way of data."""
    click.echo(printable(text), err=True)


def stream(text: str) -> None:
    """A piece of a reply, at once and without a line end."""
    click.echo(printable(text), nl=False)


def printable(text: str) -> str:
    """``text`` without control characters: what a model or a file says must not steer the terminal.

    Line ends and tabs stay; C0, DEL and C1 controls (ECMA-48), which begin escape sequences, become U+FFFD.
    """
    return _CONTROLS.sub("\ufffd", text)


def moment(seconds: float) -> str:
    """A Unix time in seconds for people: the day and the minute where they are."""
    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def report_error(kind: str, message: str, hint: str, *, as_json: bool) -> None:
    """An error: on standard error for people; as ``{error: {kind, message, hint}}`` on standard output for programs."""
    message, hint = redact(message), redact(hint)
    if as_json:
        click.echo(json.dumps({"error": {"kind": kind, "message": message, "hint": hint}}))
    else:
        click.echo(f"sightline: {message}", err=True)
        if hint:
            click.echo(f"  {hint}", err=True)


@contextmanager
def progress_bar(title: str) -> Generator[Callable[[str, int, int], None] | None]:
    """A progress bar on standard error where that is a terminal, nothing elsewhere. Told (reading, done, total)."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415  30 ms that no program waits for
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415  as above

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=None)

        def listen(reading: str, done: int, total: int) -> None:
            bar.update(task, description=reading, completed=done, total=total or None)

        yield listen
