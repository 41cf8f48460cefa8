/** What package.json promises is there: commands, chat commands, files, limits. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { featureOf } from "../src/features";
import { LANGUAGES } from "../src/languages";
import { OLDEST } from "../src/server/python";

const FEATURES = ["explain", "fix", "refactor", "implement", "test", "document", "review", "context", "impact", "overview", "import", "prompt", "paste", "undo", "redo"];
const sources = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");

it("starts for every language that the server reads, and offers actions in it", () => {
  const read = readdirSync(new URL("../../server/sightline/languages/", import.meta.url)).filter((name) => name.endsWith(".py"));
  const identifiers = read.flatMap((name) => [...sources(`../server/sightline/languages/${name}`).matchAll(/^ {4}identifier="(\w+)",$/gm)].map(([, found = ""]) => found));
  expect(identifiers.length).toBeGreaterThan(10);
  expect(new Set(LANGUAGES)).toEqual(new Set([...identifiers, "javascriptreact"])); // of `.jsx`, which is JavaScript to the server
  expect(manifest.activationEvents).toEqual(LANGUAGES.map((name) => `onLanguage:${name}`));
});

it("offers every feature in the chat and in the palette", () => {
  const [participant] = manifest.contributes.chatParticipants;
  expect(participant?.commands.map(({ name }) => name)).toEqual(FEATURES);
  const palette = manifest.contributes.commands.map(({ command }) => command);
  expect(palette).toEqual(expect.arrayContaining(FEATURES.map((name) => `sightline.${name}`)));
});

it("offers what the server can do without a question, under the server's own names", () => {
  const palette = manifest.contributes.commands.map(({ command }) => command);
  const code = sources("../server/sightline/lsp/commands.py");
  const direct = ["pauseIndexing", "index", "forbidTests"].map((name) => `sightline.${name}`);
  expect(palette).toEqual(expect.arrayContaining(direct));
  expect(direct.filter((name) => !code.includes(`"${name}"`))).toEqual([]);
});

it("knows each of the server's features, and takes nothing else for one", () => {
  const features = registeredFeatures();
  expect(features.toSorted()).toEqual(FEATURES.toSorted());
  expect(FEATURES.filter((name) => featureOf(`sightline.${name}`) === undefined)).toEqual(["prompt", "paste", "undo", "redo"]);
  expect(["sightline.run", "sightline.apply", "sightline.status"].map(featureOf)).toEqual([undefined, undefined, undefined]);
});

it("registers what the palette offers of its own", () => {
  const own = ["restart", "showLog", "showStatus", "setApiKey", "chooseModel", "switchModel"].map((name) => `sightline.${name}`);
  const code = sources("src/commands.ts");
  expect(own.filter((name) => !code.includes(`"${name}"`))).toEqual([]);
});

it("limits itself in untrusted workspaces, and lets no workspace name programs", () => {
  expect(manifest.capabilities.untrustedWorkspaces.supported).toBe("limited");
  const [server] = manifest.contributes.configuration;
  for (const property of Object.values(server?.properties ?? {})) expect(property.scope).toBe("machine");
});

it("asks for the Python the server asks for", () => {
  expect(sources("../pyproject.toml")).toContain(`requires-python = ">=${OLDEST.join(".")}"`);
});

it("has the version of the server", () => {
  expect(sources("../pyproject.toml")).toContain(`\nversion = "${manifest.version}"`);
});

it("locks nothing that no package asks for: npm 9 and 10, which come with Node.js 20 and 22, refuse such a lock file", () => {
  const { packages } = JSON.parse(sources("package-lock.json")) as { packages: Record<string, { extraneous?: boolean }> };
  expect(Object.keys(packages).filter((path) => packages[path]?.extraneous)).toEqual([]);
});

it("names no registry in the lock file", () => {
  expect(sources("package-lock.json")).not.toMatch(/"resolved"/);
});

/** The names the server registers, from its registry (`import` is a word of Python, its file is `import_name`). */
function registeredFeatures(): string[] {
  return [...sources("../server/sightline/features/registry.py").matchAll(/^ {8}(\w+)\.FEATURE,$/gm)].map(([, name = ""]) => name.replace(/_name$/, ""));
}
