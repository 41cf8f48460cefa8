/** The server's features as this client offers them: which answer in words, and which take words. Knows no editor. */

/** They change nothing: their answer is a text. */
const ANSWERS = new Set(["explain", "review", "context", "impact", "overview"]);
/** They ask a model. */
const WITH_MODEL = new Set(["explain", "review", "fix", "refactor", "implement", "test", "document"]);
/** Started from the command palette, they ask what is wanted. */
const ASKS_FOR = new Map([
  ["implement", "What should be implemented? Empty: what the selected code says it should do."],
  ["refactor", "What should be restructured, and how? Empty: the selected code, as seems best."],
  ["import", "Which name? Empty: the one that is missing at the cursor."],
  ["context", "Which task? Empty: work on the selected code."],
]);
const EDITS = new Set(["fix", "refactor", "implement", "test", "document", "import"]);

/** What is meant when a chat message names no command. */
export const DEFAULT_FEATURE = "implement";

/**
 * `fix` for `sightline.fix`; undefined for commands that are no feature, and for those of another kind: undo and redo take
 * a turn, prompt and paste the clipboard.
 */
export function featureOf(command: string): string | undefined {
  const name = command.replace(/^sightline\./, "");
  return ANSWERS.has(name) || EDITS.has(name) ? name : undefined;
}

/** Whether the feature's answer is a text to read. */
export function isAnswer(feature: string): boolean {
  return ANSWERS.has(feature);
}

/** Whether a model is asked, so that there is a prompt to be copied. */
export function hasPrompt(feature: string): boolean {
  return WITH_MODEL.has(feature);
}

/** Whether the editor's diagnostics belong to what is asked: of `/fix`, or of its prompt. */
export function isAboutDiagnostics(feature: string | undefined, text: string): boolean {
  return feature === "fix" || (feature === "prompt" && /^\s*\/fix\b/.test(text));
}

/** The question to put to the user when the feature is started without words. */
export function questionOf(feature: string): string | undefined {
  return ASKS_FOR.get(feature);
}
