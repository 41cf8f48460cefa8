/**
 * Puts the server into the extension: `server/` gets its wheel, the locked requirements of it, and manifest.json with a
 * digest of both, by which an installation knows whether it is the right one. Needs `make install` to have been run.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dependenciesOf, lockedFor } from "./requirements.mjs";

const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));
const SERVER = fileURLToPath(new URL("../server/", import.meta.url));
const REQUIREMENTS = "requirements.txt";

rmSync(SERVER, { recursive: true, force: true });
mkdirSync(SERVER);
buildWheel();
const wheel = readdirSync(SERVER).find((name) => name.endsWith(".whl"));
if (wheel === undefined) throw new Error("No wheel was built.");
const read = (/** @type {string} */ name) => readFileSync(`${REPOSITORY}${name}`, "utf8");
const requirements = lockedFor(read("requirements-dev.lock"), dependenciesOf(read("pyproject.toml")));
writeFileSync(`${SERVER}${REQUIREMENTS}`, requirements);
const digest = createHash("sha256").update(readFileSync(`${SERVER}${wheel}`)).update(requirements).digest("hex");
writeFileSync(`${SERVER}manifest.json`, `${JSON.stringify({ wheel, requirements: REQUIREMENTS, digest }, null, 2)}\n`);

/** By the environment's pip, the system's, or uv: `tools/install` makes do with any of them, too. */
function buildWheel() {
  const pip = ["-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "--wheel-dir", SERVER, REPOSITORY];
  /** @type {[string, string[]][]} */
  const ways = [
    [`${REPOSITORY}.venv/bin/python`, pip],
    ["python3", pip],
    ["uv", ["build", "--quiet", "--wheel", "--out-dir", SERVER, REPOSITORY]],
  ];
  const said = [];
  for (const [program, parameters] of ways) {
    if (program.startsWith("/") && !existsSync(program)) continue;
    const ran = spawnSync(program, parameters, { encoding: "utf8" });
    if (ran.status === 0) return;
    said.push(`${program}: ${ran.stderr?.trim() || ran.error?.message}`);
  }
  throw new Error(`The server's wheel could not be built.\n${said.join("\n")}`);
}
