"""Documentation that names the anchor in a code span: read-me files above it, and pages named after its file.

No index of prose is kept, so only these few files are read, when the question comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.context.relations.relation import Relation, RelationKind
from sightline.context.relations.surroundings import Surroundings, folder_of

#: Files read, bytes read of each, and lines told of each.
MOST_DOCUMENTS = 4
MOST_BYTES = 200_000
MOST_LINES = 2

#: Shorter names are words of any text.
SHORTEST_NAME = 4

_READ_ME = ("README.md", "README.rst", "readme.md")
_FOLDERS = ("docs/", "doc/", "docs/api/", "docs/reference/", "docs/guide/", "doc/source/", "docs/source/", "docs/en/")
_ENDINGS = (".md", ".rst", ".mdx")


def documents(around: Surroundings) -> Iterator[Relation]:
    """Lines of documentation with the anchor's name in a code span."""
    symbol = around.anchor.symbol
    if symbol is None or len(symbol.definition.name) < SHORTEST_NAME:
        return
    span = re.compile(rb"`[^`\n]*\b" + re.escape(symbol.definition.name.encode("utf-8", "replace")) + rb"\b[^`\n]*`")
    left = MOST_DOCUMENTS
    for path in _candidates(around.anchor.path):
        if not left or not around.view.workspace.exists(path):
            continue
        around.check()
        left -= 1
        try:
            text = around.view.workspace.read(path).text
        except SightlineError:
            continue
        lines = dict.fromkeys(text.line_of(each.start()) + 1 for each in span.finditer(text.data, 0, MOST_BYTES))
        for number, line in enumerate(lines):
            if number < MOST_LINES:
                yield Relation(
                    kind=RelationKind.DOCUMENT,
                    path=path,
                    line=line,
                    reason=f"names `{symbol.qualified_name}` in the documentation",
                    weight=1 / (1 + number),
                )


def _candidates(own: WorkspacePath) -> Iterator[WorkspacePath]:
    stem = own.name.partition(".")[0].strip("_")
    for folder in _FOLDERS:
        for ending in _ENDINGS:
            yield WorkspacePath(own.root, f"{folder}{stem}{ending}")
    folder = folder_of(own)
    while True:
        for name in _READ_ME:
            yield WorkspacePath(own.root, f"{folder}/{name}" if folder else name)
        if not folder:
            return
        folder = folder.rpartition("/")[0]
