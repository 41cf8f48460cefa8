"""The JSON of ``sightline prompt``, as plain typed dictionaries. Its shape is stable: fields may be added."""

from __future__ import annotations

from typing import TypedDict

from sightline.context.pack import ContextPack
from sightline.context.report import (
    DroppedReport,
    ExampleReport,
    RerankingReport,
    SitesReport,
    StepReport,
    chain_report,
    dropped_report,
    example_report,
    reranking_report,
    sites_report,
)
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


class TemplateReport(TypedDict):
    """A text of the rules and the file it comes from, ``built in`` for one of ours."""

    name: str
    origin: str


class RankedReport(TypedDict):
    """A file that was considered: its score, comparable within this prompt only, and why it has it."""

    path: str
    score: float
    reasons: list[str]


class PromptReport(TypedDict):
    """``sightline prompt --json``."""

    messages: list[MessageReport]
    manifest: list[ManifestReport]
    tokens: int
    task_type: str
    complexity: str
    templates: list[TemplateReport]


class ExplainedReport(PromptReport):
    """``sightline prompt --explain --json``. ``context_tokens`` are those of the code, at most ``budget``."""

    budget: int
    context_tokens: int
    ranking: list[RankedReport]
    dropped: list[DroppedReport]
    sites: SitesReport | None
    example: ExampleReport | None
    reranking: RerankingReport | None


def explained_report(prompt: Prompt, pack: ContextPack) -> ExplainedReport:
    """A prompt and what was considered for it as JSON."""
    return ExplainedReport(
        **prompt_report(prompt),
        budget=pack.budget,
        context_tokens=pack.tokens,
        ranking=[
            RankedReport(path=str(file.path), score=file.score, reasons=list(file.reasons)) for file in pack.ranking
        ],
        dropped=dropped_report(pack),
        sites=sites_report(pack),
        example=example_report(pack),
        reranking=reranking_report(pack.reranking),
    )


def prompt_report(prompt: Prompt) -> PromptReport:
    """A prompt as JSON."""
    return PromptReport(
        messages=[MessageReport(role=message.role, content=message.content) for message in prompt.messages],
        manifest=[_entry(entry) for entry in prompt.manifest],
        tokens=prompt.tokens,
        task_type=prompt.task_type,
        complexity=prompt.complexity,
        templates=[TemplateReport(name=used.name, origin=used.origin) for used in prompt.templates],
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
