/**
 * Runs a feature and tells it in a chat reply: the text as it streams, then what was in the prompt, what came of it, and
 * what can be done next. Knows neither VS Code nor the connection.
 */
import type { ApplyAnswer, FeatureAnswer, RunArguments, TurnEvent } from "../protocol";
import { stageSentence, type TurnListener } from "../turns";
import { type Button, buttons } from "./buttons";
import { linked, type NamedFile } from "./links";
import { ReplyText } from "./replyText";

/** A chat reply under way. Lines are one-based. */
export interface Reply {
  markdown(text: string): void;
  progress(sentence: string): void;
  reference(uri: string, startLine: number, endLine: number): void;
  button(button: Button): void;
}

/** What answers: the server, or a test. */
export interface Answering {
  listen(turn: string, listener: TurnListener): () => void;
  run(given: RunArguments): Promise<FeatureAnswer>;
  /** Writes what undo or redo made ready. */
  apply(turn: string): Promise<ApplyAnswer>;
  /** The address of a path of the manifest. */
  address(path: string): string;
}

/** Runs the feature to its end. Rejects with what the server answers if it fails. */
export async function answer(given: RunArguments, server: Answering, reply: Reply): Promise<FeatureAnswer> {
  const stream = new ReplyStream(reply);
  const unlisten = server.listen(given.turn, (event) => stream.receive(event));
  let result: FeatureAnswer;
  try {
    result = await server.run(given);
  } finally {
    unlisten();
    stream.end();
  }
  if (result.command === "undo" || result.command === "redo") {
    reply.markdown(takenBack(await server.apply(result.turn), result.command));
    return result;
  }
  reply.markdown(linked(remainder(result, stream), filesOf(result, server)));
  for (const entry of result.outcome?.manifest ?? []) {
    reply.reference(server.address(entry.path), entry.startLine, entry.endLine);
  }
  for (const place of result.places) reply.reference(place.uri, place.line, place.line);
  for (const button of buttons(result, given)) reply.button(button);
  return result;
}

/** What became of an edit that was to be taken or brought back: who asked for it in so many words is not asked again. */
export function takenBack({ applied, reason, files }: ApplyAnswer, command: "undo" | "redo"): string {
  const done = command === "undo" ? "taken back" : "brought back";
  if (!applied) return `**Not ${done}.** ${reason}`;
  return `**The edit was ${done}** in ${files.map(({ path, uri }) => linked(`\`${path}\``, [{ path, uri }])).join(", ")}.`;
}

function filesOf(result: FeatureAnswer, server: Answering): NamedFile[] {
  const read = (result.outcome?.manifest ?? []).map(({ path }) => ({ path, uri: server.address(path) }));
  return [...read, ...(result.outcome?.changes ?? []), ...result.places];
}

/** The server's narration. An answer without edits repeats the reply: only what was not streamed is still to be said. */
function remainder(result: FeatureAnswer, stream: ReplyStream): string {
  const streamed = stream.streamed;
  if (result.outcome?.verdict === "answered" && streamed !== "" && !stream.incomplete) {
    return result.text.startsWith(streamed) ? result.text.slice(streamed.length) : "";
  }
  return streamed === "" ? result.text : `\n\n${result.text}`;
}

/** The streamed part of a reply. `streamed` is the last attempt as the model wrote it. */
class ReplyStream {
  streamed = "";
  incomplete = false;
  readonly #reply: Reply;
  #text = new ReplyText();
  #attempt = 0;
  #number = 0;
  #thinking = false;

  constructor(reply: Reply) {
    this.#reply = reply;
  }

  receive(event: TurnEvent): void {
    if (event.number !== this.#number + 1) this.incomplete = true; // the server drops events for a slow reader
    this.#number = event.number;
    switch (event.kind) {
      case "text":
        this.#show(event);
        break;
      case "reasoning":
        if (!this.#thinking) this.#reply.progress("The model is thinking");
        this.#thinking = true;
        break;
      case "stage":
        this.#stage(stageSentence(event));
        break;
      case "attempt":
        break;
    }
  }

  end(): void {
    this.#markdown(this.#text.end());
  }

  #show(event: TurnEvent): void {
    if (event.attempt !== this.#attempt) {
      this.end();
      if (this.#attempt > 0) this.#markdown(`\n\n---\n\n**Attempt ${event.attempt}**\n\n`);
      this.#attempt = event.attempt;
      this.#text = new ReplyText();
      this.streamed = "";
    }
    this.#thinking = false;
    this.streamed += event.text;
    this.#markdown(this.#text.push(event.text));
  }

  #stage(sentence: string): void {
    if (sentence === "") return;
    this.end(); // progress begins a new piece of Markdown: what is open must be closed in this one
    this.#thinking = false;
    this.#reply.progress(sentence);
  }

  #markdown(text: string): void {
    if (text !== "") this.#reply.markdown(text);
  }
}
