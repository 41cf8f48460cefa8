/** The language client: what the server is told at the start, and the two places where we step between. */
import * as vscode from "vscode";
import {
  CloseAction,
  type ConfigurationItem,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
} from "vscode-languageclient/node";
import { hasLanguageModels } from "./languageModels";
import { HEARD, offersActions } from "./languages";
import type { StartCommand } from "./server/locate";
import type { Restarts } from "./restarts";
import { type Table, workspaceSettings } from "./settings";
import { named } from "./titles";

export interface ClientOptions {
  readonly start: StartCommand;
  /** Where the server runs: never in the workspace. */
  readonly folder: string;
  readonly userSettings: Table;
  readonly log: vscode.LogOutputChannel;
  readonly restarts: Restarts;
  /** Runs a command of the server that was called as a command of VS Code. */
  executeCommand(command: string, given: readonly unknown[]): Promise<unknown>;
  /** Runs before the server is told of folders that were added. */
  foldersAdded(folders: readonly vscode.WorkspaceFolder[]): Promise<void>;
}

export function makeClient(options: ClientOptions): LanguageClient {
  const { program, parameters } = options.start;
  const executable = { command: program, args: [...parameters], options: { cwd: options.folder } };
  return new QuietClient("sightline", "Sightline", executable, clientOptions(options));
}

/** Its own messages, of connections and codes, go to the log: what the user is told, and once, the session decides. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** The settings of one scope, as VS Code tells them apart. */
export function inspecting(scope?: vscode.Uri): (key: string) => ReturnType<vscode.WorkspaceConfiguration["inspect"]> {
  const configuration = vscode.workspace.getConfiguration("sightline", scope ?? null);
  return (key) => configuration.inspect(key);
}

function clientOptions(options: ClientOptions): LanguageClientOptions {
  return {
    documentSelector: HEARD,
    initializationOptions: {
      userSettings: options.userSettings,
      trusted: vscode.workspace.isTrusted,
      languageModels: hasLanguageModels(),
    },
    outputChannel: options.log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationFailedHandler: () => false,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        const action = options.restarts.again(Date.now()) ? CloseAction.Restart : CloseAction.DoNotRestart;
        return { action, handled: true };
      },
    },
    middleware: {
      provideCodeActions: async (document, range, context, token, next) =>
        offersActions(document.languageId) ? (await next(document, range, context, token))?.map(named) : [],
      executeCommand: (command, given) => options.executeCommand(command, given),
      workspace: {
        configuration: ({ items }) => items.map(answerFor),
        didChangeWorkspaceFolders: async (event, next) => {
          await options.foldersAdded(event.added);
          await next(event);
        },
      },
    },
  };
}

function answerFor({ section, scopeUri }: ConfigurationItem): Table | null {
  if (section !== "sightline") return null;
  return workspaceSettings(inspecting(scopeUri === undefined ? undefined : vscode.Uri.parse(scopeUri)));
}
