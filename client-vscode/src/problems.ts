/** What went wrong, in a sentence for a person. Knows no VS Code. */
import { ServerProblem } from "./server/machine";

const REQUEST_CANCELLED = -32800; // LSP 3.17, LSPErrorCodes
const SERVER_CANCELLED = -32802;

/** Whether the user, or VS Code for them, stopped it. */
export function isCancelled(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code: unknown = Reflect.get(error, "code");
  return code === REQUEST_CANCELLED || code === SERVER_CANCELLED || ["AbortError", "Canceled"].includes(error.name);
}

/** The message of an error and what to do about it. The server's own say both in their message. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ServerProblem) return `${error.message} ${error.hint}`;
  return error instanceof Error ? error.message : String(error);
}
