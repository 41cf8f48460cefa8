"""Long questions are asked in threads, which nobody can cancel: they look now and then whether anybody still waits."""

from __future__ import annotations

from collections.abc import Callable


class Stopped(Exception):
    """Raised in a question that was given up."""


#: Called between the steps of a long question; raises :class:`Stopped` when nobody waits any more.
Check = Callable[[], None]


def go_on() -> None:
    """For questions that nobody gives up."""
