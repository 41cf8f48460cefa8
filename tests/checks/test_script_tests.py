"""vitest and jest: which files are whose, how they are started, and what their report means.

The runners here are small programs that a test writes in their place, since packages come from a registry; the report
they write is one that vitest 3.2 and jest 29.7 wrote. ``SIGHTLINE_REAL_RUNNERS``, a folder with both installed, runs
the real ones too.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from sightline.checks.check import Certainty, CheckInput, CheckOutcome
from sightline.checks.policy import CheckPolicy, RunPolicy
from sightline.checks.runners.script_project import project_of, runner_of
from sightline.checks.tests import TestsCheck
from support.graphs import graph_of, path
from support.programs import Programs

NODE = shutil.which("node")
REAL = os.environ.get("SIGHTLINE_REAL_RUNNERS", "")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")
PRICES = "export function total(prices) {\n  return prices.reduce((a, b) => a + b, 0);\n}\n"
WRONG = {"src/prices.js": PRICES.replace("a + b, 0", "a + b, 1")}

#: Stands for a runner: it runs each file as a module whose ``test`` it is, and reports as both do.
FAKE = """
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
const output = process.argv.find((word) => word.startsWith("--outputFile=")).slice(13);
const files = process.argv.slice(2).filter((word) => word.includes(".test."));
const testResults = [];
for (const file of files) {
  const tests = [];
  globalThis.test = (title, run) => tests.push({ title, run });
  const name = resolve(file);
  try {
    await import(name);
  } catch (error) {
    testResults.push({ name, status: "failed", message: error.stack, assertionResults: [] });
    continue;
  }
  const assertionResults = tests.map(({ title, run }) => {
    const row = { ancestorTitles: ["all"], title, status: "passed", failureMessages: [], location: { line: 4 } };
    try {
      run();
    } catch (error) {
      return { ...row, status: "failed", failureMessages: ["\\u001b[31m" + error.stack + "\\u001b[39m"] };
    }
    return row;
  });
  const status = assertionResults.some((row) => row.status === "failed") ? "failed" : "passed";
  testResults.push({ name, status, message: "", assertionResults });
}
writeFileSync(output, JSON.stringify({ testResults }));
process.exit(testResults.some((row) => row.status === "failed") ? 1 : 0);
"""


def shop(runner: str, test: str = "") -> dict[str, str]:
    manifest = {"type": "module", "scripts": {"test": f"{runner} --silent"}, "devDependencies": {runner: "*"}}
    head = 'import assert from "node:assert";\nimport { total } from "./prices.js";\n\n'
    return {
        "package.json": json.dumps(manifest),
        "src/prices.js": PRICES,
        "src/prices.test.js": head + (test or 'test("adds", () => {\n  assert.equal(total([1, 2]), 3);\n});\n'),
        "src/other.test.js": 'test("is there", () => {});\n',
    }


def policy(seconds: float = 100) -> CheckPolicy:
    async def yes(root: str, isolation: str) -> bool:
        return True

    return CheckPolicy(
        tests=True,
        programs={"node": NODE or "/none"},
        executing=RunPolicy(consent=yes, isolated=False, seconds=seconds),
    )


def given(
    folder: Path, runner: str, before: Mapping[str, str], after: Mapping[str, str | None], script: str = FAKE
) -> CheckInput:
    made = Programs(folder, path="/nowhere")
    installed = folder / "work/node_modules" / runner
    installed.mkdir(parents=True)
    (installed / "package.json").write_text(json.dumps({"bin": {runner: "./run.mjs"}, "type": "module"}))
    (installed / "run.mjs").write_text(script)
    return made.given(before, after, policy())


async def judged(
    folder: Path, runner: str, before: Mapping[str, str], after: Mapping[str, str | None], script: str = FAKE
) -> CheckOutcome:
    return await TestsCheck().run(given(folder, runner, before, after, script))


def test_the_nearest_project_says_which_runner_it_is() -> None:
    files = {
        "package.json": '{"devDependencies": {"vitest": "3", "jest": "29"}}',
        "a.test.ts": "",
        "src/a.ts": "",
        "old/package.json": '{"name": "old", "jest": {"preset": "x"}}',
        "old/src/__tests__/b.js": "",
        "new/jest.config.js": "",
        "new/c.spec.tsx": "",
        "plain/package.json": '{"scripts": {"test": "NODE_ENV=test node_modules/.bin/jest --ci"}}',
        "plain/d.test.mjs": "",
        "broken/package.json": "[" * 100_000,
        "broken/e.test.js": "",
    }
    view = graph_of(files).workspace
    said = {name: (runner_of(view, path(name)), project_of(view, path(name))) for name in files}
    assert said["a.test.ts"] == ("vitest", "")
    assert said["src/a.ts"][0] == ""
    assert said["old/src/__tests__/b.js"] == ("jest", "old")
    assert said["new/c.spec.tsx"] == ("jest", "new")
    assert said["plain/d.test.mjs"] == ("jest", "plain")
    assert said["broken/e.test.js"] == ("vitest", "")
    many = graph_of(
        {
            "vitest.config.ts": "export default { test: { projects: ['packages/*'] } }",
            "packages/a/vitest.config.ts": "import root from '../../vitest.config'",
            "packages/a/src/a.test.ts": "",
            "packages/b/jest.config.js": "",
            "packages/b/b.test.ts": "",
        }
    ).workspace
    assert project_of(many, path("packages/a/src/a.test.ts")) == "", "its configuration begins with the outer one"
    assert project_of(many, path("packages/b/b.test.ts")) == "packages/b"
    nothing = graph_of({"package.json": "{}", "a.test.ts": ""}).workspace
    assert runner_of(nothing, path("a.test.ts")) == ""


@needs_node
@pytest.mark.parametrize("runner", ["vitest", "jest"])
async def test_a_test_that_fails_only_with_the_edit_refuses_it_at_its_line(tmp_path: Path, runner: str) -> None:
    outcome = await judged(tmp_path, runner, shop(runner), WRONG)
    (finding,) = outcome.findings
    assert (str(finding.path), finding.line, finding.certainty) == ("src/prices.test.js", 5, Certainty.CERTAIN)
    assert "src/prices.test.js > all > adds" in finding.message
    assert "4 == 3" in finding.message
    assert "\x1b" not in finding.message + finding.detail
    assert "node:internal" not in finding.detail
    assert outcome.notes[0].startswith(f"tests: 1 ran with {runner}"), "the other file does not reach it"


@needs_node
async def test_an_edit_that_breaks_nothing_and_one_that_mends(tmp_path: Path) -> None:
    harmless = {"src/prices.js": PRICES.replace("(a, b)", "(b, a)")}
    assert (await judged(tmp_path / "a", "jest", shop("jest"), harmless)).findings == ()
    broken = shop("jest") | WRONG
    mended = await judged(tmp_path / "b", "jest", broken, {"src/prices.js": PRICES})
    assert (mended.findings, mended.skipped) == ((), ())


@needs_node
async def test_a_file_that_can_no_longer_be_loaded_is_found(tmp_path: Path) -> None:
    (finding,) = (
        await judged(tmp_path, "vitest", shop("vitest"), {"src/prices.js": "throw new Error('no')\n" + PRICES})
    ).findings
    assert (str(finding.path), finding.certainty) == ("src/prices.test.js", Certainty.CERTAIN)
    assert "Error: no" in finding.message


@needs_node
@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("console.error('TypeError: bad configuration'); process.exit(1)", "bad configuration"),
        (FAKE.replace("JSON.stringify({ testResults })", "'['"), "vitest failed: exit code 1"),
        ("process.kill(process.pid, 'SIGKILL')", "vitest failed: exit code -9"),
    ],
)  # fmt: skip
async def test_a_runner_that_does_not_do_its_work_is_skipped_with_its_reason(
    tmp_path: Path, script: str, reason: str
) -> None:
    outcome = await judged(tmp_path, "vitest", shop("vitest"), WRONG, script)
    assert outcome.findings == ()
    assert reason in outcome.skipped[0].reason


@needs_node
async def test_one_that_is_not_installed_is_said(tmp_path: Path) -> None:
    made = Programs(tmp_path, path="/nowhere").given(shop("vitest"), WRONG, policy())
    outcome = await TestsCheck().run(made)
    assert outcome.skipped[0].reason == "vitest: vitest is not installed in node_modules"


@needs_node
async def test_nothing_is_written_among_the_users_packages(tmp_path: Path) -> None:
    writes = (
        "import { promises as fs } from 'node:fs';\n"
        "const mine = new URL('.', import.meta.url).pathname;\n"
        "try { await fs.mkdir(mine + 'node_modules/.vite-temp', { recursive: true }); } catch (error) {\n"
        "  if (error.code !== 'EACCES') throw error;\n}\n"
    )
    outcome = await judged(tmp_path, "vitest", shop("vitest"), WRONG, writes + FAKE)
    assert len(outcome.findings) == 1
    assert sorted(os.listdir(tmp_path / "work/node_modules/vitest")) == ["package.json", "run.mjs"]


@needs_node
@pytest.mark.skipif(not REAL, reason="SIGHTLINE_REAL_RUNNERS names no folder in which both are installed")
@pytest.mark.parametrize("runner", ["vitest", "jest"])
@pytest.mark.parametrize("isolated", [True, False])
async def test_the_real_ones(tmp_path: Path, runner: str, isolated: bool) -> None:
    (tmp_path / "work").mkdir()
    shutil.copytree(f"{REAL}/{runner}/node_modules", tmp_path / "work/node_modules", symlinks=True)
    files = shop(runner)
    if runner == "vitest":
        files["vitest.config.ts"] = 'import { defineConfig } from "vitest/config";\nexport default defineConfig({});\n'
        files["src/prices.test.js"] = 'import { test } from "vitest";\n' + files["src/prices.test.js"]
    else:
        files["package.json"] = files["package.json"].replace('"type": "module", ', "")
        files["src/prices.js"] = PRICES.replace("export ", "") + "module.exports = { total };\n"
        files["src/prices.test.js"] = (
            'const assert = require("node:assert");\nconst { total } = require("./prices.js");\n\n'
            'describe("all", () => {\n  test("adds", () => assert.equal(total([1, 2]), 3));\n});\n'
        )
    after = {"src/prices.js": files["src/prices.js"].replace("a + b, 0", "a + b, 1")}
    made = Programs(tmp_path, path="/usr/bin:/bin" if isolated else "/nowhere")
    outcome = await TestsCheck().run(made.given(files, after, policy()))
    (finding,) = outcome.findings
    assert (str(finding.path), finding.line, finding.certainty) == (
        "src/prices.test.js", 6 if runner == "vitest" else 5, Certainty.CERTAIN
    )  # fmt: skip
    assert "adds" in finding.message
    assert ("isolated by bubblewrap" in outcome.notes[0]) is isolated
    assert not (tmp_path / "work/node_modules/.vite-temp").exists()
    assert not (tmp_path / "work/node_modules/.vite").exists()
