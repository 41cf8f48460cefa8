/**
 * Installs the bundled server into an environment of its own, once for each version of it.
 *
 * It is built in a folder beside its place and renamed when it is complete, its stamp written last: whatever interrupts
 * the installation (a cancel, a crash, another window that does the same) leaves either all of it or nothing that is used.
 */
import { type Machine, ServerProblem } from "./machine";
import { INTERPRETER_SETTING, type Interpreter } from "./python";

/** What the extension brings along: `server/manifest.json`, and the folder it lies in. */
export interface Bundle {
  readonly folder: string;
  readonly wheel: string;
  readonly requirements: string;
  /** Changes with the wheel and with the requirements. */
  readonly digest: string;
}

export interface Watching {
  readonly signal: AbortSignal;
  /** What is being done, for the user to see. */
  report(sentence: string): void;
  /** A line of what pip and venv say, for the log. */
  note(line: string): void;
}

const PREFIX = "server-";
const PARTIAL = ".partial";
const STAMP = "sightline-installed";
/** Seconds. What is left of an interrupted installation, and environments of versions that nobody has started since. */
const ABANDONED = 3600;
const UNUSED = 30 * 24 * 3600;

/** The Python of the environment if it is whole and runs. */
export async function installedPython(bundle: Bundle, storage: string, machine: Machine): Promise<string | undefined> {
  const home = homeOf(bundle, storage);
  const python = pythonIn(home, machine.platform);
  if ((await machine.files.read(stampOf(home))) !== bundle.digest) return undefined;
  // A Python that was replaced by a newer one leaves an environment that is complete and finds nothing in itself.
  const ran = await machine.run(python, ["-I", "-c", "import sightline"]);
  return ran.code === 0 ? python : undefined;
}

/**
 * Makes the environment and answers its Python. Throws a `ServerProblem` with what to do, or an AbortError.
 */
export async function install(
  bundle: Bundle,
  storage: string,
  base: Interpreter,
  machine: Machine,
  watching: Watching,
): Promise<string> {
  const { files } = machine;
  const home = homeOf(bundle, storage);
  const partial = `${home}.${machine.unique()}${PARTIAL}`;
  await files.makeFolder(storage);
  try {
    await fill(partial, bundle, base, machine, watching);
    await files.write(stampOf(partial), bundle.digest);
    await files.remove(home); // whoever calls has found it broken or absent
    await moveIn(partial, home, bundle, machine);
  } finally {
    await files.remove(partial).catch(() => undefined);
  }
  return pythonIn(home, machine.platform);
}

/** Removes what interrupted installations left, and environments that have not been used for long. */
export async function tidy(bundle: Bundle, storage: string, machine: Machine): Promise<void> {
  const { files } = machine;
  const own = homeOf(bundle, storage);
  for (const name of await files.list(storage)) {
    const path = `${storage}/${name}`;
    if (!name.startsWith(PREFIX) || path === own) continue;
    const limit = name.endsWith(PARTIAL) ? ABANDONED : UNUSED;
    const used = (await files.exists(stampOf(path))) ? stampOf(path) : path;
    if ((await files.age(used)) > limit) await files.remove(path);
  }
  if ((await files.read(stampOf(own))) === bundle.digest) await files.write(stampOf(own), bundle.digest); // used today
}

async function fill(
  folder: string,
  bundle: Bundle,
  base: Interpreter,
  machine: Machine,
  watching: Watching,
): Promise<void> {
  watching.report(`making an environment with Python ${base.version}`);
  await step(machine, watching, base.path, ["-I", "-m", "venv", folder], venvHint(base));
  const pip = ["-I", "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--no-warn-script-location"];
  const python = pythonIn(folder, machine.platform);
  const hint = `Its packages come from your package index: check the network, and pip's settings if you are behind a proxy. Without a network, install Sightline into a Python yourself and name that in the setting ${INTERPRETER_SETTING}.`;
  const requirements = `${bundle.folder}/${bundle.requirements}`;
  watching.report("installing what the server needs");
  await step(machine, watching, python, [...pip, "--require-hashes", "-r", requirements], hint);
  watching.report("installing the server");
  await step(machine, watching, python, [...pip, "--no-deps", "--no-index", `${bundle.folder}/${bundle.wheel}`], hint);
}

async function step(
  machine: Machine,
  watching: Watching,
  program: string,
  parameters: readonly string[],
  hint: string,
): Promise<void> {
  const onLine = (line: string) => {
    watching.note(line);
    const collecting = /^Collecting ([\w.-]+)/.exec(line)?.[1]; // the rest of what pip says is for the log
    if (collecting !== undefined) watching.report(`fetching ${collecting}`);
  };
  const ran = await machine.run(program, parameters, { signal: watching.signal, onLine });
  if (ran.code === 0) return;
  const said = `${ran.stdout}\n${ran.stderr}`.trim().split("\n").slice(-3).join(" ").trim();
  throw new ServerProblem(`The server could not be installed: ${said || `${program} failed`}`, hint);
}

async function moveIn(partial: string, home: string, bundle: Bundle, machine: Machine): Promise<void> {
  try {
    await machine.files.rename(partial, home);
  } catch (error) {
    if ((await machine.files.read(stampOf(home))) === bundle.digest) return; // another window was first
    throw error;
  }
}

function venvHint(base: Interpreter): string {
  return `${base.path} cannot make virtual environments: install its venv module (Debian, Ubuntu: apt install python3-venv), or name another Python in the setting ${INTERPRETER_SETTING}.`;
}

function homeOf(bundle: Bundle, storage: string): string {
  return `${storage}/${PREFIX}${bundle.digest.slice(0, 12)}`;
}

function stampOf(home: string): string {
  return `${home}/${STAMP}`;
}

function pythonIn(home: string, platform: NodeJS.Platform): string {
  return platform === "win32" ? `${home}/Scripts/python.exe` : `${home}/bin/python`;
}
