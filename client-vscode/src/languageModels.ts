/** Answers the server's questions to the editor's own models with `vscode.lm`. What is answered is decided in `editorModels.ts`. */
import * as vscode from "vscode";
import { type LanguageClient, ResponseError } from "vscode-languageclient/node";
import { chosen, offered, pass, Refused, refused } from "./editorModels";
import { ASK_EDITOR_MODEL, type AskEditorModel, EDITOR_MODEL_PIECE, EDITOR_MODELS } from "./protocol";

/** LSP 3.17 `RequestFailed`. */
const REQUEST_FAILED = -32803;

/** Whether this editor has models to offer; what calls itself VS Code may be too old. */
export function hasLanguageModels(): boolean {
  return typeof Reflect.get(vscode.lm ?? {}, "selectChatModels") === "function";
}

export function answerForModels(client: LanguageClient): void {
  if (!hasLanguageModels()) return;
  client.onRequest(EDITOR_MODELS, async () => ({ models: offered(await vscode.lm.selectChatModels()) }));
  client.onRequest(ASK_EDITOR_MODEL, async (asked: AskEditorModel, token: vscode.CancellationToken) => {
    try {
      const model = chosen(await vscode.lm.selectChatModels(), asked.model);
      const options = { justification: "Sightline asks it what you ask Sightline." };
      const response = await model.sendRequest(asked.messages.map(messageOf), options, token);
      await pass(asked, response.text, (piece) => client.sendNotification(EDITOR_MODEL_PIECE, piece));
      return {};
    } catch (error) {
      const { kind, message } = error instanceof Refused ? error : refused(error);
      throw new ResponseError(REQUEST_FAILED, message, { kind });
    }
  });
}

/** VS Code knows no system messages: they are the user's. */
function messageOf({ role, content }: AskEditorModel["messages"][number]): vscode.LanguageModelChatMessage {
  const { LanguageModelChatMessage: Message } = vscode;
  return role === "assistant" ? Message.Assistant(content) : Message.User(content);
}
