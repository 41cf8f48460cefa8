/** Which documents the server hears of, and in which it offers something. Knows no VS Code. */

/** The server's languages, by VS Code's names for them. */
export const LANGUAGES: readonly string[] = [
  "python",
  "javascript",
  "javascriptreact",
  "typescript",
  "typescriptreact",
  "vue",
  "svelte",
  "go",
  "rust",
  "java",
  "kotlin",
  "c",
  "cpp",
  "csharp",
  "ruby",
  "php",
  "shellscript",
];

/**
 * The server hears of every file, also of those it does not parse: an edit may touch any, and would land in the wrong
 * place of one whose unsaved text is not known.
 */
export const HEARD = [{ scheme: "file" }, { scheme: "untitled" }];

/** Whether actions at a place are offered in documents of this language. */
export function offersActions(language: string): boolean {
  return LANGUAGES.includes(language);
}
