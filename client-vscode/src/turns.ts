/** Hands the events of turns to whoever started them. Knows neither the connection nor the chat. */
import type { TurnEvent } from "./protocol";

export type TurnListener = (event: TurnEvent) => void;

export class Turns {
  readonly #listeners = new Map<string, TurnListener>();

  /** Events of `turn` go to `listener` until the returned function is called. */
  listen(turn: string, listener: TurnListener): () => void {
    this.#listeners.set(turn, listener);
    return () => this.#listeners.delete(turn);
  }

  /** An event came from the server. Nobody waits for the events of a turn that was cancelled. */
  receive(event: TurnEvent): void {
    this.#listeners.get(event.turn)?.(event);
  }
}

const STAGES: Readonly<Record<string, string>> = {
  context: "Choosing the context",
  prompt: "Building the prompt",
  model: "Asking the model",
  edits: "Reading the edits",
  checks: "Checking the edit",
  repair: "Asking the model to repair its edit",
};

/** A stage in words; empty when there is nothing to say about it. The server's own sentence comes first. */
export function stageSentence(event: TurnEvent): string {
  if (event.text !== "" && event.text !== event.stage) return event.text;
  const sentence = STAGES[event.stage] ?? "";
  return sentence !== "" && event.attempt > 1 ? `${sentence} (attempt ${event.attempt})` : sentence;
}
