/** What can be done after an answer, and the commands that do it. Knows no VS Code. */
import { APPLY_REPLY, copyTitle, type CopyText } from "../byHand";
import { hasPrompt } from "../features";
import type { FeatureAnswer, FeatureArguments, RunArguments } from "../protocol";

interface EditButton {
  readonly title: string;
  readonly deed: "apply" | "preview" | "discard";
  readonly turn: string;
  readonly inSpiteOfFindings: boolean;
}

interface CopyButton {
  readonly title: string;
  readonly deed: "copy";
  readonly given: CopyText;
}

/** Makes the prompt of a task anew and copies it. */
interface PromptButton {
  readonly title: string;
  readonly deed: "prompt";
  readonly given: FeatureArguments;
}

interface PasteButton {
  readonly title: string;
  readonly deed: "paste";
}

export type Button = EditButton | CopyButton | PromptButton | PasteButton;

/** A command of VS Code's with its title. */
export interface TitledCommand {
  readonly title: string;
  readonly command: string;
  readonly arguments: unknown[];
}

/** What can be done with an answer; `given` is what was asked for it, where that may be asked of another chat. */
export function buttons(result: FeatureAnswer, given?: RunArguments): Button[] {
  const edit = editButtons(result);
  const next = result.data?.next;
  const copy = next ? [copyButton({ text: next.message, kind: next.kind })] : [];
  const prompt = result.data?.prompt;
  if (result.command === "prompt" && prompt !== undefined) {
    return [copyButton({ text: prompt, kind: "prompt" }), { title: APPLY_REPLY, deed: "paste" }];
  }
  return [...edit, ...copy, ...(given === undefined ? [] : promptButtons(given))];
}

/** The prompt of the same task for another chat; none for what asks no model. */
export function promptButtons(given: RunArguments): PromptButton[] {
  if (!hasPrompt(given.command)) return [];
  const { command, conversation: _, ...asked } = given;
  return [{ title: copyTitle("prompt"), deed: "prompt", given: { ...asked, text: `/${command} ${asked.text}`.trim() } }];
}

/** The command behind a button. */
export function commandOf(button: Button): TitledCommand {
  return { title: button.title, command: `sightline.turn.${button.deed}`, arguments: argumentsOf(button) };
}

function argumentsOf(button: Button): unknown[] {
  switch (button.deed) {
    case "copy":
    case "prompt":
      return [button.given];
    case "paste":
      return [];
    default:
      return [{ turn: button.turn, inSpiteOfFindings: button.inSpiteOfFindings }];
  }
}

function copyButton(given: CopyText): CopyButton {
  return { title: copyTitle(given.kind), deed: "copy", given };
}

/** What can be done with the edit that waits under this turn. */
function editButtons({ outcome, turn }: FeatureAnswer): EditButton[] {
  if (outcome === null || outcome.changes.length === 0 || !["accepted", "rejected"].includes(outcome.verdict)) return [];
  const inSpiteOfFindings = outcome.verdict === "rejected";
  const button = (title: string, deed: EditButton["deed"]): EditButton => ({ title, deed, turn, inSpiteOfFindings });
  const apply = button(inSpiteOfFindings ? "Apply anyway" : "Apply", "apply");
  const preview = button("Preview", "preview");
  return [...(inSpiteOfFindings ? [preview, apply] : [apply, preview]), button("Discard", "discard")];
}
