/** Which settings reach the server, by which way; and that package.json is what the schema says. */
import { describe, expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { manifestWith, moduleOf, outOfDate, settingsOf } from "../scripts/settings.mjs";
import { type Inspected, userSettings, workspaceSettings } from "../src/settings";

describe("what the server is told", () => {
  it("is what the user set, by the schema's names", () => {
    const inspect = inspecting({ "model.baseUrl": { globalValue: "http://localhost/v1" }, "context.budget": { globalValue: 4000 } });
    expect(userSettings(inspect, undefined)).toEqual({ model: { base_url: "http://localhost/v1" }, context: { budget: 4000 } });
  });

  it("has the key of the secret store, and nothing when there is none", () => {
    expect(userSettings(inspecting({}), "k")).toEqual({ model: { api_key: "k" } });
    expect(userSettings(inspecting({}), "")).toEqual({});
  });

  it("never takes a model, an address or a limit of the user's from a workspace", () => {
    const mean = { workspaceValue: "evil", workspaceFolderValue: "evil" };
    const inspect = inspecting({ "model.name": mean, "model.baseUrl": mean, "workspace.allowLargeRoot": { workspaceValue: true } });
    expect(userSettings(inspect, undefined)).toEqual({});
    expect(workspaceSettings(inspect)).toEqual({});
  });

  it("lets a workspace lower a number but not raise it", () => {
    const lower = inspecting({ "context.budget": { globalValue: 4000, workspaceValue: 1000 } });
    const higher = inspecting({ "context.budget": { globalValue: 4000, workspaceValue: 9000 } });
    expect(userSettings(lower, undefined)).toEqual({ context: { budget: 1000 } });
    expect(userSettings(higher, undefined)).toEqual({ context: { budget: 4000 } });
  });

  it("lets a workspace choose what carries no mark, the folder before the workspace", () => {
    const inspect = inspecting({
      "edits.format": { globalValue: "whole_file", workspaceValue: "whole_file", workspaceFolderValue: "search_replace" },
    });
    expect(userSettings(inspect, undefined)).toEqual({});
    expect(workspaceSettings(inspect)).toEqual({ edits: { format: "search_replace" } });
  });

  it("lets a workspace narrow a choice and a permission, never widen them", () => {
    const narrower = { "privacy.cloud": { globalValue: "allow", workspaceValue: "never" }, "cache.enabled": { globalValue: true, workspaceValue: false } };
    const wider = { "privacy.cloud": { globalValue: "never", workspaceValue: "allow" }, "cache.enabled": { globalValue: false, workspaceValue: true } };
    expect(userSettings(inspecting(narrower), undefined)).toEqual({ privacy: { cloud: "never" }, cache: { enabled: false } });
    expect(userSettings(inspecting(wider), undefined)).toEqual({ privacy: { cloud: "never" }, cache: { enabled: false } });
  });

  it("has the user's own models by the user's names for them, and none of a workspace's", () => {
    const models = { fast: { name: "ollama:qwen2.5-coder:1.5b", roles: ["fast"] } };
    expect(userSettings(inspecting({ models: { globalValue: models } }), undefined)).toEqual({ models });
    const mean = inspecting({ models: { workspaceValue: models, workspaceFolderValue: models } });
    expect([userSettings(mean, undefined), workspaceSettings(mean)]).toEqual([{}, {}]);
  });

  it("has no defaults: the server has its own", () => {
    const inspect = inspecting({ "context.budget": { defaultValue: 8000 } as Inspected });
    expect([userSettings(inspect, undefined), workspaceSettings(inspect)]).toEqual([{}, {}]);
  });
});

describe("the generated settings", () => {
  it("are up to date", () => {
    expect(outOfDate()).toEqual([]);
  });

  it("are of machine scope, and restricted, when only the user may set them", () => {
    const made = manifestWith(manifest, SCHEMA);
    expect(made["contributes"].configuration[1].properties).toMatchObject({
      "sightline.model.baseUrl": { scope: "machine", type: "string" },
      "sightline.model.window": { scope: "machine", type: ["integer", "null"], minimum: 512, default: null },
      "sightline.model.style": { scope: "resource", enum: ["a", "b"] },
    });
    const restricted = made["capabilities"].untrustedWorkspaces.restrictedConfigurations as string[];
    expect(restricted).toContain("sightline.model.baseUrl");
    expect(restricted).toContain("sightline.server.command");
    expect(restricted).not.toContain("sightline.model.style");
  });

  it("hold no secret", () => {
    expect(settingsOf(SCHEMA).map(({ setting }) => setting.name)).not.toContain("api_key");
    expect(JSON.stringify(manifest.contributes.configuration)).not.toMatch(/api_?key"/i);
    expect(moduleOf(SCHEMA)).not.toContain("api_key");
  });
});

const SCHEMA = {
  $defs: {
    M: {
      properties: {
        base_url: { type: "string", default: "", description: "d", "x-scope": "user" },
        api_key: { type: "string", default: "", writeOnly: true, "x-scope": "user" },
        window: { anyOf: [{ type: "integer", minimum: 512 }, { type: "null" }], default: null, "x-scope": "user" },
        style: { type: "string", enum: ["a", "b"], default: "a" },
      },
    },
  },
  properties: { model: { $ref: "#/$defs/M" } },
};

function inspecting(values: Record<string, Inspected>) {
  return (key: string) => values[key];
}
