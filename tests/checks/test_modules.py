"""The names of modules, against what Python itself binds when it runs them."""

from __future__ import annotations

import pytest

from sightline.checks.modules import names_of_module
from support.graphs import graph_of, path

BINDING = {
    "definitions": "def f(): ...\nasync def g(): ...\nclass C:\n    inner = 1\n",
    "assignments": "a = b = 1\nc, (d, *e) = 1, (2, 3)\nf: int = 1\ng = 1\ng += 1\n",
    "imports": "import os, os.path as p\nimport json.decoder\nfrom math import pi, tau as t\n",
    "loops": "for i, j in []:\n    k = 1\nelse:\n    n = 1\nwhile False:\n    m = 1\nfor q in [1]: pass\n",
    "blocks": "import io\nwith io.StringIO() as f:\n    x = 1\ntry:\n    v = 1\nexcept ValueError as e:\n    z = 1\n",
    "walrus": "if (n := 3) and [last := i for i in range(3)]:\n    pass\n",
    "matching": "match [1, 2]:\n    case [first, *rest]: ...\nmatch {'a': 1}:\n    case {'a': v, **others}: ...\n",
    "globals": "def f():\n    global made\n    made = 1\nf()\n",
    "functions keep theirs": "def f():\n    kept = 1\n    import os\nx = lambda y: y\n",
}


@pytest.mark.parametrize("name", BINDING)
def test_all_names_that_running_the_module_binds_are_there(name: str) -> None:
    scope: dict[str, object] = {"__name__": "module"}
    exec(BINDING[name], scope)
    names = names_of_module(graph_of({"module.py": BINDING[name]}), path("module.py"))
    assert names is not None
    assert set(scope) <= names
    assert not {"kept", "inner", "y", "nothing"} & names


@pytest.mark.parametrize(
    "text",
    [
        "def __getattr__(name): ...\n",
        "globals()['a'] = 1\n",
        "globals().update(a=1)\n",
        "for n in 'ab':\n    globals()[n] = n\n",
        "exec('a = 1')\n",
        "import sys\nsys.modules[__name__] = object()\n",
        "from elsewhere import *\n",
        "def broken(:\n",
    ],
)
def test_modules_that_make_names_as_they_run_have_unknown_ones(text: str) -> None:
    assert names_of_module(graph_of({"module.py": text}), path("module.py")) is None


def test_exec_in_a_function_binds_no_globals() -> None:
    text = "def load(source):\n    scope = {}\n    exec(source, scope)\n    return globals()['x']\n"
    assert names_of_module(graph_of({"module.py": text}), path("module.py")) is not None


def test_star_imports_are_followed_in_circles_too() -> None:
    graph = graph_of({"a.py": "from b import *\nx = 1\n", "b.py": "from a import *\ny = 1\n"})
    names = names_of_module(graph, path("a.py"))
    assert names is not None and {"x", "y"} <= names
