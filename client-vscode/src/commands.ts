/** What the commands do: those of this client, and the server's features when VS Code calls them. */
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { featureArguments } from "./arguments";
import type { Documents } from "./documents";
import { activeFocus, diagnosticsAt } from "./editor";
import { featureOf, isAnswer, questionOf } from "./features";
import { isCancelled, sentenceOf } from "./problems";
import type { ApplyAnswer, FeatureAnswer, FeatureArguments, PreviewAnswer, StatusAnswer } from "./protocol";
import { API_KEY, type Session } from "./session";
import { stageSentence } from "./turns";

interface TurnArguments {
  readonly turn: string;
  readonly inSpiteOfFindings?: boolean;
}

/** The commands of this client. The server's own are registered by the language client. */
export function registerCommands(
  context: vscode.ExtensionContext,
  session: Session,
  documents: Documents,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const deeds: Record<string, (given: TurnArguments) => Promise<void>> = {
    "sightline.restart": () => session.restart(),
    "sightline.showLog": () => Promise.resolve(log.show()),
    "sightline.showStatus": () => showStatus(session, log),
    "sightline.setApiKey": () => setApiKey(context.secrets),
    "sightline.turn.apply": (given) => applyTurn(session, given),
    "sightline.turn.preview": async ({ turn }) =>
      documents.showEdit(await session.execute<PreviewAnswer>("sightline.preview", { turn })),
    "sightline.turn.discard": async ({ turn }) => {
      await session.execute("sightline.discard", { turn });
      vscode.window.setStatusBarMessage("Sightline: the edit was discarded.", 4_000);
    },
  };
  const registered = Object.entries(deeds).map(([name, deed]) =>
    vscode.commands.registerCommand(name, (given: TurnArguments) => told(() => deed(given))),
  );
  return vscode.Disposable.from(...registered);
}

/** Runs a command of the server, with the editor's selection if it came without arguments, and shows its answer. */
export async function runServerCommand(
  session: Session,
  documents: Documents,
  command: string,
  given: readonly unknown[],
): Promise<unknown> {
  const feature = featureOf(command);
  const [sent] = given;
  if (command === "sightline.undo") return told(() => takeBack(session, isTable(sent) ? sent : {}));
  if (feature === undefined) return session.execute(command, isTable(sent) ? sent : {});
  return told(async () => {
    const asked = isTable(sent) ? { ...sent, turn: newTurn() } : await askedHere(feature);
    if (asked === undefined) return undefined;
    const run = isAnswer(feature) ? { name: "sightline.run", given: { ...asked, command: feature } } : { name: command, given: asked };
    const answer = await withStages(session, feature, asked.turn, (token) =>
      session.execute<FeatureAnswer>(run.name, run.given, token),
    );
    if (isAnswer(feature)) await documents.showAnswer(feature, answer.text);
    return answer;
  });
}

async function askedHere(feature: string): Promise<FeatureArguments | undefined> {
  const question = questionOf(feature);
  const text = question === undefined ? "" : await vscode.window.showInputBox({ prompt: question, ignoreFocusOut: true });
  if (text === undefined) return undefined;
  const focus = activeFocus();
  return featureArguments({ turn: newTurn(), text, focus, diagnostics: feature === "fix" ? diagnosticsAt(focus) : [] });
}

function withStages<Answer>(
  session: Session,
  feature: string,
  turn: string,
  work: (token: vscode.CancellationToken) => Promise<Answer>,
): Thenable<Answer> {
  const shown = { location: vscode.ProgressLocation.Notification, title: `Sightline: ${feature}`, cancellable: true };
  return vscode.window.withProgress(shown, async (progress, token) => {
    const unlisten = session.turns.listen(turn, (event) => {
      if (event.kind === "stage") progress.report({ message: stageSentence(event) });
    });
    try {
      return await work(token);
    } finally {
      unlisten();
    }
  });
}

async function applyTurn(session: Session, given: TurnArguments): Promise<void> {
  const answer = await session.execute<ApplyAnswer>("sightline.apply", given);
  if (!answer.applied) {
    if (answer.different.length === 0) void vscode.window.showWarningMessage(`Sightline: not applied. ${answer.reason}`);
    return; // otherwise the server has told which files to look at
  }
  const files = answer.files.length === 1 ? "1 file" : `${answer.files.length} files`;
  void vscode.window.showInformationMessage(`Sightline: applied to ${files}.`, "Undo").then((choice) => {
    if (choice === "Undo") void told(() => takeBack(session, { turn: given.turn }));
  });
}

async function takeBack(session: Session, given: object): Promise<void> {
  const answer = await session.execute<ApplyAnswer>("sightline.undo", given);
  const sentence = answer.applied ? "the edit was taken back." : `not taken back. ${answer.reason}`;
  void vscode.window.showInformationMessage(`Sightline: ${sentence}`);
}

async function showStatus(session: Session, log: vscode.LogOutputChannel): Promise<void> {
  const choices = [
    { label: "$(output) Show the log", run: () => log.show() },
    { label: "$(debug-restart) Restart the server", run: () => void session.restart() },
    { label: "$(key) Set the API key…", run: () => void vscode.commands.executeCommand("sightline.setApiKey") },
    {
      label: "$(gear) Settings",
      run: () => void vscode.commands.executeCommand("workbench.action.openSettings", "@ext:sightline.sightline"),
    },
  ];
  const title = await statusSentence(session);
  const choice = await vscode.window.showQuickPick(choices, { title: "Sightline", placeHolder: title });
  choice?.run();
}

async function statusSentence(session: Session): Promise<string> {
  if (!["starting", "indexing", "ready"].includes(session.status.state)) return session.status.message;
  try {
    const { message, roots, revision, running } = await session.execute<StatusAnswer>("sightline.status", {});
    const at = revision === null ? "" : ` Revision ${revision}, ${roots.length} folders, ${running.length} turns running.`;
    return `${message}${at}`;
  } catch (error) {
    return sentenceOf(error);
  }
}

async function setApiKey(secrets: vscode.SecretStorage): Promise<void> {
  const key = await vscode.window.showInputBox({
    title: "Sightline: API key",
    prompt: "Kept in VS Code's secret store, sent to the model's address alone. Empty removes it.",
    password: true,
    ignoreFocusOut: true,
  });
  if (key === undefined) return;
  if (key.trim() === "") await secrets.delete(API_KEY);
  else await secrets.store(API_KEY, key.trim());
}

async function told<Value>(work: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isCancelled(error)) void vscode.window.showErrorMessage(`Sightline: ${sentenceOf(error)}`);
    return undefined;
  }
}

function newTurn(): string {
  return `editor-${randomUUID()}`;
}

function isTable(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
