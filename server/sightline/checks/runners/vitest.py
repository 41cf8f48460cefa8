"""vitest, as the workspace has installed it. Seconds for a single test are its own (five, unless the project says).

Tests of types do not run: they are for the type checkers (``checks.types``).
"""

from __future__ import annotations

from sightline.checks.runners.script_runner import ScriptRunner

VITEST = ScriptRunner(
    name="vitest",
    arguments=(
        "run", "--reporter=json", "--coverage.enabled=false", "--typecheck.enabled=false", "--passWithNoTests",
        "--includeTaskLocation",
    ),
)  # fmt: skip
