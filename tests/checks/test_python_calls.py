"""Calls of the standard library, whose source is that of the Python that runs the tests."""

from __future__ import annotations

from pathlib import Path

from sightline.checks.breakage import BreakageCheck
from sightline.checks.policy import CheckPolicy
from support.programs import Programs

CALLS = """import functools
import json as _json
import os
import shutil
import textwrap

_json.dumps()
_json.dumps({}, new_in_another_python=1)
shutil.rmtree(path="a", new_in_another_python=None)
textwrap.dedent()
textwrap.dedent("a", "b")
functools.partial()
os.getcwd(1)
os.nowhere()
"""


async def test_what_the_standard_library_requires_is_missed_and_what_it_may_take_elsewhere_is_not(
    tmp_path: Path,
) -> None:
    programs = Programs(tmp_path, path="/usr/bin:/bin")
    given = programs.given({"a.py": "import os\n"}, {"a.py": CALLS}, CheckPolicy())
    found = [(finding.line, finding.message) for finding in (await BreakageCheck().run(given)).findings]
    assert found == [(7, "`_json.dumps` requires `obj`."), (10, "`textwrap.dedent` requires `text`.")]


async def test_a_new_call_is_seen_wherever_it_stands_in_what_was_there(tmp_path: Path) -> None:
    before = (
        "import functools\n\n\n@functools.lru_cache\ndef f(a, b=1):\n    with a as c:\n        return [\n"
        "            x\n            for x in c\n        ]\n\n\nclass C:\n    x: int = 1\n"
    )
    after = (
        "import functools\n\n\n@len()\ndef f(a, b=len()):\n    with a as c:\n        return [\n"
        "            x\n            for x in c if len(x, c)\n        ]\n\n\nclass C:\n    x: int = len(1, 2)\n"
    )
    programs = Programs(tmp_path, path="/usr/bin:/bin")
    found = (await BreakageCheck().run(programs.given({"a.py": before}, {"a.py": after}, CheckPolicy()))).findings
    assert sorted({finding.line for finding in found if "len" in finding.message}) == [4, 5, 9, 14]
