/** What is done with an edit that waits, and how what becomes of it is told. */
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { isCancelled, isOfModel, type Remedy, remediesOf, sentenceOf } from "./problems";
import type { ApplyAnswer } from "./protocol";
import type { Session } from "./session";
import { stageSentence } from "./turns";

export interface TurnArguments {
  readonly turn: string;
  readonly inSpiteOfFindings?: boolean;
}

/** Runs what a progress message with a cancel button is shown for. */
export function withStages<Answer>(
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

/** Applies the edit of a turn and tells what became of it. */
export async function applyTurn(session: Session, given: TurnArguments): Promise<void> {
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

/** Says that an edit was applied, and offers to take it back. */
export function tellApplied(session: Session, answer: ApplyAnswer, turn: string): void {
  const files = answer.files.length === 1 ? (answer.files[0]?.path ?? "") : `${answer.files.length} files`;
  void vscode.window.showInformationMessage(`Sightline: Applied to ${files}.`, "Undo").then((choice) => {
    if (choice === "Undo") void told(() => takeBack(session, { turn }, "sightline.undo"));
  });
}

export async function takeBack(session: Session, given: object, command: "sightline.undo" | "sightline.redo"): Promise<void> {
  const answer = await session.execute<ApplyAnswer>(command, given);
  const done = command === "sightline.undo" ? "taken back" : "brought back";
  const sentence = answer.applied ? `The edit was ${done}.` : `Not ${done}. ${answer.reason}`;
  void vscode.window.showInformationMessage(`Sightline: ${sentence}`);
}

/** Runs `work`; what it throws is told to the user. */
export async function told<Value>(work: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isCancelled(error)) void showProblem(error);
    return undefined;
  }
}

async function showProblem(error: unknown): Promise<void> {
  const elsewhere: Remedy[] = isOfModel(error) ? [{ title: "Copy the prompt…", command: "sightline.prompt" }] : [];
  const remedies = [...remediesOf(error), ...elsewhere];
  const titles = remedies.map(({ title }) => title);
  const chosen = await vscode.window.showErrorMessage(`Sightline: ${sentenceOf(error)}`, ...titles);
  const remedy = remedies.find(({ title }) => title === chosen);
  if (remedy !== undefined) await vscode.commands.executeCommand(remedy.command, ...(remedy.arguments ?? []));
}

export function newTurn(): string {
  return `editor-${randomUUID()}`;
}
