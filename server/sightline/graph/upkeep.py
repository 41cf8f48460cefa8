"""How garbage is collected while a graph is built, and once it is there."""

from __future__ import annotations

import gc

#: While a graph is built objects only pile up: never walk through more than 50,000 of them, which takes 4 ms.
_WHILE_BUILDING = (5_000, 10, 1_000_000)
#: Answers are built of thousands of small tuples, which Python's default would walk through every 700 allocations; a
#: search for references took 40 % less time. The largest of them make 150,000 objects, which refer to nothing in
#: circles: with a walk after every 50,000 they took a quarter longer. (A server sets its own, for short pauses.)
_AFTERWARDS = (200_000, 10, 10)


def before_building() -> None:
    """No full collections from now on."""
    gc.set_threshold(*_WHILE_BUILDING)


def after_building() -> None:
    """What was loaded stays for good: a collection that walked through it would hold the loop for nothing."""
    gc.freeze()
    gc.set_threshold(*_AFTERWARDS)
