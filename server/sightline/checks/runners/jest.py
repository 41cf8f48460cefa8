"""jest, as the workspace has installed it. Seconds for a single test are its own (five, unless the project says)."""

from __future__ import annotations

from sightline.checks.isolation import FILES
from sightline.checks.runners.script_runner import ScriptRunner

JEST = ScriptRunner(
    name="jest",
    arguments=(
        "--json", "--coverage=false", "--watchman=false", "--passWithNoTests", "--testLocationInResults",
        f"--cacheDirectory={FILES}/cache", "--runTestsByPath",
    ),
)  # fmt: skip
