"""The JSON of ``sightline prompt``, as plain typed dictionaries. Its shape is stable: fields may be added."""

from __future__ import annotations

from typing import TypedDict

from sightline.context.report import StepReport, chain_report
from sightline.prompts.build import ManifestEntry, Prompt


class MessageReport(TypedDict):
    """One message as it is sent."""

    role: str
    content: str


class ManifestReport(TypedDict):
    """One piece of code in the messages. Lines are one-based and inclusive.

    ``message`` counts the messages from 0, ``digest`` is that of the text the piece is of, ``version`` the editor's
    number for that text (null for a closed file). ``chain`` leads by the graph from the piece to what the task led
    to.
    """

    path: str
    name: str
    start_line: int
    end_line: int
    form: str
    tokens: int
    reasons: list[str]
    chain: list[StepReport]
    digest: str
    version: int | None
    message: int


class PromptReport(TypedDict):
    """``sightline prompt --json``."""

    messages: list[MessageReport]
    manifest: list[ManifestReport]
    tokens: int
    task_type: str
    complexity: str


def prompt_report(prompt: Prompt) -> PromptReport:
    """A prompt as JSON."""
    return PromptReport(
        messages=[MessageReport(role=message.role, content=message.content) for message in prompt.messages],
        manifest=[_entry(entry) for entry in prompt.manifest],
        tokens=prompt.tokens,
        task_type=prompt.task_type,
        complexity=prompt.complexity,
    )


def _entry(entry: ManifestEntry) -> ManifestReport:
    return ManifestReport(
        path=entry.path,
        name=entry.name,
        start_line=entry.start_line,
        end_line=entry.end_line,
        form=entry.form,
        tokens=entry.tokens,
        reasons=list(entry.reasons),
        chain=chain_report(entry.chain),
        digest=entry.digest,
        version=entry.version,
        message=entry.message,
    )
