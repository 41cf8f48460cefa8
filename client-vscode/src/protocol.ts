/** What client and server say to each other beyond the Language Server Protocol (docs/reference/protocol.md). Types only. */

export const TURN_EVENT = "sightline/turnEvent";
export const STATUS_CHANGED = "sightline/statusChanged";
export const DID_FOCUS = "sightline/didFocus";
export const DID_TRUST = "sightline/didTrust";
export const EDITOR_MODELS = "sightline/editorModels";
export const ASK_EDITOR_MODEL = "sightline/askEditorModel";
export const EDITOR_MODEL_PIECE = "sightline/editorModelPiece";

export interface WirePosition {
  readonly line: number;
  readonly character: number;
}

export interface WireRange {
  readonly start: WirePosition;
  readonly end: WirePosition;
}

export interface WireDiagnostic {
  readonly message: string;
  readonly range: WireRange;
  readonly source?: string;
  readonly code?: string | number;
}

/** What every feature takes. `mentions` are paths or symbols the user named outside the text. */
export interface FeatureArguments {
  readonly turn: string;
  readonly text: string;
  readonly uri?: string;
  readonly range?: WireRange;
  readonly mentions: readonly string[];
  readonly diagnostics: readonly WireDiagnostic[];
}

/** Arguments of `sightline.run`. */
export interface RunArguments extends FeatureArguments {
  readonly command: string;
  /** Requests of one conversation stay with the model it began with. */
  readonly conversation?: string;
}

/** The next piece of a turn. `number` counts the events of a turn from 1. */
export interface TurnEvent {
  readonly turn: string;
  readonly number: number;
  readonly kind: "stage" | "text" | "reasoning" | "attempt";
  readonly text: string;
  readonly stage: string;
  readonly attempt: number;
}

export interface StatusChanged {
  readonly state: "starting" | "indexing" | "paused" | "ready" | "failed";
  readonly message: string;
}

export interface FileName {
  readonly uri: string;
  readonly path: string;
}

/** A place shown as a link; `line` is one-based. */
export interface Place extends FileName {
  readonly line: number;
  readonly label: string;
}

/** Lines of a file that were in the prompt; one-based, both inclusive. */
export interface ManifestEntry {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
}

export type Verdict = "answered" | "accepted" | "rejected" | "no_edits";

/** What came of asking a model. `changes` are the files the edit touches. */
export interface Outcome {
  readonly verdict: Verdict;
  readonly text: string;
  readonly changes: readonly FileName[];
  readonly findings: readonly { readonly id: string }[];
  readonly manifest: readonly ManifestEntry[];
}

/** What a chat should read after its reply: `message` where it has the rest, `prompt` is everything. */
export interface NextMessage {
  readonly kind: "needs" | "repair";
  readonly message: string;
  readonly prompt: string;
}

/** The answer of a feature. `outcome` is null if no model ran. */
export interface FeatureAnswer {
  readonly command: string;
  readonly turn: string;
  readonly text: string;
  readonly places: readonly Place[];
  readonly outcome: Outcome | null;
  /** What the answer says, for programs: `/prompt` tells the whole prompt, `/paste` what the chat should read next. */
  readonly data?: { readonly prompt?: string; readonly next?: NextMessage | null } | null;
}

export interface ApplyAnswer {
  readonly applied: boolean;
  readonly reason: string;
  readonly label: string;
  readonly files: readonly FileName[];
  readonly different: readonly FileName[];
  /** Files that hold again what they held, because the rest of the edit did not land. */
  readonly takenBack: readonly FileName[];
}

/** What a feature run as a command of its own tells beside its answer; null if nothing was applied. */
export interface AppliedAnswer {
  readonly applied?: ApplyAnswer | null;
}

/** A file before and after an edit; null where there is none. `old` is set when the edit moves it. */
export interface PreviewFile extends FileName {
  readonly old: FileName | null;
  readonly before: string | null;
  readonly after: string | null;
}

export interface PreviewAnswer {
  readonly label: string;
  readonly files: readonly PreviewFile[];
}

export interface StatusAnswer {
  readonly state: string;
  readonly message: string;
  readonly roots: readonly string[];
  readonly model: string;
  readonly revision: number | null;
  readonly running: readonly string[];
  readonly answered: Answered | null;
}

/** One of the user's own models; `name` is theirs for it, `problem` why it cannot be asked. */
export interface OwnModel {
  readonly name: string;
  readonly model: string;
  readonly where: string;
  readonly roles: readonly string[];
  readonly primary: boolean;
  readonly problem: string;
}

/** `switched` is the name of the model the user switched to, or empty. */
export interface OwnModels {
  readonly configured: readonly OwnModel[];
  readonly switched: string;
}

/** Which model answered, and why it was asked. */
export interface Answered {
  readonly name: string;
  readonly model: string;
  readonly where: string;
  readonly reason: string;
}

/** What can be chosen. `name` of a model is a value of the setting `model.name`. */
export interface ModelsAnswer {
  readonly providers: readonly {
    readonly name: string;
    readonly title: string;
    readonly example: string;
    readonly needsKey: boolean;
  }[];
  readonly servers: readonly {
    readonly title: string;
    readonly baseUrl: string;
    readonly models: readonly { readonly name: string; readonly window: number | null }[];
  }[];
}

/** A model that the editor offers. `name` is what it is asked for by. */
export interface OfferedModel {
  readonly name: string;
  readonly title: string;
  readonly maxInputTokens: number;
}

/** What the server asks of a model of the editor. */
export interface AskEditorModel {
  readonly token: string;
  readonly model: string;
  readonly messages: readonly { readonly role: "system" | "user" | "assistant"; readonly content: string }[];
  readonly maxOutputTokens?: number;
}

/** The next piece of the reply to the request of this token. */
export interface EditorModelPiece {
  readonly token: string;
  readonly text: string;
}
