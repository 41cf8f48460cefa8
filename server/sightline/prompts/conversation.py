"""``Conversation``: the messages of past turns as they were sent, and what the reader of them knows of the files.

A plain value: ``follow_up.py`` makes the next message of one, ``sessions/conversations.py`` keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sightline.base.paths import WorkspacePath
from sightline.context.known import Known, KnownFile
from sightline.models.messages import Message
from sightline.prompts.build import ManifestEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTurn:
    """A turn that came to its end. ``task`` and ``reply`` hold no secrets.

    ``verdict`` is a value of ``TurnVerdict``; ``changes`` are the digests of the texts before and after the edit that
    was proposed, "" where there is no file.
    """

    turn: str
    task_type: str
    task: str
    reply: str
    verdict: str
    changes: Mapping[WorkspacePath, tuple[str, str]] = field(default_factory=dict[WorkspacePath, "tuple[str, str]"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One conversation. ``messages`` end with a reply, or there are none yet.

    ``known`` is what the messages show of files as they were at the last turn; ``manifest`` lists all of it as it was
    shown. ``turns`` are all that were, also those whose messages had to be dropped. ``task_type`` and ``edit_format``
    are those that the messages gave rules for last. ``model`` began it, ``private``: no cloud has read it.
    """

    name: str
    messages: tuple[Message, ...] = ()
    known: Known = field(default_factory=dict[WorkspacePath, KnownFile])
    manifest: tuple[ManifestEntry, ...] = ()
    turns: tuple[PastTurn, ...] = ()
    task_type: str = ""
    edit_format: str = ""
    model: str = ""
    private: bool = False
