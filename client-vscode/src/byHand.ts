/** What is said on the way to a web chat and back. Knows no VS Code. */
import type { FeatureAnswer } from "./protocol";

/** What the server makes for a chat to read: a task's prompt, code the chat asked for, why its edit was refused. */
export type CopyKind = "prompt" | "needs" | "repair";

/** Something to be copied into a chat. */
export interface CopyText {
  readonly text: string;
  readonly kind: CopyKind;
}

interface Words {
  readonly title: string;
  readonly what: string;
  readonly where: string;
}

const WORDS: Readonly<Record<CopyKind, Words>> = {
  prompt: { title: "Copy prompt", what: "the prompt", where: "any chat" },
  needs: { title: "Copy the code it asked for", what: "the code that the chat asked for", where: "the same chat" },
  repair: { title: "Copy what is wrong", what: "what is wrong with the edit", where: "the same chat" },
};

export const APPLY_REPLY = "Apply the reply from the clipboard";

/** The title of the button that copies it. */
export function copyTitle(kind: CopyKind): string {
  return WORDS[kind].title;
}

/** What was copied, and what comes next. */
export function copiedSentence({ text, kind }: CopyText): string {
  const { what, where } = WORDS[kind];
  return `Copied ${what}: ${text.length.toLocaleString("en")} characters. Paste it into ${where}, then copy the chat's whole reply.`;
}

/** Whether an edit needs no further word: it was accepted, nothing was found, and the user has asked to apply it. */
export function isToBeApplied({ outcome }: FeatureAnswer): boolean {
  return outcome?.verdict === "accepted" && outcome.findings.length === 0;
}

/** What came of a reply that is not applied at once, in a sentence; the whole report is a document of its own. */
export function replySentence({ text, outcome, data }: FeatureAnswer): string {
  if (outcome === null) return plain(text);
  const { findings, verdict } = outcome;
  const found = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
  if (verdict === "accepted") return `The edit may break something: ${found}.`;
  if (verdict === "rejected") return `The edit was refused${findings.length > 0 ? `: ${found}` : ""}. No file was changed.`;
  return data?.next ? "The edits of the reply do not fit the files. No file was changed." : "No edit came of the reply.";
}

/** A sentence without Markdown, for a message. */
function plain(text: string): string {
  return text.replaceAll(/[*`]/g, "");
}
