/** Wires the extension together. Nothing is decided here. */
import * as vscode from "vscode";
import { registerModel } from "./chat/model";
import { registerParticipant } from "./chat/participant";
import { registerCommands, runServerCommand } from "./commands";
import { Documents, SCHEME } from "./documents";
import { redacting } from "./redact";
import { API_KEY, Session } from "./session";
import { registerStatusItem } from "./statusItem";

let session: Session | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("Sightline", { log: true });
  const documents = new Documents();
  const own: Session = new Session(
    context,
    (secrets) => redacting(log, secrets),
    (command, given) => runServerCommand(own, documents, command, given),
  );
  session = own;
  context.subscriptions.push(
    log,
    own,
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, documents),
    registerStatusItem(own),
    registerCommands(context, own, documents, log),
    registerParticipant(own),
    registerModel(own),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void own.settingsChanged()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("sightline")) void own.settingsChanged();
    }),
    context.secrets.onDidChange(({ key }) => {
      if (key === API_KEY) void own.settingsChanged();
    }),
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (focused) own.focused();
    }),
  );
  void own.restart();
}

export async function deactivate(): Promise<void> {
  await session?.end();
}
