/** The run-time part of the lock file. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { dependenciesOf, lockedFor } from "../scripts/requirements.mjs";

const LOCK = `anyio==4.1 \\
    --hash=sha256:aa
    # via httpx
colorama==0.4 ; sys_platform == 'win32' \\
    --hash=sha256:bb
    # via
    #   click
    #   pytest
httpx==0.28 \\
    --hash=sha256:cc \\
    --hash=sha256:dd
    # via sightline (pyproject.toml)
idna==3.1 \\
    --hash=sha256:ee
    # via anyio
pytest==8.3 \\
    --hash=sha256:ff
    # via sightline (pyproject.toml)
click==8.1 \\
    --hash=sha256:00
    # via sightline (pyproject.toml)
`;

it("holds what is needed directly or by something needed, with hashes and markers, and no tool", () => {
  const kept = lockedFor(LOCK, ["httpx", "click"]);
  expect([...kept.matchAll(/^(\w+)==/gm)].map(([, name]) => name)).toEqual(["anyio", "colorama", "httpx", "idna", "click"]);
  expect(kept).toContain("colorama==0.4 ; sys_platform == 'win32' \\\n    --hash=sha256:bb");
  expect(kept).toContain("--hash=sha256:cc \\\n    --hash=sha256:dd");
  expect(kept).not.toContain("#");
});

it("fails on a dependency that was not locked", () => {
  expect(() => lockedFor(LOCK, ["rich"])).toThrow("make lock");
});

it("fits the repository: every dependency is locked, and nothing of the tests comes along", () => {
  const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
  const names = dependenciesOf(read("pyproject.toml"));
  expect(names).toEqual(expect.arrayContaining(["click", "pygls", "tree-sitter-typescript"]));
  const kept = lockedFor(read("requirements-dev.lock"), names);
  expect(kept).toMatch(/^cattrs==/m); // pygls needs it
  expect(kept).not.toMatch(/^(pytest|hypothesis|pyright|numpy)==/m);
  expect(kept.split("\n").filter((line) => line !== "" && !/^\S+==|^ {4}--hash=sha256:/.test(line))).toEqual([]);
});
