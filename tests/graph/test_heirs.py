"""Who inherits from a class is asked of the files that name it as a base or rename it, and of no others."""

from __future__ import annotations

import pytest

from sightline.graph import lookup
from sightline.graph.index import FileIndex
from support.graphs import graph_of, symbol

PYTHON = {
    "base.py": "class Base: pass\n",
    "plain.py": "from base import Base\n\nclass Plain(Base): pass\n",
    "dotted.py": "import base\n\nclass Dotted(base.Base): pass\n",
    "renamed.py": "from base import Base as Root\n\nclass Renamed(Root): pass\n",
    "package/__init__.py": "from base import Base as Public\n",
    "passed.py": "from package import Public\n\nclass Passed(Public): pass\n",
    "again.py": "from package import Public as Mine\n\nclass Again(Mine): pass\n",
}
SCRIPT = {
    "base.ts": "export class Base {}\nexport { Base as Root }\nexport default Base\n",
    "plain.ts": 'import { Base } from "./base"\nexport class Plain extends Base {}\n',
    "renamed.ts": 'import { Base as B } from "./base"\nexport class Renamed extends B {}\n',
    "root.ts": 'import { Root } from "./base"\nexport class Rooted extends Root {}\n',
    "barrel.ts": 'export { Base as Public } from "./base"\nexport { default as Given } from "./base"\n',
    "passed.ts": 'import { Public } from "./barrel"\nexport class Passed extends Public {}\n',
    "given.ts": 'import { Given } from "./barrel"\nexport class Gifted extends Given {}\n',
    "default.ts": 'import Whatever from "./base"\nexport class Defaulted extends Whatever {}\n',
    "space.ts": 'import * as base from "./base"\nexport class Spaced extends base.Base {}\n',
}


@pytest.mark.parametrize(
    ("files", "heirs"),
    [
        (PYTHON, {"Plain", "Dotted", "Renamed", "Passed", "Again"}),
        (SCRIPT, {"Plain", "Renamed", "Rooted", "Passed", "Gifted", "Defaulted", "Spaced"}),
    ],
    ids=["python", "typescript"],
)
def test_heirs_are_found_under_every_name(files: dict[str, str], heirs: set[str]) -> None:
    graph = graph_of(files)
    assert {each.qualified_name for each in graph.subclasses(symbol(graph, "Base"))} == heirs


def test_files_that_only_use_a_class_are_not_read_for_its_heirs(monkeypatch: pytest.MonkeyPatch) -> None:
    users = {f"user{number}.py": "from base import Base\n\nBase()\n" for number in range(20)}
    graph = graph_of({**PYTHON, **users})
    base, seen = symbol(graph, "Base"), set[str]()
    found = lookup.ViewFiles.index

    def noted(files: lookup.ViewFiles, file: int) -> FileIndex | None:
        seen.add(graph.state.table.path_of(file).name)
        return found(files, file)

    monkeypatch.setattr(lookup.ViewFiles, "index", noted)
    assert len(graph.subclasses(base)) == 5
    assert "plain.py" in seen
    assert not any(name.startswith("user") for name in seen)
