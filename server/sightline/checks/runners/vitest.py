"""vitest, as the workspace has installed it. Seconds for a single test are its own (five, unless the project says)."""

from __future__ import annotations

from sightline.checks.runners.script_runner import ScriptRunner

VITEST = ScriptRunner(
    name="vitest",
    arguments=("run", "--reporter=json", "--coverage.enabled=false", "--passWithNoTests", "--includeTaskLocation"),
)
