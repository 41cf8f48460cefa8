/** What a newcomer is offered to choose from, and what each choice sets. */
import { expect, it } from "vitest";
import { addressProblem, choices, switches } from "../src/models";

const providers = [
  { name: "scripted", title: "replies from a file", example: "scripted:replies.txt", needsKey: false },
  { name: "openai", title: "OpenAI", example: "openai:gpt-4.1", needsKey: true },
  { name: "ollama", title: "Ollama on this machine", example: "ollama:qwen2.5-coder:7b", needsKey: false },
];

it("offers the models that answer first, complete as they are", () => {
  const models = [{ name: "ollama:qwen3:14b", window: 4096 }, { name: "ollama:tiny", window: null }];
  const offered = choices({ providers, servers: [{ title: "Ollama", baseUrl: "", models }] });
  expect(offered.slice(0, 2).map(({ name, asks, description }) => [name, asks, description])).toEqual([
    ["ollama:qwen3:14b", "nothing", "Ollama, running, 4096 tokens"],
    ["ollama:tiny", "nothing", "Ollama, running"],
  ]);
});

it("offers every kind and any other address where nothing answers", () => {
  const offered = choices({ providers, servers: [] });
  expect(offered.map(({ name, asks, needsKey }) => [name, asks, needsKey])).toEqual([
    ["openai:", "name", true],
    ["ollama:", "name", false],
    ["openai:", "address and name", true],
    ["scripted:", "name", false],
  ]);
});

it("takes addresses of APIs, and no key in one", () => {
  expect(["http://127.0.0.1:8080/v1", "https://api.example.com/v1"].map(addressProblem)).toEqual([undefined, undefined]);
  expect(["", "127.0.0.1:8080", "ftp://x/v1"].filter((text) => addressProblem(text) === undefined)).toEqual([]);
  expect(addressProblem("https://me:secret@api.example.com/v1")).toContain("key");
});

it("offers each of the user's models to switch to, marks the one that answers, and offers the way back", () => {
  const plain = { where: "this machine", roles: ["edit", "chat"], primary: false, problem: "" };
  const far = { name: "big", model: "", where: "", roles: [], primary: false, problem: "It needs a key." };
  const configured = [{ ...plain, name: "model", model: "ollama:m" }, far];
  const offered = switches({ configured, switched: "model" });
  expect(offered.map(({ label, name }) => [label, name])).toEqual([
    ["$(check) model", "model"],
    ["big", "big"],
    ["Let the settings decide", ""],
  ]);
  expect(offered.map(({ description, detail }) => `${description}|${detail}`).slice(0, 2)).toEqual([
    "ollama:m (this machine)|for edit, chat",
    "|It needs a key.",
  ]);
  expect(switches({ configured, switched: "" }).at(-1)?.label).toContain("$(check)");
});
