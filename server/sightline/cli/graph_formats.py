"""The file edges of a graph as other programs read them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

from sightline.cli.reports import GraphExportJson


def dot(graph: GraphExportJson) -> Iterator[str]:
    """Graphviz's language. JSON's strings are DOT's, as far as file names go."""
    yield "digraph files {"
    yield "  rankdir=LR; node [shape=box];"
    for path in graph.files:
        yield f"  {json.dumps(path, ensure_ascii=False)};"
    for edge in graph.edges:
        source, target = (json.dumps(path, ensure_ascii=False) for path in (edge.source, edge.target))
        yield f"  {source} -> {target} [label={json.dumps(edge.kind)}];"
    yield "}"


def graphml(graph: GraphExportJson) -> Iterator[str]:
    """GraphML (graphml.graphdrawing.org): nodes are paths; edges carry kind, line and confidence."""
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    for name, kind in (("kind", "string"), ("line", "int"), ("confidence", "string")):
        yield f'  <key id="{name}" for="edge" attr.name="{name}" attr.type="{kind}"/>'
    yield '  <graph id="files" edgedefault="directed">'
    for path in graph.files:
        yield f"    <node id={quoteattr(path)}/>"
    for edge in graph.edges:
        data = "".join(
            f'<data key="{name}">{escape(str(value))}</data>'
            for name, value in (("kind", edge.kind), ("line", edge.line), ("confidence", edge.confidence))
        )
        yield f"    <edge source={quoteattr(edge.source)} target={quoteattr(edge.target)}>{data}</edge>"
    yield "  </graph>"
    yield "</graphml>"


def mermaid(graph: GraphExportJson) -> Iterator[str]:
    """A Mermaid flow chart; files are numbered, since Mermaid takes no paths as names. One arrow a pair of files."""
    number = {path: at for at, path in enumerate(graph.files)}
    yield "graph LR"
    for path, at in number.items():
        label = path.replace('"', "#quot;")
        yield f'  f{at}["{label}"]'
    for source, target in sorted({(number[edge.source], number[edge.target]) for edge in graph.edges}):
        yield f"  f{source} --> f{target}"


#: Writers by name of the format; each yields lines.
FORMATS: Mapping[str, Callable[[GraphExportJson], Iterator[str]]] = {"dot": dot, "graphml": graphml, "mermaid": mermaid}
