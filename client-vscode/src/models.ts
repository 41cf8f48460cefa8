/** What to offer a person who chooses a model, and the settings each choice means. Knows no VS Code. */
import type { ModelsAnswer, OwnModels } from "./protocol";

/** A model that is there, or a kind of which the user types the name. */
export interface Choice {
  readonly label: string;
  readonly description: string;
  /** The value of `sightline.model.name`; a choice that still needs words has what they begin with. */
  readonly name: string;
  readonly baseUrl: string;
  /** What the user is asked for before it is complete. */
  readonly asks: "nothing" | "name" | "address and name";
  readonly needsKey: boolean;
}

const SCRIPTED = "scripted";

/** The models of the servers that answer come first, then the kinds and any other server, then the file of replies. */
export function choices({ servers, providers }: ModelsAnswer): Choice[] {
  const found = servers.flatMap(({ title, baseUrl, models }) =>
    models.map(({ name, window }): Choice => {
      const size = window === null ? "" : `, ${window} tokens`;
      return { label: name, description: `${title}, running${size}`, name, baseUrl, asks: "nothing", needsKey: false };
    }),
  );
  const typed = ({ name, title, example, needsKey }: (typeof providers)[number]): Choice => {
    const description = `${title}, such as ${example}`;
    return { label: `${name}:…`, description, name: `${name}:`, baseUrl: "", asks: "name", needsKey };
  };
  const other: Choice = {
    label: "Another address…",
    description: "any server with an OpenAI-compatible API",
    name: "openai:",
    baseUrl: "",
    asks: "address and name",
    needsKey: true,
  };
  const real = providers.filter(({ name }) => name !== SCRIPTED).map(typed);
  const forTrying = providers.filter(({ name }) => name === SCRIPTED).map(typed);
  return [...found, ...real, other, ...forTrying];
}

/** Why `text` is no address of an API; undefined if it is one. */
export function addressProblem(text: string): string | undefined {
  const right = "Write it like http://127.0.0.1:8080/v1.";
  if (!URL.canParse(text)) return right;
  const { protocol, username, password } = new URL(text);
  if (username !== "" || password !== "") return "Leave the key out: it has a place of its own.";
  return ["http:", "https:"].includes(protocol) ? undefined : right;
}

/** One of the user's models as it is offered for a switch; an empty name lets the settings decide. */
export interface Switch {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  readonly name: string;
}

/** What the user can switch to: each of their models, and back. The one that answers by a switch is marked. */
export function switches({ configured, switched }: OwnModels): Switch[] {
  const own = configured.map(({ name, model, where, roles, problem }) => ({
    label: name === switched ? `$(check) ${name}` : name,
    description: `${model}${where === "" ? "" : ` (${where})`}`,
    detail: problem !== "" ? problem : roles.length > 0 ? `for ${roles.join(", ")}` : "",
    name,
  }));
  const back = { label: "Let the settings decide", description: "roles, rules and your own model", detail: "", name: "" };
  return [...own, switched === "" ? { ...back, label: `$(check) ${back.label}` } : back];
}
