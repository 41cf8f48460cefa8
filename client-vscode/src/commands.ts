/** What the commands do: those of this client, and the server's features when VS Code calls them. */
import * as vscode from "vscode";
import { featureArguments } from "./arguments";
import { answerInChat, applyReply, copyPrompt, copyText } from "./clipboard";
import { APPLY_REPLY, type CopyText } from "./byHand";
import { chooseModel, setApiKey, switchModel } from "./chooseModel";
import { applyTurn, newTurn, takeBack, tellApplied, told, type TurnArguments, withStages } from "./deeds";
import type { Documents } from "./documents";
import { activeFocus, diagnosticsAt } from "./editor";
import { featureOf, isAboutDiagnostics, isAnswer, questionOf } from "./features";
import { sentenceOf } from "./problems";
import type { AppliedAnswer, FeatureAnswer, FeatureArguments, PreviewAnswer, StatusAnswer } from "./protocol";
import type { Session } from "./session";
import { menuWords, type MenuWords } from "./status";

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
    "sightline.showStatus": () => showStatus(session, documents, log),
    "sightline.setApiKey": () => setApiKey(context.secrets),
    "sightline.chooseModel": () => chooseModel(session, context.secrets),
    "sightline.switchModel": () => switchModel(session),
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
  const copies = [
    vscode.commands.registerCommand("sightline.turn.copy", (given: CopyText) => told(() => copyText(given))),
    vscode.commands.registerCommand("sightline.turn.paste", () => told(answerInChat)),
    vscode.commands.registerCommand("sightline.turn.prompt", (given: FeatureArguments) => told(() => copyPrompt(session, given))),
  ];
  return vscode.Disposable.from(...registered, ...copies);
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
  // With arguments, another extension asks for the server's own answer.
  if (command === "sightline.prompt" && !isTable(sent)) return told(() => copyPrompt(session));
  if (command === "sightline.paste" && !isTable(sent)) return told(() => applyReply(session, documents));
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
    if (isAnswer(feature)) await documents.showAnswer(feature, answer.text, answer.places);
    if (answer.applied?.applied) tellApplied(session, answer.applied, answer.turn);
    return answer;
  });
}

async function askedHere(feature: string): Promise<FeatureArguments | undefined> {
  const question = questionOf(feature);
  const text = question === undefined ? "" : await vscode.window.showInputBox({ prompt: question, ignoreFocusOut: true });
  if (text === undefined) return undefined;
  const focus = activeFocus();
  return featureArguments({ turn: newTurn(), text, focus, diagnostics: isAboutDiagnostics(feature, text) ? diagnosticsAt(focus) : [] });
}

async function showStatus(session: Session, documents: Documents, log: vscode.LogOutputChannel): Promise<void> {
  const { head, model, last } = await statusNow(session);
  const choice = (label: string, command: string, description = "") => ({
    label,
    description,
    run: () => void vscode.commands.executeCommand(command),
  });
  const choices = [
    ...indexingChoices(session),
    choice("$(sparkle) Choose a model…", "sightline.chooseModel", model),
    choice("$(arrow-swap) Switch to another of your models…", "sightline.switchModel", last),
    choice("$(key) Set the API key…", "sightline.setApiKey"),
    ...(isUp(session) ? byHandChoices(session, documents) : []),
    { label: "$(output) Show the log", run: () => log.show() },
    { label: "$(debug-restart) Restart the server", run: () => void session.restart() },
    {
      label: "$(gear) Settings",
      run: () => void vscode.commands.executeCommand("workbench.action.openSettings", "@ext:sightline.sightline"),
    },
  ];
  const chosen = await vscode.window.showQuickPick(choices, { title: "Sightline", placeHolder: head });
  chosen?.run();
}

/** Not by their commands, which are the server's: VS Code does not know them before it runs. */
function byHandChoices(session: Session, documents: Documents): (vscode.QuickPickItem & { run: () => void })[] {
  return [
    {
      label: "$(copy) Copy the prompt for a task…",
      description: "for any web chat",
      run: () => void told(() => copyPrompt(session)),
    },
    { label: `$(clippy) ${APPLY_REPLY}`, run: () => void told(() => applyReply(session, documents)) },
  ];
}

function indexingChoices(session: Session): { label: string; run: () => void }[] {
  const choice = (label: string, command: string) => [{ label, run: () => void told(() => session.execute(command, {})) }];
  if (session.status.state === "indexing") return choice("$(debug-pause) Pause indexing", "sightline.pauseIndexing");
  if (session.status.state === "paused") return choice("$(debug-continue) Go on indexing", "sightline.index");
  return [];
}

async function statusNow(session: Session): Promise<MenuWords> {
  const nothing = { model: "", last: "" };
  if (!isUp(session)) return { head: session.status.message, ...nothing };
  try {
    return menuWords(await session.execute<StatusAnswer>("sightline.status", {}), vscode.workspace.isTrusted);
  } catch (error) {
    return { head: sentenceOf(error), ...nothing };
  }
}

/** Whether there is a server to ask, or will be in a moment. */
function isUp({ status }: Session): boolean {
  return ["starting", "indexing", "paused", "ready"].includes(status.state);
}

function isTable(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
