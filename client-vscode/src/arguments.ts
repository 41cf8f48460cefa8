/**
 * Builds the arguments of features from what the editor shows and the user attached. Structural types only: VS Code's
 * own objects fit them, and so do those of a test.
 */
import type { FeatureArguments, WireDiagnostic, WireRange } from "./protocol";

/** Where the user is. */
export interface Focus {
  readonly uri: string;
  readonly range: WireRange;
}

/** A diagnostic of the editor, whoever published it. */
export interface SeenDiagnostic {
  readonly message: string;
  readonly range: WireRange;
  readonly source?: string | undefined;
  readonly code?: string | number | { readonly value: string | number } | undefined;
}

/** What a chat request refers to: a file or a place by its address, or a name. */
export type Attached =
  | { readonly kind: "file"; readonly uri: string; readonly path: string; readonly range?: WireRange }
  | { readonly kind: "name"; readonly name: string };

export interface Asking {
  readonly turn: string;
  readonly text: string;
  readonly focus?: Focus | undefined;
  readonly attached?: readonly Attached[];
  readonly diagnostics?: readonly SeenDiagnostic[];
}

/**
 * The arguments of a feature. The editor's selection is where the user is; without an editor, the first attached place
 * is. Of the diagnostics those that touch the selection are sent, or all of the file if it is empty.
 */
export function featureArguments(asking: Asking): FeatureArguments {
  const attached = asking.attached ?? [];
  const focus = asking.focus ?? firstPlace(attached);
  const touching = (asking.diagnostics ?? []).filter(
    (diagnostic) => focus === undefined || isEmpty(focus.range) || overlap(diagnostic.range, focus.range),
  );
  return {
    turn: asking.turn,
    text: asking.text.trim(),
    ...(focus === undefined ? {} : { uri: focus.uri, range: plainRange(focus.range) }),
    mentions: [...new Set(attached.map((item) => (item.kind === "file" ? item.path : item.name)))],
    diagnostics: touching.map(wireDiagnostic),
  };
}

function firstPlace(attached: readonly Attached[]): Focus | undefined {
  for (const item of attached) {
    if (item.kind === "file" && item.range !== undefined) return { uri: item.uri, range: item.range };
  }
  return undefined;
}

function wireDiagnostic(seen: SeenDiagnostic): WireDiagnostic {
  const code = typeof seen.code === "object" ? seen.code.value : seen.code;
  return {
    message: seen.message,
    range: plainRange(seen.range),
    ...(seen.source === undefined ? {} : { source: seen.source }),
    ...(code === undefined ? {} : { code }),
  };
}

/** VS Code's ranges turn into arrays when they are sent. */
function plainRange({ start, end }: WireRange): WireRange {
  return {
    start: { line: start.line, character: start.character },
    end: { line: end.line, character: end.character },
  };
}

function isEmpty({ start, end }: WireRange): boolean {
  return start.line === end.line && start.character === end.character;
}

function overlap(left: WireRange, right: WireRange): boolean {
  return !before(left.end, right.start) && !before(right.end, left.start);
}

function before(left: WireRange["start"], right: WireRange["start"]): boolean {
  return left.line < right.line || (left.line === right.line && left.character < right.character);
}
