/**
 * Documents that exist in the editor alone: files as an edit would leave them, and answers to read. Kept until as many
 * newer ones came.
 */
import * as vscode from "vscode";
import { forPreview, linked, type NamedFile } from "./chat/links";
import type { PreviewAnswer, PreviewFile } from "./protocol";

export const SCHEME = "sightline";
const MOST_KEPT = 200;

export class Documents implements vscode.TextDocumentContentProvider {
  readonly #texts = new Map<string, string>();
  #count = 0;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? "This preview is gone. Ask for it again.";
  }

  /** Opens an answer, rendered, beside the code it speaks of; what it says of `files` becomes links. */
  async showAnswer(title: string, markdown: string, files: readonly NamedFile[]): Promise<void> {
    const root = vscode.workspace.workspaceFolders?.[0]?.uri.toString();
    const uri = this.#keep(`${title}.md`, linked(markdown, forPreview(files, root)));
    await vscode.commands.executeCommand("markdown.showPreviewToSide", uri);
  }

  /** Shows what an edit would change, in VS Code's own diff view: one file alone, several side by side. */
  async showEdit({ label, files }: PreviewAnswer): Promise<void> {
    const sides = files.map((file) => this.#sides(file));
    const [only] = sides;
    if (only !== undefined && sides.length === 1) {
      await vscode.commands.executeCommand("vscode.diff", only.before, only.after, `${label}: ${only.path}`);
    } else {
      const resources = sides.map(({ before, after }) => [after, before, after]);
      await vscode.commands.executeCommand("vscode.changes", label, resources);
    }
  }

  #sides(file: PreviewFile): { path: string; before: vscode.Uri; after: vscode.Uri } {
    return {
      path: file.path,
      before: this.#keep(file.old?.path ?? file.path, file.before ?? ""),
      after: this.#keep(file.path, file.after ?? ""),
    };
  }

  #keep(path: string, text: string): vscode.Uri {
    this.#count += 1;
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${path}`, query: String(this.#count) });
    this.#texts.set(uri.toString(), text);
    const oldest = this.#texts.keys().next();
    if (this.#texts.size > MOST_KEPT && !oldest.done) this.#texts.delete(oldest.value);
    return uri;
  }
}
