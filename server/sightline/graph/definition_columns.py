"""Rows of definitions as columns, and back: so they compress to a little over half of what rows do.

Offsets are kept as distances from one another, which are small. This file knows no bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain
from operator import add, sub
from typing import Any

from sightline.graph.raw_facts import DefinitionRow

_Column = Sequence[Any]


def definition_columns(rows: Sequence[DefinitionRow]) -> tuple[_Column, ...]:
    """One column for each field of the rows; none for no rows."""
    if not rows:
        return ()
    columns: tuple[_Column, ...] = tuple(zip(*rows, strict=True))
    names, kinds, starts, ends, name_starts, name_ends, bodies, *others = columns
    return (
        names,
        kinds,
        list(map(sub, starts, chain((0,), starts))),
        list(map(sub, ends, bodies)),
        list(map(sub, name_starts, starts)),
        list(map(sub, name_ends, name_starts)),
        list(map(sub, bodies, name_ends)),
        *others,
    )


def definition_rows(columns: Sequence[_Column]) -> tuple[tuple[Any, ...], ...]:
    """The rows, as plain tuples, of what :func:`definition_columns` made. Raises ``ValueError`` for uneven columns."""
    if not columns:
        return ()
    names, kinds, start_steps, end_steps, name_start_steps, name_end_steps, body_steps, *others = columns
    starts = list(accumulate(start_steps))
    name_starts = list(map(add, starts, name_start_steps))
    name_ends = list(map(add, name_starts, name_end_steps))
    bodies = list(map(add, name_ends, body_steps))
    ends = list(map(add, bodies, end_steps))
    return tuple(zip(names, kinds, starts, ends, name_starts, name_ends, bodies, *others, strict=True))
