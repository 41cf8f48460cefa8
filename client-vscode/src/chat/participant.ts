/** The chat participant `@sightline`. What is said is decided in `answer.ts`; this file speaks VS Code. */
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { featureArguments } from "../arguments";
import { activeFocus, addressIn, attachedTo, diagnosticsAt, rootOf } from "../editor";
import { DEFAULT_FEATURE, isAboutDiagnostics } from "../features";
import { isCancelled, isOfModel, remediesOf, sentenceOf } from "../problems";
import type { ApplyAnswer, FeatureAnswer, RunArguments } from "../protocol";
import type { Session } from "../session";
import { answer, type Answering, type Reply } from "./answer";
import { commandOf, promptButtons } from "./buttons";

const PARTICIPANT = "sightline.chat";

export function registerParticipant(session: Session): vscode.Disposable {
  return vscode.chat.createChatParticipant(PARTICIPANT, async (request, context, response, token) => {
    const focus = activeFocus();
    const asked = featureArguments({
      turn: `chat-${randomUUID()}`,
      text: request.command === "paste" ? await vscode.env.clipboard.readText() : request.prompt,
      focus,
      attached: attachedTo(request),
      diagnostics: isAboutDiagnostics(request.command, request.prompt) ? diagnosticsAt(focus) : [],
    });
    const conversation = conversationOf(context) ?? asked.turn;
    const given = { ...asked, command: request.command ?? DEFAULT_FEATURE, conversation };
    try {
      const { turn, command, outcome } = await answer(given, answering(session, given, token), replyIn(response));
      return { metadata: { turn, command, verdict: outcome?.verdict, conversation } };
    } catch (error) {
      if (isCancelled(error)) return {};
      const copies = isOfModel(error) ? promptButtons(given).map(commandOf) : [];
      const remedies: vscode.Command[] = [...remediesOf(error), ...copies];
      if (remedies.length === 0) return { errorDetails: { message: sentenceOf(error) } };
      response.markdown(`\n\n${sentenceOf(error)}`); // VS Code shows the details of errors below the buttons
      for (const remedy of remedies) response.button(remedy);
      return {};
    }
  });
}

/** What this chat is called towards the server: its answers carry the name along. */
function conversationOf({ history }: vscode.ChatContext): string | undefined {
  const results = history.flatMap((turn) => ("result" in turn ? [turn.result.metadata?.["conversation"] as unknown] : []));
  return results.find((name): name is string => typeof name === "string");
}

/** The server as the one who answers. Cancelling the token cancels the request, and with it the model's reply. */
export function answering(session: Session, given: RunArguments, token: vscode.CancellationToken): Answering {
  const root = rootOf(given.uri);
  return {
    listen: (turn, listener) => session.turns.listen(turn, listener),
    run: (run) => session.execute<FeatureAnswer>("sightline.run", run, token),
    apply: (turn) => session.execute<ApplyAnswer>("sightline.apply", { turn }),
    address: (path) => addressIn(root, path),
  };
}

function replyIn(response: vscode.ChatResponseStream): Reply {
  const shown = new Set<string>();
  return {
    markdown: (text) => response.markdown(text),
    progress: (sentence) => response.progress(sentence),
    reference: (address, startLine, endLine) => {
      const uri = vscode.Uri.parse(address);
      const key = `${address}:${startLine}`;
      if (!shown.has(key)) response.reference(new vscode.Location(uri, linesOf(startLine, endLine)));
      shown.add(key);
    },
    button: (button) => response.button(commandOf(button)),
  };
}

function linesOf(startLine: number, endLine: number): vscode.Range {
  return new vscode.Range(Math.max(0, startLine - 1), 0, Math.max(0, endLine - 1), 0);
}
