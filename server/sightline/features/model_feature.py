"""What all model-backed commands share: a turn of one task type, told to a person. Not a feature itself."""

from __future__ import annotations

from dataclasses import dataclass

from sightline.base.errors import UsageError
from sightline.features.feature import FeatureContext, FeatureRequest, FeatureResult, FoundPlace
from sightline.features.narrate import narrate_turn
from sightline.prompts.classify import is_read_only
from sightline.tasks.result import TurnRequest

#: At the end of a question: no answer from a moment ago is wanted. In the task of an edit, which is always sent, it is
#: an option that the user's own program shall have.
FRESH = "--fresh"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFeature:
    """A command that asks a model for one task. ``task`` is what is meant when the user adds no words of their own."""

    name: str
    title: str
    action: str
    task: str
    uses_model: bool = True
    early: bool = False

    async def run(self, request: FeatureRequest, context: FeatureContext) -> FeatureResult:
        """Runs one turn. Raises :class:`UsageError` when there is neither a text nor a selection to work on."""
        diagnostics = await self.diagnostics(request, context)
        result = await context.run_turn(self.turn_request(request, context, diagnostics))
        report = result.report
        places = tuple(
            FoundPlace(path=finding.path, line=finding.line, label=finding.message)
            for finding in (report.findings if report else ())
        )
        return FeatureResult(
            command=self.name,
            turn_id=request.turn,
            revision=result.revision,
            text=narrate_turn(result),
            places=places,
            turn=result,
        )

    async def diagnostics(self, request: FeatureRequest, context: FeatureContext) -> tuple[str, ...]:  # noqa: ARG002  the fix command looks further
        """What the user wants to be rid of, as sentences with ``path:line``."""
        return request.diagnostics

    def turn_request(
        self,
        request: FeatureRequest,
        context: FeatureContext,
        diagnostics: tuple[str, ...] = (),
        task_type: str | None = None,
    ) -> TurnRequest:
        """The task this command stands for, ready for a turn."""
        text = request.text.strip()
        kind = task_type or self.name
        fresh = is_read_only(kind) and text.split()[-1:] == [FRESH]
        if fresh:
            text = text.removesuffix(FRESH).rstrip()
        if not text and request.path is None and not diagnostics:
            raise UsageError(
                f"/{self.name} needs something to work on.",
                hint=f"Select code, or write what you want after /{self.name}.",
            )
        focus = (request.path, request.span) if request.path is not None else None
        return TurnRequest(
            turn=request.turn,
            task_type=kind,
            task=text or self.task,
            root=request.root,
            budget=request.budget or context.default_budget,
            focus=focus,
            mentions=request.mentions,
            diagnostics=diagnostics,
            fresh=fresh,
            model=request.model,
            conversation=request.conversation,
        )
