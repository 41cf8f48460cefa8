/** The one owner of the server's connection: finds, starts, restarts and ends it, and passes on what it tells. */
import * as vscode from "vscode";
import { type LanguageClient, State as ClientState } from "vscode-languageclient/node";
import { inspecting, makeClient } from "./client";
import { answerForModels } from "./languageModels";
import { isCancelled, NotRunning, sentenceOf } from "./problems";
import { DID_FOCUS, DID_TRUST, STATUS_CHANGED, type StatusChanged, TURN_EVENT, type TurnEvent } from "./protocol";
import { Restarts } from "./restarts";
import { locateServer, type StartCommand } from "./server/locate";
import { ServerProblem } from "./server/machine";
import { realMachine } from "./server/realMachine";
import { userSettings } from "./settings";
import type { Status } from "./status";
import { Turns } from "./turns";

export const API_KEY = "sightline.apiKey";
const RUNNING = "sightline.running"; // the context that commands of the palette wait for
const EXECUTE = "workspace/executeCommand";
const SERVER_SETTINGS = "@ext:sightline.sightline sightline.server";
const STOPPING = 4_000; // milliseconds

export class Session implements vscode.Disposable {
  readonly turns = new Turns();
  readonly #statusChanged = new vscode.EventEmitter<Status>();
  readonly onStatus = this.#statusChanged.event;
  readonly #context: vscode.ExtensionContext;
  readonly #log: vscode.LogOutputChannel;
  readonly #executeCommand: (command: string, given: readonly unknown[]) => Promise<unknown>;
  #client: LanguageClient | undefined;
  #startedWith = "";
  #secret = "";
  #status: Status = { state: "stopped", message: "Not started." };
  #latest: Promise<void> = Promise.resolve();

  /** `executeCommand` runs the server's commands when they are called as commands of VS Code. */
  constructor(
    context: vscode.ExtensionContext,
    log: (secrets: () => readonly string[]) => vscode.LogOutputChannel,
    executeCommand: (command: string, given: readonly unknown[]) => Promise<unknown>,
  ) {
    this.#context = context;
    this.#log = log(() => [this.#secret]);
    this.#executeCommand = executeCommand;
  }

  get status(): Status {
    return this.#status;
  }

  /** Starts the server, or starts it again. Never rejects: what went wrong is the status. */
  restart(): Promise<void> {
    this.#latest = this.#latest.then(() => this.#stop()).then(() => this.#start());
    return this.#latest;
  }

  /** Starts again if what the server was started with has changed. */
  async settingsChanged(): Promise<void> {
    await this.#latest;
    if (JSON.stringify(await this.#wanted()) !== this.#startedWith) await this.restart();
  }

  /** Runs a command of the server. Rejects with the server's own error, or with why there is no server. */
  async execute<Answer>(command: string, given: object, token?: vscode.CancellationToken): Promise<Answer> {
    await this.#latest;
    if (this.#client?.state !== ClientState.Running) throw new NotRunning(this.#status.message);
    const request = { command, arguments: [given] };
    if (token === undefined) return this.#client.sendRequest<Answer>(EXECUTE, request); // undefined would be sent along
    return this.#client.sendRequest<Answer>(EXECUTE, request, token);
  }

  /** The editor's window came to the front: files may have changed behind its back. */
  focused(): void {
    if (this.#client?.state === ClientState.Running) void this.#client.sendNotification(DID_FOCUS, {});
  }

  /** Ends the server in an orderly way. */
  async end(): Promise<void> {
    this.#latest = this.#latest.then(() => this.#stop());
    await this.#latest;
  }

  dispose(): void {
    void this.end();
    this.#statusChanged.dispose();
  }

  async #start(): Promise<void> {
    try {
      const wanted = await this.#wanted(); // once: a change during an installation takes another start
      this.#startedWith = JSON.stringify(wanted);
      this.#tell({ state: "starting", message: "Starting the server." });
      const restarts = new Restarts();
      const client = makeClient({
        restarts,
        start: await this.#locate(),
        folder: this.#storage(),
        userSettings: wanted.userSettings,
        log: this.#log,
        executeCommand: this.#executeCommand,
        foldersAdded: (folders) => this.#vouch(folders),
      });
      this.#client = client;
      this.#listen(client, restarts);
      await client.start().catch((error: unknown) => {
        this.#log.error(sentenceOf(error));
        throw new ServerProblem("The server does not start.", "The log says why.");
      });
    } catch (error) {
      this.#failed(error);
    }
  }

  async #stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await vscode.commands.executeCommand("setContext", RUNNING, false);
    if (client === undefined) return;
    await client.dispose(STOPPING).catch((error: unknown) => this.#log.warn(sentenceOf(error)));
    this.#tell({ state: "stopped", message: "The server was stopped." });
  }

  #listen(client: LanguageClient, restarts: Restarts): void {
    let ran = false;
    answerForModels(client);
    client.onNotification(TURN_EVENT, (event: TurnEvent) => this.turns.receive(event));
    client.onNotification(STATUS_CHANGED, ({ state, message }: StatusChanged) => this.#tell({ state, message }));
    client.onDidChangeState(({ newState }) => {
      if (this.#client !== client) return; // it is being replaced
      void vscode.commands.executeCommand("setContext", RUNNING, newState === ClientState.Running);
      if (newState === ClientState.Running) {
        ran = true;
        restarts.running();
      } else if (ran && newState === ClientState.Starting) {
        this.#tell({ state: "starting", message: "The server ended by itself and is started again." });
      } else if (ran && restarts.gaveUp) {
        ran = false;
        this.#failed(new ServerProblem("The server ends again and again.", "The log says why."));
      }
    });
  }

  /** VS Code asks about a folder before it is added: the server hears of the answer before it hears of the folder. */
  async #vouch(folders: readonly vscode.WorkspaceFolder[]): Promise<void> {
    if (!vscode.workspace.isTrusted || this.#client?.state !== ClientState.Running) return;
    await this.#client.sendNotification(DID_TRUST, { folders: folders.map(({ uri }) => uri.toString()) });
  }

  async #locate(): Promise<StartCommand> {
    await vscode.workspace.fs.createDirectory(this.#context.globalStorageUri);
    const configuration = vscode.workspace.getConfiguration("sightline.server");
    return locateServer({
      settings: {
        command: configuration.get<string[]>("command", []),
        interpreter: configuration.get<string>("interpreter", "").trim(),
      },
      extension: this.#context.extensionUri.fsPath,
      storage: this.#storage(),
      machine: realMachine(this.#storage()),
      withProgress: (work) => {
        this.#tell({ state: "installing", message: "Installing the server." });
        return withProgress((watching) => work({ ...watching, note: (line) => this.#log.info(line) }));
      },
    });
  }

  #storage(): string {
    return this.#context.globalStorageUri.fsPath;
  }

  /** Everything that takes a new start to change. */
  async #wanted() {
    this.#secret = (await this.#context.secrets.get(API_KEY)) ?? "";
    return {
      trusted: vscode.workspace.isTrusted,
      server: vscode.workspace.getConfiguration("sightline.server"),
      userSettings: userSettings(inspecting(vscode.workspace.workspaceFolders?.[0]?.uri), this.#secret),
    };
  }

  #failed(error: unknown): void {
    const message = isCancelled(error) ? "The installation was cancelled." : sentenceOf(error);
    this.#log.error(message);
    this.#tell({ state: "failed", message });
    if (isCancelled(error)) return;
    const choices = ["Try again", "Show the log", ...(message.includes("sightline.server.") ? ["Open the setting"] : [])];
    void vscode.window.showErrorMessage(`Sightline: ${message}`, ...choices).then((choice) => {
      if (choice === "Show the log") this.#log.show();
      if (choice === "Open the setting") void vscode.commands.executeCommand("workbench.action.openSettings", SERVER_SETTINGS);
      if (choice === "Try again") void this.restart();
    });
  }

  #tell(status: Status): void {
    this.#status = status;
    this.#statusChanged.fire(status);
  }
}

type Work<Value> = (watching: { signal: AbortSignal; report(sentence: string): void }) => Promise<Value>;

/** Work that the user sees and may cancel. */
async function withProgress<Value>(work: Work<Value>): Promise<Value> {
  const shown = {
    location: vscode.ProgressLocation.Notification,
    title: "Installing Sightline's server",
    cancellable: true,
  };
  return vscode.window.withProgress(shown, (progress, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    return work({ signal: controller.signal, report: (message) => progress.report({ message }) });
  });
}
