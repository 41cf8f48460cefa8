/** The server's model in VS Code's list of models, so that the chat view works without any sign-in. See `question.ts`. */
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import type { RunArguments } from "../protocol";
import type { Session } from "../session";
import { answer, type Reply } from "./answer";
import { lastQuestion, MODEL_DESCRIPTION, roughTokens } from "./question";
import { answering } from "./participant";

const VENDOR = "sightline";

/** Does nothing where VS Code, or what calls itself so, is too old to take models from extensions. */
export function registerModel(session: Session): vscode.Disposable {
  const register: unknown = Reflect.get(vscode.lm ?? {}, "registerLanguageModelChatProvider");
  if (typeof register !== "function") return { dispose: () => undefined };
  const registered = vscode.lm.registerLanguageModelChatProvider(VENDOR, {
    provideLanguageModelChatInformation: () => [information()],
    provideLanguageModelChatResponse: async (_model, messages, _options, progress, token) => {
      const text = lastQuestion(messages.map(said));
      const given: RunArguments = { command: "explain", turn: `model-${randomUUID()}`, text, mentions: [], diagnostics: [] };
      await answer(given, answering(session, given, token), textOnly(progress));
    },
    provideTokenCount: (_model, given) =>
      Promise.resolve(roughTokens(typeof given === "string" ? given : said(given).text)),
  });
  // VS Code asks for models when it first needs one, and by then refuses: a chat's first message would find none.
  vscode.lm.selectChatModels({ vendor: VENDOR }).then(undefined, () => undefined);
  return registered;
}

function information(): vscode.LanguageModelChatInformation {
  const name = vscode.workspace.getConfiguration("sightline").get<string>("model.name", "");
  return {
    id: "sightline",
    name: "Sightline",
    family: "sightline",
    version: "1",
    detail: name,
    tooltip: MODEL_DESCRIPTION,
    maxInputTokens: 8_000,
    maxOutputTokens: 4_000,
    // The chat opens in agent mode, which offers only models that take tools. Ours is sent them and asks for none.
    capabilities: { toolCalling: true, imageInput: false },
  };
}

function textOnly(progress: vscode.Progress<vscode.LanguageModelResponsePart>): Reply {
  return {
    markdown: (text) => progress.report(new vscode.LanguageModelTextPart(text)),
    progress: () => undefined,
    reference: () => undefined,
    button: () => undefined,
  };
}

function said(message: vscode.LanguageModelChatRequestMessage): { byUser: boolean; text: string } {
  const parts = message.content.filter((part) => part instanceof vscode.LanguageModelTextPart);
  return {
    byUser: message.role === vscode.LanguageModelChatMessageRole.User,
    text: parts.map((part) => part.value).join(""),
  };
}
