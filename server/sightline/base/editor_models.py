"""The port to models that the editor itself offers: asked through it, and answering with its rights and its limits."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from sightline.base.errors import SightlineError
from sightline.base.system import System


class EditorRefusal(StrEnum):
    """Why an editor does not answer. Any word that is none of these is ``FAILED``."""

    NO_PERMISSION = "no_permission"
    NOT_FOUND = "not_found"
    BLOCKED = "blocked"
    FAILED = "failed"


class EditorRefused(SightlineError):
    """The editor did not answer; ``refusal`` says why, and the message is in its words."""

    default_kind = "editor_refused"

    def __init__(self, refusal: EditorRefusal, message: str) -> None:
        super().__init__(message)
        self.refusal = refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedModel:
    """A model that an editor offers. ``largest_prompt`` is in tokens, ``None`` where it is not told."""

    name: str
    title: str = ""
    largest_prompt: int | None = None


class EditorModels(Protocol):
    """The models of one editor."""

    async def offered(self) -> Sequence[OfferedModel]:
        """What can be asked for now. Raises :class:`EditorRefused`."""
        ...

    def ask(self, request: Mapping[str, Any]) -> AsyncGenerator[str, None]:
        """The pieces of a reply to ``request`` (docs/reference/protocol.md). Raises :class:`EditorRefused`.

        Closing the generator tells the editor that nobody listens any more.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class EditorSystem(System):
    """The machine, and an editor on it that offers models."""

    editor_models: EditorModels


def with_editor(system: System, models: EditorModels | None) -> System:
    """``system`` with the models of an editor, or as it is where there are none."""
    if models is None:
        return system
    return EditorSystem(
        files=system.files,
        clock=system.clock,
        processes=system.processes,
        environment=system.environment,
        editor_models=models,
    )
