/** What the commands do: those of this client, and the server's features when VS Code calls them. */
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { featureArguments } from "./arguments";
import { linked } from "./chat/links";
import { chooseModel, setApiKey, switchModel } from "./chooseModel";
import type { Documents } from "./documents";
import { activeFocus, diagnosticsAt } from "./editor";
import { featureOf, isAnswer, questionOf } from "./features";
import { isCancelled, remediesOf, sentenceOf } from "./problems";
import type { AppliedAnswer, ApplyAnswer, FeatureAnswer, FeatureArguments, PreviewAnswer, StatusAnswer } from "./protocol";
import type { Session } from "./session";
import { statusSentence } from "./status";
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
    "sightline.chooseModel": () => chooseModel(session, context.secrets),
    "sightline.switchModel": () => switchModel(session),
    "sightline.copyPrompt": () => copyPrompt(session),
    "sightline.turn.apply": (given) => applyTurn(session, given),
    "sightline.turn.preview": async ({ turn }) =>
      documents.showEdit(await session.execute<PreviewAnswer>("sightline.preview", { turn })),
    "sightline.turn.discard": async ({ turn }) => {
      await session.execute("sightline.discard", { turn });
      vscode.window.setStatusBarMessage("Sightline: The edit was discarded.", 4_000);
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
  if (command === "sightline.undo" || command === "sightline.redo") {
    return told(() => takeBack(session, isTable(sent) ? sent : {}, command));
  }
  if (feature === undefined) return session.execute(command, isTable(sent) ? sent : {});
  // An edit of a code action that VS Code has applied by itself: the server has only to be told.
  if (isTable(sent) && "turn" in sent) return told(() => session.execute(command, sent));
  return told(async () => {
    const asked = isTable(sent) ? { ...sent, turn: newTurn() } : await askedHere(feature);
    if (asked === undefined) return undefined;
    const run = isAnswer(feature) ? { name: "sightline.run", given: { ...asked, command: feature } } : { name: command, given: asked };
    const answer = await withStages(session, feature, asked.turn, (token) =>
      session.execute<FeatureAnswer & AppliedAnswer>(run.name, run.given, token),
    );
    if (isAnswer(feature)) await documents.showAnswer(feature, linked(answer.text, answer.places));
    if (answer.applied?.applied) tellApplied(session, answer.applied, answer.turn);
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

/** Puts the whole prompt of a task on the clipboard, for a web chat; `sightline apply --paste` takes the reply. */
async function copyPrompt(session: Session): Promise<void> {
  const text = await vscode.window.showInputBox({ prompt: "What shall be done? The prompt for it is copied.", ignoreFocusOut: true });
  if (text === undefined) return;
  const asked = featureArguments({ turn: newTurn(), text, focus: activeFocus(), diagnostics: [] });
  const answer = await withStages(session, "copy prompt", asked.turn, (token) =>
    session.execute<FeatureAnswer>("sightline.run", { ...asked, command: "context" }, token),
  );
  const prompt = answer.data?.prompt ?? "";
  if (prompt === "") throw new Error("The server told no prompt.");
  await vscode.env.clipboard.writeText(prompt);
  const sentence = `Copied the prompt: ${prompt.length.toLocaleString()} characters. Copy the chat's whole reply, then: sightline apply --paste`;
  void vscode.window.showInformationMessage(`Sightline: ${sentence}`);
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
  const reason = given.inSpiteOfFindings ? await askedWhy() : "";
  if (reason === undefined) return;
  const answer = await session.execute<ApplyAnswer>("sightline.apply", { ...given, reason });
  if (!answer.applied) {
    const toldByServer = answer.different.length > 0 || answer.takenBack.length > 0;
    if (!toldByServer) void vscode.window.showWarningMessage(`Sightline: Not applied. ${answer.reason}`);
    return; // otherwise the server has told which files to look at
  }
  tellApplied(session, answer, given.turn);
}

/** Why an edit is right in spite of what was found; undefined if it shall not be applied after all. */
function askedWhy(): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: "Apply in spite of the findings",
    prompt: "Why is the edit right all the same? The history keeps it. Empty: no reason given.",
    ignoreFocusOut: true,
  });
}

function tellApplied(session: Session, answer: ApplyAnswer, turn: string): void {
  const files = answer.files.length === 1 ? (answer.files[0]?.path ?? "") : `${answer.files.length} files`;
  void vscode.window.showInformationMessage(`Sightline: Applied to ${files}.`, "Undo").then((choice) => {
    if (choice === "Undo") void told(() => takeBack(session, { turn }, "sightline.undo"));
  });
}

async function takeBack(session: Session, given: object, command: "sightline.undo" | "sightline.redo"): Promise<void> {
  const answer = await session.execute<ApplyAnswer>(command, given);
  const done = command === "sightline.undo" ? "taken back" : "brought back";
  const sentence = answer.applied ? `The edit was ${done}.` : `Not ${done}. ${answer.reason}`;
  void vscode.window.showInformationMessage(`Sightline: ${sentence}`);
}

async function showStatus(session: Session, log: vscode.LogOutputChannel): Promise<void> {
  const choices = [
    ...indexingChoices(session),
    { label: "$(sparkle) Choose a model…", run: () => void vscode.commands.executeCommand("sightline.chooseModel") },
    { label: "$(arrow-swap) Switch to another of your models…", run: () => void vscode.commands.executeCommand("sightline.switchModel") },
    { label: "$(key) Set the API key…", run: () => void vscode.commands.executeCommand("sightline.setApiKey") },
    { label: "$(output) Show the log", run: () => log.show() },
    { label: "$(debug-restart) Restart the server", run: () => void session.restart() },
    {
      label: "$(gear) Settings",
      run: () => void vscode.commands.executeCommand("workbench.action.openSettings", "@ext:sightline.sightline"),
    },
  ];
  const placeHolder = await statusNow(session);
  const choice = await vscode.window.showQuickPick(choices, { title: "Sightline", placeHolder });
  choice?.run();
}

function indexingChoices(session: Session): { label: string; run: () => void }[] {
  const choice = (label: string, command: string) => [{ label, run: () => void told(() => session.execute(command, {})) }];
  if (session.status.state === "indexing") return choice("$(debug-pause) Pause indexing", "sightline.pauseIndexing");
  if (session.status.state === "paused") return choice("$(debug-continue) Go on indexing", "sightline.index");
  return [];
}

async function statusNow(session: Session): Promise<string> {
  if (!["starting", "indexing", "paused", "ready"].includes(session.status.state)) return session.status.message;
  try {
    return statusSentence(await session.execute<StatusAnswer>("sightline.status", {}), vscode.workspace.isTrusted);
  } catch (error) {
    return sentenceOf(error);
  }
}

async function told<Value>(work: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isCancelled(error)) void showProblem(error);
    return undefined;
  }
}

async function showProblem(error: unknown): Promise<void> {
  const remedies = remediesOf(error);
  const titles = remedies.map(({ title }) => title);
  const chosen = await vscode.window.showErrorMessage(`Sightline: ${sentenceOf(error)}`, ...titles);
  const remedy = remedies.find(({ title }) => title === chosen);
  if (remedy !== undefined) await vscode.commands.executeCommand(remedy.command);
}

function newTurn(): string {
  return `editor-${randomUUID()}`;
}

function isTable(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
