/** The editor's own models, as the server asks for them (docs/reference/protocol.md). Knows no VS Code. */
import type { AskEditorModel, EditorModelPiece, OfferedModel } from "./protocol";

/** What is needed of a model of the editor. */
export interface EditorModel {
  readonly id: string;
  readonly vendor: string;
  readonly family: string;
  readonly name: string;
  readonly maxInputTokens: number;
}

/** Our own model, which is the server itself: asked by the server, it would ask for ever. */
const OWN_VENDOR = "sightline";
const ANY = "any";

/** Why there is no answer, by the words of the protocol. */
export type Refusal = "no_permission" | "not_found" | "blocked" | "failed";

export class Refused extends Error {
  constructor(
    readonly kind: Refusal,
    message: string,
  ) {
    super(message);
  }
}

/** The models that can be asked for, by the names they are asked for by. */
export function offered(models: readonly EditorModel[]): OfferedModel[] {
  return usable(models).map((model) => ({ name: nameOf(model), title: model.name, maxInputTokens: model.maxInputTokens }));
}

/** The model called `name`: vendor/id, vendor/family, an id, a family, or `any`. Throws `Refused`. */
export function chosen<Model extends EditorModel>(models: readonly Model[], name: string): Model {
  const left = usable(models);
  const found =
    left.find((model) => nameOf(model) === name) ??
    left.find(({ id, vendor, family }) => [id, family, `${vendor}/${family}`].includes(name)) ??
    (name === ANY ? left[0] : undefined);
  if (found !== undefined) return found;
  const names = left.map(nameOf).join(", ");
  throw new Refused("not_found", names === "" ? "The editor offers no models." : `The editor offers ${names}.`);
}

/** Sends the pieces of a reply. Rejects with `Refused`. */
export async function pass(
  { token }: Pick<AskEditorModel, "token">,
  pieces: AsyncIterable<string>,
  send: (piece: EditorModelPiece) => Promise<void>,
): Promise<void> {
  try {
    for await (const text of pieces) if (text !== "") await send({ token, text });
  } catch (error) {
    throw refused(error);
  }
}

/** An error of VS Code's language models in the words of the protocol: they are told apart by `code`. */
export function refused(error: unknown): Refused {
  if (error instanceof Refused) return error;
  const code: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
  const kinds: Record<string, Refusal> = { NoPermissions: "no_permission", NotFound: "not_found", Blocked: "blocked" };
  const kind = typeof code === "string" ? (kinds[code] ?? "failed") : "failed";
  return new Refused(kind, error instanceof Error ? error.message : "The editor's model failed.");
}

function usable<Model extends EditorModel>(models: readonly Model[]): Model[] {
  return models.filter(({ vendor }) => vendor !== OWN_VENDOR);
}

function nameOf({ vendor, id }: EditorModel): string {
  return `${vendor}/${id}`;
}
