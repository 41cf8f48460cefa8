/** What the status bar shows for each state of the server. Knows no VS Code. */
import type { StatusAnswer } from "./protocol";

export type State = "stopped" | "installing" | "starting" | "indexing" | "paused" | "ready" | "failed";

export interface Status {
  readonly state: State;
  readonly message: string;
}

export interface StatusView {
  readonly text: string;
  readonly tooltip: string;
  readonly warns: boolean;
}

const ICONS: Readonly<Record<State, string>> = {
  stopped: "$(circle-slash)",
  installing: "$(cloud-download)",
  starting: "$(sync~spin)",
  indexing: "$(sync~spin)",
  paused: "$(debug-pause)",
  ready: "$(check)",
  failed: "$(error)",
};
const WORDS: Readonly<Record<State, string>> = {
  stopped: "stopped",
  installing: "installing",
  starting: "starting",
  indexing: "indexing",
  paused: "indexing paused",
  ready: "",
  failed: "failed",
};

/** What the menu of the status item says about a running server. */
export function statusSentence(status: StatusAnswer, trusted: boolean): string {
  const working = status.running.length > 0 ? "It is answering." : "";
  const model = status.model === "" ? "No model is set." : `Model: ${status.model}.`;
  const { answered } = status;
  const last = answered === null ? "" : `The last answer came from ${answered.model} (${answered.where}): ${answered.reason}.`;
  const restricted = trusted ? "" : "Restricted Mode.";
  return [status.message, restricted, working, model, last].filter((sentence) => sentence !== "").join(" ");
}

export function statusView({ state, message }: Status): StatusView {
  const word = WORDS[state];
  return {
    text: `${ICONS[state]} Sightline${word === "" ? "" : `: ${word}`}`,
    tooltip: `${message} Click for the status and the log.`.trim(),
    warns: state === "failed",
  };
}
