/** The round trip with any web chat: prompts go onto the clipboard, replies come from it. What is said is in `byHand.ts`. */
import * as vscode from "vscode";
import { featureArguments } from "./arguments";
import { APPLY_REPLY, copiedSentence, type CopyText, isToBeApplied, replySentence } from "./byHand";
import { type Button, buttons, commandOf } from "./chat/buttons";
import { applyTurn, newTurn, withStages } from "./deeds";
import type { Documents } from "./documents";
import { activeFocus, diagnosticsAt } from "./editor";
import { isAboutDiagnostics } from "./features";
import type { FeatureAnswer, FeatureArguments } from "./protocol";
import type { Session } from "./session";

/** Puts the whole prompt of a task on the clipboard; without `given` the user is asked for the task. */
export async function copyPrompt(session: Session, given?: FeatureArguments): Promise<void> {
  const asked = given === undefined ? await askedTask() : { ...given, turn: newTurn() };
  if (asked === undefined) return;
  const answer = await withStages(session, "building the prompt", asked.turn, (token) =>
    session.execute<FeatureAnswer>("sightline.run", { ...asked, command: "prompt" }, token),
  );
  const prompt = answer.data?.prompt ?? "";
  if (prompt === "") throw new Error("The server told no prompt.");
  await copyText({ text: prompt, kind: "prompt" });
}

/** Puts something on the clipboard that is meant for a chat, and says how it goes on. */
export async function copyText(given: CopyText): Promise<void> {
  await vscode.env.clipboard.writeText(given.text);
  void vscode.window.showInformationMessage(`Sightline: ${copiedSentence(given)}`, APPLY_REPLY).then((choice) => {
    if (choice === APPLY_REPLY) void vscode.commands.executeCommand("sightline.paste");
  });
}

/** Tries the reply on the clipboard. An edit in which nothing was found is applied at once, any other is put to the user. */
export async function applyReply(session: Session, documents: Documents): Promise<void> {
  const text = await vscode.env.clipboard.readText();
  const turn = newTurn();
  const answer = await withStages(session, "checking the reply", turn, (token) =>
    session.execute<FeatureAnswer>("sightline.run", { command: "paste", text, turn }, token),
  );
  if (isToBeApplied(answer)) return applyTurn(session, { turn });
  if (answer.outcome !== null) {
    await documents.showAnswer("reply", answer.text, [...answer.outcome.changes, ...answer.places]);
  }
  void offer(answer, buttons(answer));
}

/** Asks for the reply in the chat, where what came of it stays to be read. */
export async function answerInChat(): Promise<void> {
  await vscode.commands.executeCommand("workbench.action.chat.open", { query: "@sightline /paste" });
}

async function offer(answer: FeatureAnswer, offered: readonly Button[]): Promise<void> {
  const show = answer.outcome === null ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  const title = await show(`Sightline: ${replySentence(answer)}`, ...offered.map((button) => button.title));
  const chosen = offered.find((button) => button.title === title);
  if (chosen === undefined) return;
  const { command, arguments: given } = commandOf(chosen);
  await vscode.commands.executeCommand(command, ...given);
  // Looking at it decides nothing yet.
  if (chosen.deed === "preview") await offer(answer, offered.filter((button) => button !== chosen));
}

async function askedTask(): Promise<FeatureArguments | undefined> {
  const text = await vscode.window.showInputBox({
    title: "Copy the prompt for a task",
    prompt: "What shall be done? Empty: what the selected code says. /fix, /test … at the beginning names the kind of task.",
    ignoreFocusOut: true,
  });
  if (text === undefined) return undefined;
  const focus = activeFocus();
  const diagnostics = isAboutDiagnostics("prompt", text) ? diagnosticsAt(focus) : [];
  return featureArguments({ turn: newTurn(), text, focus, diagnostics });
}
