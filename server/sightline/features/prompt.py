"""``/prompt add a --dry-run option``: the whole prompt of a task, to be taken to any web chat by hand. Asks no model.

``/prompt /fix …`` names the kind of task; without one it is seen from the words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sightline.features import document, explain, fix, implement, refactor, review, test
from sightline.features.feature import FeatureContext, FeatureRequest, FeatureResult, FoundPlace
from sightline.features.model_feature import ModelFeature
from sightline.prompts.classify import classify_task
from sightline.tasks.by_hand import whole_text

_KINDS: dict[str, ModelFeature] = {
    feature.name: feature
    for feature in (
        document.FEATURE,
        explain.FEATURE,
        fix.FEATURE,
        implement.FEATURE,
        refactor.FEATURE,
        review.FEATURE,
        test.FEATURE,
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prompt:
    name: str = "prompt"
    title: str = "Copy the prompt for a task"
    action: str = ""
    uses_model: bool = False
    early: bool = False

    async def run(self, request: FeatureRequest, context: FeatureContext) -> FeatureResult:
        """Raises :class:`UsageError` when there is neither a text nor a selection to work on."""
        kind, words = _kind_of(request.text)
        asked = replace(request, command=kind.name, text=words, model="")
        turn = kind.turn_request(asked, context, await kind.diagnostics(asked, context))
        handed = await context.hand_out(turn)
        pack, prompt = handed.pack, handed.prompt
        files = len({piece.path for piece in pack.slices})
        text = whole_text(prompt)
        told = [
            f"**Prompt ready**: {prompt.tokens:,} tokens, with code from {files} file{'s' if files != 1 else ''}.",
            "Copy it into any chat, and copy the chat's whole reply: it is checked like any edit before it is applied.",
            *(f"_{each}_" for each in handed.heard),
        ]
        return FeatureResult(
            command=self.name,
            turn_id=request.turn,
            revision=pack.revision,
            text="\n\n".join(told),
            places=tuple(FoundPlace(path=piece.path, line=piece.first, label=piece.name) for piece in pack.slices),
            data={
                "taskType": kind.name,
                "prompt": text,
                "message": prompt.messages[-1].content,
                "tokens": prompt.tokens,
            },
        )


def _kind_of(text: str) -> tuple[ModelFeature, str]:
    """The kind of task, and the words that say what it is about."""
    first, *rest = text.split(maxsplit=1) or ("",)
    named = _KINDS.get(first.removeprefix("/")) if first.startswith("/") else None
    if named is not None:
        return named, "".join(rest).strip()
    return _KINDS[classify_task(text) if text.strip() else implement.FEATURE.name], text


FEATURE = _Prompt()
