/** What went wrong, in a sentence for a person. Knows no VS Code. */
import { ServerProblem } from "./server/machine";

const REQUEST_CANCELLED = -32800; // LSP 3.17, LSPErrorCodes
const SERVER_CANCELLED = -32802;
/** The codes of vscode-jsonrpc for a connection that ended under a request. */
const CONNECTION_ENDED = new Set([-32097, -32099]);

/** There is no server to ask. `why` is a sentence. */
export class NotRunning extends Error {
  readonly data = { kind: "not_running" };

  constructor(why: string) {
    super(`Sightline is not running. ${why}`);
  }
}

/** A command of this client that may help, as a button. */
export interface Remedy {
  readonly title: string;
  readonly command: string;
  readonly arguments?: unknown[];
}

const CHOOSE_MODEL: Remedy = { title: "Choose a model…", command: "sightline.chooseModel" };
const SET_KEY: Remedy = { title: "Set the API key…", command: "sightline.setApiKey" };
const SHOW_LOG: Remedy = { title: "Show the log", command: "sightline.showLog" };
const REMEDIES: Readonly<Record<string, readonly Remedy[]>> = {
  model_not_configured: [CHOOSE_MODEL, SET_KEY],
  model_authentication: [SET_KEY, CHOOSE_MODEL],
  model_not_found: [CHOOSE_MODEL],
  model_unreachable: [CHOOSE_MODEL],
  internal: [SHOW_LOG],
  not_running: [{ title: "Restart the server", command: "sightline.restart" }, SHOW_LOG],
};

/** Whether the user, or VS Code for them, stopped it. */
export function isCancelled(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code: unknown = Reflect.get(error, "code");
  return code === REQUEST_CANCELLED || code === SERVER_CANCELLED || ["AbortError", "Canceled"].includes(error.name);
}

/** What the user can do about it with one click, best first. */
export function remediesOf(error: unknown): readonly Remedy[] {
  if (connectionEnded(error)) return [SHOW_LOG];
  const { kind = "", message = "" } = dataOf(error);
  return kind === "wrong_setting" ? [openSetting(message)] : (REMEDIES[kind] ?? []);
}

/** Opens the setting that a message names, as VS Code spells it; all of ours if it names none. */
function openSetting(message: string): Remedy {
  const [, name = ""] = /^The setting ([\w.]+)/.exec(message) ?? [];
  const spelled = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const query = `@ext:sightline.sightline ${spelled === "" ? "" : `sightline.${spelled}`}`.trim();
  return { title: "Open the setting", command: "workbench.action.openSettings", arguments: [query] };
}

/** Whether it is the model that failed, or that there is none: another could answer the same prompt. */
export function isOfModel(error: unknown): boolean {
  return dataOf(error)["kind"]?.startsWith("model_") ?? false;
}

/** The message of an error and what to do about it. The server's own say both in their message. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ServerProblem) return `${error.message} ${error.hint}`;
  if (connectionEnded(error)) return "The server ended before it was done, and is started again. Ask again in a moment.";
  const { kind, message } = dataOf(error);
  // Its hint speaks of variables and of the command line; here there are buttons.
  if (kind === "model_not_configured" && message !== undefined) return `${message} /context and /impact need no model; any web chat can answer: copy the prompt.`;
  return error instanceof Error ? error.message : String(error);
}

function connectionEnded(error: unknown): boolean {
  return error instanceof Error && CONNECTION_ENDED.has(Number(Reflect.get(error, "code")));
}

/** What the server tells of an error beside its message (docs/reference/protocol.md). */
function dataOf(error: unknown): Readonly<Record<string, string | undefined>> {
  const data: unknown = error instanceof Error ? Reflect.get(error, "data") : undefined;
  return typeof data === "object" && data !== null ? (data as Record<string, string | undefined>) : {};
}
