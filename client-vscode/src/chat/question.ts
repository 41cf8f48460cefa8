/**
 * What Sightline's model does with a chat that is not addressed to `@sightline`: the last thing the user said goes to
 * `/explain`, which finds the code it needs and changes nothing. The server has no raw chat, so what was said before,
 * tools, and other extensions' instructions do not reach the model; the model's description says so.
 */

export const MODEL_DESCRIPTION =
  "Answers questions about this workspace, each by itself, with the model that Sightline is set to. For edits, write @sightline.";

export interface Said {
  readonly byUser: boolean;
  readonly text: string;
}

/** The last thing the user said; empty if nothing was. */
export function lastQuestion(said: readonly Said[]): string {
  return said.findLast(({ byUser, text }) => byUser && text.trim() !== "")?.text.trim() ?? "";
}

/** About how many tokens a text is: four characters each, as is usual where no tokenizer is at hand. */
export function roughTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
