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
