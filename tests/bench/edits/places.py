"""Whether a finding stands where an oracle found an error: on its line, or in the same statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import tree_sitter_go
import tree_sitter_python
import tree_sitter_typescript
from oracle import Error
from sites.read import language_of
from tree_sitter import Language, Node, Parser

from sightline.checks.check import Certainty, CheckReport, Finding

_PARSERS = {
    "python": Parser(Language(tree_sitter_python.language())),
    "typescript": Parser(Language(tree_sitter_typescript.language_typescript())),
    "go": Parser(Language(tree_sitter_go.language())),
}
#: Nodes that are one statement to a reader; of those with a body only the lines before it count.
_STATEMENTS = ("_statement", "_declaration", "_definition", "_spec", "_signature", "decorated_definition")


def is_found(report: CheckReport, errors: Iterable[Error], texts: Mapping[str, bytes], certainty: Certainty) -> bool:
    """Whether a finding of some certainty, or a place it relates to, stands where an error does."""
    spans = [(error.path, *statement_span(error.path, texts.get(error.path, b""), error.line)) for error in errors]
    return any(
        any(path == other and first <= line <= last for other, first, last in spans)
        for finding in report.findings
        if finding.certainty is certainty
        for path, line in _places(finding)
    )


def statement_span(path: str, data: bytes, line: int) -> tuple[int, int]:
    """First and last line of the innermost statement around a one-based line."""
    language = language_of(path)
    if language is None:
        return line, line
    node: Node | None = _PARSERS[language].parse(data).root_node
    found = line, line
    while node is not None:
        if node.type.endswith(_STATEMENTS):
            first, last = _extent(node)
            if first <= line <= last:
                found = first, last
        node = next((each for each in node.children if _covers(each, line)), None)
    return found


def _covers(node: Node, line: int) -> bool:
    return node.start_point.row + 1 <= line <= node.end_point.row + 1


def _extent(node: Node) -> tuple[int, int]:
    first, last = node.start_point.row + 1, node.end_point.row + 1
    body = node.child_by_field_name("body") or node.child_by_field_name("consequence")
    return (first, last) if body is None else (first, max(first, body.start_point.row + 1))


def _places(finding: Finding) -> list[tuple[str, int]]:
    related = ((each.path.relative, each.line) for each in finding.related)
    return [(finding.path.relative, finding.line), *related]
