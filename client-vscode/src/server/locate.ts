/** Decides how the server is started: a command of the user's, a Python that has it, or the one that comes along. */
import { type Bundle, install, installedPython, tidy, type Watching } from "./install";
import { type Machine, ServerProblem } from "./machine";
import { findPython, INTERPRETER_SETTING } from "./python";

/** The settings of machine scope that decide. */
export interface ServerSettings {
  readonly command: readonly string[];
  readonly interpreter: string;
}

export interface Locating {
  readonly settings: ServerSettings;
  /** The extension's folder. */
  readonly extension: string;
  /** Where environments are kept. */
  readonly storage: string;
  readonly machine: Machine;
  /** Shows an installation to the user, who may cancel it. */
  withProgress<Value>(work: (watching: Watching) => Promise<Value>): Promise<Value>;
}

export interface StartCommand {
  readonly program: string;
  readonly parameters: readonly string[];
}

/** `-P`: the current folder is no place to take modules from. */
const START = "import sys; from sightline.cli.main import main; sys.exit(main())";

/** How to start the server, installed if need be. Throws a `ServerProblem` with what to do. */
export async function locateServer(given: Locating): Promise<StartCommand> {
  const { settings, machine, storage } = given;
  const [program, ...parameters] = settings.command;
  if (program !== undefined) return { program, parameters };
  const bundle = await readBundle(given.extension, machine);
  if (settings.interpreter === "" && bundle !== undefined) {
    const ready = await installedPython(bundle, storage, machine);
    if (ready !== undefined) return startedBy(ready, "-I");
  }
  const python = await findPython(settings.interpreter, machine);
  if (python.hasSightline && (settings.interpreter !== "" || bundle === undefined)) return startedBy(python.path, "-P");
  if (bundle === undefined) {
    throw new ServerProblem(
      "This build of the extension brings no server along.",
      `Install Sightline into a Python and name it in the setting ${INTERPRETER_SETTING}, or build the extension by make vsix.`,
    );
  }
  const ready =
    (await installedPython(bundle, storage, machine)) ??
    (await given.withProgress((watching) => install(bundle, storage, python, machine, watching)));
  await tidy(bundle, storage, machine).catch(() => undefined); // a folder more is no reason not to start
  return startedBy(ready, "-I");
}

/** What the extension brings along; undefined if it was built without a server. */
export async function readBundle(extension: string, machine: Machine): Promise<Bundle | undefined> {
  const folder = `${extension}/server`;
  const text = await machine.files.read(`${folder}/manifest.json`);
  if (text === undefined) return undefined;
  const manifest = JSON.parse(text) as Omit<Bundle, "folder">;
  return { ...manifest, folder };
}

function startedBy(python: string, isolation: "-I" | "-P"): StartCommand {
  return { program: python, parameters: [isolation, "-c", START, "serve"] };
}
