"""Packages and namespaces of many files are read with pauses: each keystroke in one held the loop for 100 ms."""

from __future__ import annotations

import pytest

from sightline.graph import units
from sightline.graph.advance import advance, parsed_changes
from sightline.graph.index import FileIndex
from sightline.graph.units import TopNames
from support.graphs import graph_of, path

_MANY = 40
_GO = {"go.mod": "module m\n"} | {
    f"f{at}.go": f"package p\n\nfunc F{at}() {{ F{(at + 1) % _MANY}() }}\n" for at in range(_MANY)
}
_JAVA = {f"C{at}.java": f"package p;\nclass C{at} extends C{(at + 1) % _MANY} {{}}\n" for at in range(_MANY)}
_JAVA["d/D.java"] = "package d;\nimport p.C1;\nclass D { C1 c; }\n"
_CSHARP = {f"C{at}.cs": f"namespace P {{ class C{at} : C{(at + 1) % _MANY} {{ }} }}\n" for at in range(_MANY)}
_CSHARP["D.cs"] = "using P;\nnamespace Q { class D { C1 c; } }\n"


@pytest.mark.parametrize(
    ("files", "edited"),
    [(_GO, "f3.go"), (_JAVA, "C3.java"), (_JAVA, "d/D.java"), (_CSHARP, "C3.cs"), (_CSHARP, "D.cs")],
    ids=["Go", "Java", "Java, an import", "C#", "C#, an import"],
)
def test_no_slice_reads_more_than_a_few_files(
    files: dict[str, str], edited: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = graph_of(files)
    reads, real = [0], units.top_names

    def counted(index: FileIndex | None) -> TopNames:
        reads[-1] += 1
        return real(index)

    monkeypatch.setattr(units, "top_names", counted)
    changes = parsed_changes(graph.workspace, graph.state.table, [path(edited)])
    for _ in advance(graph.state, graph.layouts, graph.workspace, changes, [path(edited)], graph.layouts):
        reads.append(0)  # noqa: PERF401  every pause begins a count of its own
    assert sum(reads) >= _MANY
    assert max(reads) <= 3
