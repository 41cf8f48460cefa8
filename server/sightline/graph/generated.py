"""Edges from generated files to what they were generated from, where a header names one file of the workspace.

Asked of one file at a time: its beginning is read when the question comes, nothing is kept.
"""

from __future__ import annotations

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.graph.answers import Confidence, Edge, EdgeKind
from sightline.graph.view import GraphView
from sightline.workspace.named_source import named_source


def generated_from(view: GraphView, path: WorkspacePath) -> Edge | None:
    """The edge to the file that ``path`` says it was generated from; ``None`` where it names none, or not one alone.

    Exact where the name leads there from the folder of the file or from the root, inferred where only one file of the
    workspace ends so.
    """
    workspace = view.workspace
    try:
        said = named_source(workspace.read(path).text.data)
    except SightlineError:
        return None
    if said is None:
        return None
    found = {each for each in _places(path, said.name) if each != path and workspace.exists(each)}
    confidence = Confidence.EXACT
    if not found:
        confidence = Confidence.INFERRED
        ending = "/" + said.name.removeprefix("./").lstrip("/")
        found = {each for each in workspace.paths() if f"/{each.relative}".endswith(ending) and each != path}
    if len(found) != 1:
        return None
    (target,) = found
    return Edge(source=path, target=target, kind=EdgeKind.GENERATED, line=said.line, confidence=confidence)


def _places(path: WorkspacePath, name: str) -> list[WorkspacePath]:
    """Where a name may lead: beside the file, or below the root."""
    folder = path.relative.rpartition("/")[0]
    places: list[WorkspacePath] = []
    for start in (folder, ""):
        parts: list[str] = start.split("/") if start else []
        for part in name.split("/"):
            if part == ".." and parts:
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        try:
            places.append(WorkspacePath(path.root, "/".join(parts)))
        except SightlineError:
            continue  # it climbs out of the root
    return places
