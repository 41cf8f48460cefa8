"""Questions that the graph alone answers, off the event loop: they run in a thread and are given up by cancelling."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from sightline.edits.proposal import Unmatched
from sightline.engine.gate import DiffSource, step_of
from sightline.graph.coverage import joint_coverage
from sightline.graph.diff_impact import DiffImpactAnswer, impact_of_changes
from sightline.graph.stopping import Check, Stopped
from sightline.graph.view import GraphView
from sightline.tasks.trial import TrialPolicy

T = TypeVar("T")

#: What is asked: a function of a view that calls its second argument between steps.
Question: TypeAlias = Callable[[GraphView, Check], T]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffImpact:
    """The impact of a change; ``unmatched`` are parts of a diff that do not fit the tree and were left out."""

    answer: DiffImpactAnswer
    unmatched: tuple[Unmatched, ...]


async def asked_in_thread(question: Question[T], view: GraphView) -> T:
    """What ``question`` answers. When the task is cancelled the thread ends at its next step."""
    given_up = threading.Event()

    def check() -> None:
        if given_up.is_set():
            raise Stopped

    try:
        return await asyncio.to_thread(question, view, check)
    finally:
        given_up.set()


async def impact_of_step(source: DiffSource, view: GraphView, policy: TrialPolicy, depth: int) -> DiffImpact:
    """The impact of the change that ``source`` means. Raises as :func:`~sightline.engine.gate.step_of` does."""
    step = await step_of(source, view, policy)

    def question(after: GraphView, check: Check) -> DiffImpactAnswer:
        return impact_of_changes(step.before, after, step.changes, depth=depth, check=check)

    answer = await asked_in_thread(question, step.after)
    if step.unmatched:  # what was left out may affect others too
        answer = replace(answer, coverage=joint_coverage([answer.coverage], cut=True))
    return DiffImpact(answer=answer, unmatched=step.unmatched)
