"""Relations by place and by file: what stands right beside the anchor, what its file was generated from and into."""

from __future__ import annotations

from collections.abc import Iterator

from sightline.base.paths import WorkspacePath
from sightline.context.chunks import content_lines, has_content
from sightline.context.relations.relation import Relation, RelationKind
from sightline.context.relations.surroundings import Surroundings, folder_of
from sightline.graph.generated import generated_from
from sightline.workspace.named_source import named_source

#: Lines without content that may lie between neighbours.
MOST_EMPTY = 20

#: Files of one stem in a folder that are asked what they were generated from.
MOST_SAME_STEM = 6


def neighbours(around: Surroundings) -> Iterator[Relation]:
    """The first line with content after the anchor, and the last one before it."""
    anchor = around.anchor
    text = anchor.text
    first, last = text.line_of(anchor.span.start), text.line_of(max(anchor.span.end - 1, anchor.span.start))
    after = range(last + 1, min(last + 1 + MOST_EMPTY, content_lines(text)))
    before = range(first - 1, max(first - 1 - MOST_EMPTY, -1), -1)
    for lines, where in ((after, "after"), (before, "before")):
        line = next((line for line in lines if has_content(text.line_text(line))), None)
        if line is not None:
            reason = f"stands right {where} `{around.name}`"
            yield Relation(kind=RelationKind.NEIGHBOUR, path=anchor.path, line=line + 1, reason=reason, weight=1.0)


def generated(around: Surroundings) -> Iterator[Relation]:
    """What the anchor's file was generated from as its header says, and files of its stem that name it so."""
    own = around.anchor.path
    source = generated_from(around.view, own) if named_source(around.anchor.text.data) is not None else None
    if source is not None:
        yield _whole(source.target, f"is what `{own.relative}` was generated from")
    for path in _same_stem(around):
        around.check()
        edge = generated_from(around.view, path)
        if edge is not None and edge.target == own:
            yield _whole(path, f"was generated from `{own.relative}`")


def _same_stem(around: Surroundings) -> list[WorkspacePath]:
    own, table = around.anchor.path, around.view.state.table
    stem = own.name.partition(".")[0]
    files = table.in_folder(own.root, folder_of(own))
    named = (table.path_of(file) for file in files if around.view.state.exists(file))
    return sorted(path for path in named if path != own and path.name.startswith(stem))[:MOST_SAME_STEM]


def _whole(path: WorkspacePath, reason: str) -> Relation:
    return Relation(kind=RelationKind.GENERATED, path=path, line=1, reason=reason, weight=1.0)
