/** What the status bar shows for each state of the server. Knows no VS Code. */

export type State = "stopped" | "installing" | "starting" | "indexing" | "ready" | "failed";

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
  ready: "$(check)",
  failed: "$(error)",
};
const WORDS: Readonly<Record<State, string>> = {
  stopped: "stopped",
  installing: "installing",
  starting: "starting",
  indexing: "indexing",
  ready: "",
  failed: "failed",
};

export function statusView({ state, message }: Status): StatusView {
  const word = WORDS[state];
  return {
    text: `${ICONS[state]} Sightline${word === "" ? "" : `: ${word}`}`,
    tooltip: `${message} Click for the status and the log.`.trim(),
    warns: state === "failed",
  };
}
