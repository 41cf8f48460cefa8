/** Reads from VS Code where the user is and what they attached, in the shapes of `arguments.ts`. */
import * as vscode from "vscode";
import type { Attached, Focus, SeenDiagnostic } from "./arguments";
import type { WireRange } from "./protocol";

/** The selection of the active editor; undefined if it shows no text the server can know. */
export function activeFocus(): Focus | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined || !["file", "untitled"].includes(editor.document.uri.scheme)) return undefined;
  return { uri: editor.document.uri.toString(), range: editor.selection };
}

/** The editor's diagnostics of a file, whoever published them. */
export function diagnosticsAt(focus: Focus | undefined): readonly SeenDiagnostic[] {
  return focus === undefined ? [] : vscode.languages.getDiagnostics(vscode.Uri.parse(focus.uri));
}

/** What a chat request refers to, such as `#file:a.py`, a place, or a symbol by its name. */
export function attachedTo(request: vscode.ChatRequest): Attached[] {
  return request.references.flatMap(({ value }): Attached[] => {
    if (value instanceof vscode.Uri) return attachedFile(value);
    if (value instanceof vscode.Location) return attachedFile(value.uri, value.range);
    return typeof value === "string" && /^\S{1,200}$/.test(value) ? [{ kind: "name", name: value }] : [];
  });
}

/** The address of a file that the server names by its path in a root. */
export function addressIn(root: vscode.Uri | undefined, path: string): string {
  return (root === undefined ? vscode.Uri.file(path) : vscode.Uri.joinPath(root, path)).toString();
}

/** The folder a turn works in: that of the focus, else the first. */
export function rootOf(uri: string | undefined): vscode.Uri | undefined {
  const folder = uri === undefined ? undefined : vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(uri));
  return (folder ?? vscode.workspace.workspaceFolders?.[0])?.uri;
}

function attachedFile(uri: vscode.Uri, range?: WireRange): Attached[] {
  if (uri.scheme !== "file") return [];
  const path = vscode.workspace.asRelativePath(uri, false).replaceAll("\\", "/");
  return [{ kind: "file", uri: uri.toString(), path, ...(range === undefined ? {} : { range }) }];
}
