/** Finds a Python that is new enough, and tells whether it has Sightline. Runs no code of the workspace. */
import { type Machine, ServerProblem } from "./machine";

export const OLDEST: readonly [number, number] = [3, 11];
export const INTERPRETER_SETTING = "sightline.server.interpreter";

export interface Interpreter {
  readonly path: string;
  readonly version: string;
  readonly hasSightline: boolean;
}

/** `-P` keeps the current folder off the module path. Older versions do not know it, so the probe needs no module. */
const PROBE =
  "import sys\n" +
  "sys.path[:] = [p for p in sys.path if p]\n" +
  "import importlib.util\n" +
  "print('%d.%d' % sys.version_info[:2])\n" +
  "print(bool(importlib.util.find_spec('sightline')))\n" +
  "print(sys.executable)";

/**
 * The interpreter the user named, or else the first on the path that is new enough.
 * Throws a `ServerProblem` when there is none, with what was found instead.
 */
export async function findPython(configured: string, machine: Machine): Promise<Interpreter> {
  if (configured !== "") return named(configured, machine);
  const old: string[] = [];
  for (const program of candidates(machine.platform)) {
    const found = await probe(program, machine);
    if (found === undefined) continue;
    if (isNewEnough(found.version)) return found;
    old.push(`${program} is ${found.version}`);
  }
  const wanted = OLDEST.join(".");
  throw new ServerProblem(
    old.length > 0
      ? `Sightline needs Python ${wanted} or newer, and ${old.join(", ")}.`
      : `Sightline needs Python ${wanted} or newer, and none was found.`,
    `Install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python; Windows: python.org), or name one in the setting ${INTERPRETER_SETTING}.`,
  );
}

/** Whether `version`, such as `3.12`, is one Sightline runs on. */
export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

async function named(path: string, machine: Machine): Promise<Interpreter> {
  const found = await probe(path, machine);
  if (found === undefined) {
    throw new ServerProblem(`${path} is no Python that runs.`, `Correct the setting ${INTERPRETER_SETTING}.`);
  }
  if (!isNewEnough(found.version)) {
    throw new ServerProblem(
      `${path} is Python ${found.version}; Sightline needs ${OLDEST.join(".")} or newer.`,
      `Name a newer one in the setting ${INTERPRETER_SETTING}.`,
    );
  }
  return { ...found, path };
}

async function probe(program: string, machine: Machine): Promise<Interpreter | undefined> {
  const ran = await machine.run(program, ["-c", PROBE]);
  const [version = "", hasSightline = "", path = ""] = ran.stdout.split(/\r?\n/);
  if (ran.code !== 0 || !/^\d+\.\d+$/.test(version)) return undefined;
  return { path: path || program, version, hasSightline: hasSightline === "True" };
}

function candidates(platform: NodeJS.Platform): readonly string[] {
  if (platform === "win32") return ["python", "python3", "py"];
  return ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];
}
