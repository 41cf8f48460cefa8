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

/** What the menu of the status item says of a running server: above its entries, and beside two of them. */
export interface MenuWords {
  readonly head: string;
  readonly model: string;
  readonly last: string;
}

/** One line each: VS Code cuts what is longer than its menu is wide. */
export function menuWords(status: StatusAnswer, trusted: boolean): MenuWords {
  const head = [status.message, trusted ? "" : "Restricted Mode.", status.running.length > 0 ? "It is answering." : ""];
  const { answered } = status;
  return {
    head: head.filter((sentence) => sentence !== "").join(" "),
    model: status.model === "" ? "none is set" : status.model,
    last: answered === null ? "" : `${answered.model} (${answered.where}) answered last: ${answered.reason}`,
  };
}

export function statusView({ state, message }: Status): StatusView {
  const word = WORDS[state];
  return {
    text: `${ICONS[state]} Sightline${word === "" ? "" : `: ${word}`}`,
    tooltip: `${message} Click for the status and the log.`.trim(),
    warns: state === "failed",
  };
}
