"""Printing for people and for programs. Colour and progress go to a terminal only; data goes to standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from sightline.base.redact import redact
from sightline.engine.engine import Progress as ProgressListener


def print_json(data: Mapping[str, Any]) -> None:
    """One JSON document on standard output. Lone surrogates of file names are escaped, never a crash."""
    click.echo(json.dumps(data, ensure_ascii=not sys.stdout.isatty(), indent=2 if sys.stdout.isatty() else None))


def say(text: str) -> None:
    """A line for people on standard output."""
    click.echo(text)


def note(text: str) -> None:
    """A line for people on standard error, out of the way of data."""
    click.echo(text, err=True)


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
def progress_bar(title: str) -> Generator[ProgressListener | None]:
    """A progress bar on standard error where that is a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=None)

        def listen(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None)

        yield listen
