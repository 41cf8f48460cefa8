/** The item in the status bar; what it shows is decided in `status.ts`. */
import * as vscode from "vscode";
import type { Session } from "./session";
import { type Status, statusView } from "./status";

export function registerStatusItem(session: Session): vscode.Disposable {
  const item = vscode.window.createStatusBarItem("sightline.status", vscode.StatusBarAlignment.Right, 50);
  const show = (status: Status) => {
    const { text, tooltip, warns } = statusView(status);
    item.text = text;
    item.tooltip = tooltip;
    item.backgroundColor = warns ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
  };
  item.name = "Sightline";
  item.command = "sightline.showStatus";
  show(session.status);
  item.show();
  return vscode.Disposable.from(item, session.onStatus(show));
}
