"""``/context add a --dry-run option``: the code a task needs, with reasons. Needs no model."""

from __future__ import annotations

from dataclasses import dataclass

from sightline.base.paths import WorkspacePath
from sightline.context.report import context_report, reranking_said
from sightline.features.feature import FeatureContext, FeatureRequest, FeatureResult, FoundPlace
from sightline.features.model_feature import ModelFeature
from sightline.prompts.classify import classify_task


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context(ModelFeature):
    uses_model: bool = False
    early: bool = True

    async def run(self, request: FeatureRequest, context: FeatureContext) -> FeatureResult:
        turn = self.turn_request(request, context, task_type=classify_task(request.text))
        pack, prompt = await context.build_prompt(turn)
        data = context_report(pack)
        lines = [
            f"**{pack.tokens} of {pack.budget} tokens**, revision {pack.revision}, prompt {prompt.tokens} tokens\n"
        ]
        places: list[FoundPlace] = []
        for file in data["files"]:
            lines.append(f"- `{file['path']}`: {'; '.join(file['reasons'])}")
            for symbol in file["symbols"]:
                where = f"{symbol['start_line']}–{symbol['end_line']}"
                name = f"`{symbol['name']}` lines" if symbol["name"] else "lines"  # imports belong to no definition
                way = "".join(f"; {step['name'] or step['path']}: {step['reason']}" for step in symbol["chain"][1:])
                why = f": {symbol['chain'][0]['reason']}{way}" if way else ""
                lines.append(f"  - {name} {where}, {symbol['form']}, {symbol['tokens']} tokens{why}")
                path = WorkspacePath(turn.root, file["path"])
                places.append(FoundPlace(path=path, line=symbol["start_line"], label=symbol["name"]))
        unread = context.view.coverage().unread
        if unread:
            lines.append(f"\n_The definitions of {unread:,} files are not read yet: found by path, text and imports._")
        if said := reranking_said(pack.reranking):
            lines.append(f"\n_{said}_")
        if data["dropped"]:
            lines.append(f"\n{len(data['dropped'])} more did not fit.")
        return FeatureResult(
            command=self.name,
            turn_id=request.turn,
            revision=pack.revision,
            text="\n".join(lines),
            places=tuple(places),
            data={**data, "unread": unread, "prompt": "\n\n".join(each.content for each in prompt.messages)},
        )


FEATURE = _Context(name="context", title="Show the context for a task", action="", task="Work on the selected code.")
