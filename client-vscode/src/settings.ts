/**
 * What the server is told of the editor's settings. VS Code's merged values do not tell their scope, so they are never
 * sent: what the user set goes along at the start (`userSettings`), what the workspace set answers
 * `workspace/configuration`. Defaults are not sent at all: the server has its own, and a settings file of the user's.
 */
import { SETTINGS, type Setting } from "./settings.generated";

/** What `WorkspaceConfiguration.inspect` answers, as far as it matters here. */
export interface Inspected {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

export type Inspect = (key: string) => Inspected | undefined;
/** Section → name → value, by the names of the server's schema. */
export type Table = Record<string, Record<string, unknown>>;

/** The user's own settings, and the key of the secret store. They outrank the workspace's but where it may choose. */
export function userSettings(inspect: Inspect, apiKey: string | undefined): Table {
  const table = tableOf((setting) => userValue(setting, inspect(setting.key)));
  return apiKey ? { ...table, model: { ...table["model"], api_key: apiKey } } : table;
}

/** What the workspace set of the settings that it may set. The server treats it like a file of the workspace. */
export function workspaceSettings(inspect: Inspect): Table {
  return tableOf((setting) => (setting.scope === "user" ? undefined : workspaceValue(inspect(setting.key))));
}

function userValue(setting: Setting, inspected: Inspected | undefined): unknown {
  const own = inspected?.globalValue;
  const workspace = setting.scope === "user" ? undefined : workspaceValue(inspected);
  if (own === undefined || workspace === undefined) return own;
  if (setting.scope === "any") return undefined; // the workspace's choice holds
  if (typeof own === "number" && typeof workspace === "number") return Math.min(own, workspace);
  if (typeof own === "boolean" && typeof workspace === "boolean") return own && workspace;
  const order = setting.order ?? [];
  const [mine, theirs] = [order.indexOf(String(own)), order.indexOf(String(workspace))];
  return mine >= 0 && theirs >= 0 ? order[Math.min(mine, theirs)] : own;
}

function workspaceValue(inspected: Inspected | undefined): unknown {
  return inspected?.workspaceFolderValue ?? inspected?.workspaceValue;
}

function tableOf(value: (setting: Setting) => unknown): Table {
  const table: Table = {};
  for (const setting of SETTINGS) {
    const found = value(setting);
    if (found === undefined || found === null) continue;
    if (setting.name !== "") (table[setting.section] ??= {})[setting.name] = found;
    else if (isTable(found)) table[setting.section] = { ...found };
  }
  return table;
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
