/** Asks the user which model answers, and keeps the choice in their settings. What is offered is decided in `models.ts`. */
import * as vscode from "vscode";
import { addressProblem, type Choice, choices, switches } from "./models";
import type { ModelsAnswer, OwnModels } from "./protocol";
import { API_KEY, type Session } from "./session";

/** Sets the model. Ends without a word where the user leaves a question. */
export async function chooseModel(session: Session, secrets: vscode.SecretStorage): Promise<void> {
  const offered = session.execute<ModelsAnswer>("sightline.models", {}).then(choices);
  const title = "Sightline: choose a model";
  const placeHolder = "Models that answer on this machine come first.";
  const choice = await vscode.window.showQuickPick(offered, { title, placeHolder, matchOnDescription: true });
  if (choice === undefined) return;
  const complete = await completed(choice, title);
  if (complete === undefined) return;
  const configuration = vscode.workspace.getConfiguration("sightline.model", null);
  if (configuration.get("baseUrl", "") !== complete.baseUrl) {
    await configuration.update("baseUrl", complete.baseUrl || undefined, vscode.ConfigurationTarget.Global);
  }
  await configuration.update("name", complete.name, vscode.ConfigurationTarget.Global);
  if (choice.needsKey && ((await secrets.get(API_KEY)) ?? "") === "") await setApiKey(secrets);
  void vscode.window.showInformationMessage(`Sightline: ${complete.name} answers from now on.`);
}

/** Has another of the user's models answer from now on. */
export async function switchModel(session: Session): Promise<void> {
  const offered = session.execute<OwnModels>("sightline.models", {}).then(switches);
  const placeHolder = "Models of your settings (sightline.models). The choice holds until you switch again.";
  const options = { title: "Sightline: switch the model", placeHolder, matchOnDescription: true };
  const choice = await vscode.window.showQuickPick(offered, options);
  if (choice === undefined) return;
  await session.execute<OwnModels>("sightline.switch", { model: choice.name });
  const sentence = choice.name === "" ? "The settings decide which model answers." : `${choice.name} answers from now on.`;
  void vscode.window.showInformationMessage(`Sightline: ${sentence}`);
}

/** Asks for a key and keeps it in VS Code's secret store; an empty one removes it. */
export async function setApiKey(secrets: vscode.SecretStorage): Promise<void> {
  const key = await vscode.window.showInputBox({
    title: "Sightline: API key",
    prompt: "Kept in VS Code's secret store, sent to the model's address alone. Empty removes it.",
    password: true,
    ignoreFocusOut: true,
  });
  if (key === undefined) return;
  if (key.trim() === "") await secrets.delete(API_KEY);
  else await secrets.store(API_KEY, key.trim());
  const done = key.trim() === "" ? "No API key is kept any more." : "The API key is kept in the secret store.";
  void vscode.window.showInformationMessage(`Sightline: ${done}`);
}

async function completed(choice: Choice, title: string): Promise<{ name: string; baseUrl: string } | undefined> {
  const { name, baseUrl, asks } = choice;
  if (asks === "nothing") return { name, baseUrl };
  const ignoreFocusOut = true;
  const address =
    asks === "name"
      ? baseUrl
      : await vscode.window.showInputBox({
          title,
          prompt: "Address of the API, with its /v1",
          validateInput: (text) => addressProblem(text.trim()),
          ignoreFocusOut,
        });
  if (address === undefined) return undefined;
  const typed = await vscode.window.showInputBox({ title, prompt: choice.description, value: name, ignoreFocusOut });
  const complete = typed?.trim() ?? "";
  return complete === "" ? undefined : { name: complete, baseUrl: address.trim() };
}
