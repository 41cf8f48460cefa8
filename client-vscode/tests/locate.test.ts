/** Which server is started: the user's command, a Python that has it, or the bundled one. */
import { describe, expect, it } from "vitest";
import { locateServer, type ServerSettings } from "../src/server/locate";
import { FakeMachine, fine, python } from "./fakeMachine";

const BUNDLED = JSON.stringify({ wheel: "sightline-1.whl", requirements: "requirements.txt", digest: "d".repeat(64) });
const HOME = `/storage/server-${"d".repeat(12)}`;

describe("which server is started", () => {
  it("is the user's command before all else, without looking for any Python", async () => {
    const machine = withBundle();
    const found = await locate(machine, { command: ["/opt/sightline", "serve", "--log-level=debug"], interpreter: "/usr/bin/python3" });
    expect(found).toEqual({ program: "/opt/sightline", parameters: ["serve", "--log-level=debug"] });
    expect(machine.ran).toEqual([]);
  });

  it("is a named interpreter that has Sightline, and the current folder is not on its module path", async () => {
    const machine = withBundle();
    machine.programs.set("/work/python", python("3.12", "/real/python", true));
    const found = await locate(machine, { interpreter: "/work/python" });
    expect(found.program).toBe("/work/python");
    expect(found.parameters[0]).toBe("-P");
    expect(found.parameters.at(-1)).toBe("serve");
  });

  it("is the bundled one in an environment made with a named interpreter that has no Sightline", async () => {
    const machine = withBundle();
    machine.programs.set("/opt/python3.13", python("3.13", "/opt/python3.13"));
    const found = await locate(machine, { interpreter: "/opt/python3.13" });
    expect(found.program).toBe(`${HOME}/bin/python`);
    expect(machine.ran).toContain(`/opt/python3.13 -I -m venv ${HOME}.u1.partial`);
  });

  it("is the bundled one even if the Python on the path happens to have another Sightline", async () => {
    const machine = withBundle();
    machine.programs.set("python3", python("3.12", "/usr/bin/python3", true));
    machine.programs.set("/usr/bin/python3", python("3.12", "/usr/bin/python3", true));
    const found = await locate(machine, {});
    expect(found).toMatchObject({ program: `${HOME}/bin/python`, parameters: expect.arrayContaining(["-I"]) as unknown });
  });

  it("is not installed twice", async () => {
    const machine = withBundle();
    machine.programs.set("python3", python("3.12", "/usr/bin/python3"));
    machine.programs.set("/usr/bin/python3", python("3.12", "/usr/bin/python3"));
    await locate(machine, {});
    machine.ran.length = 0;
    await locate(machine, {});
    expect(machine.ran).toEqual([`${HOME}/bin/python -I -c import sightline`]);
  });

  it("passes over Pythons that are too old", async () => {
    const machine = withBundle();
    machine.programs.set("python3", python("3.9", "/usr/bin/python3"));
    machine.programs.set("python3.12", python("3.12", "/usr/bin/python3.12"));
    machine.programs.set("/usr/bin/python3.12", python("3.12", "/usr/bin/python3.12"));
    await locate(machine, {});
    expect(machine.ran).toContain(`/usr/bin/python3.12 -I -m venv ${HOME}.u1.partial`);
  });
});

describe("what is said when there is none", () => {
  it("names what is too old, and what to do", async () => {
    const machine = withBundle();
    machine.programs.set("python3", python("3.9", "/usr/bin/python3"));
    await expect(locate(machine, {})).rejects.toMatchObject({
      message: "Sightline needs Python 3.11 or newer, and python3 is 3.9.",
      hint: expect.stringContaining("apt install python3") as unknown,
    });
  });

  it("says so when there is no Python at all", async () => {
    await expect(locate(withBundle(), {})).rejects.toThrow("none was found");
  });

  it("names the setting when the interpreter in it does not run or is too old", async () => {
    const machine = withBundle();
    machine.programs.set("/old", python("2.7", "/old", true));
    machine.programs.set("/broken", () => ({ code: 1, stdout: "", stderr: "no" }));
    for (const interpreter of ["/missing", "/old", "/broken"]) {
      await expect(locate(machine, { interpreter })).rejects.toMatchObject({
        hint: expect.stringContaining("sightline.server.interpreter") as unknown,
      });
    }
  });

  it("tells a build without a server from one with", async () => {
    const machine = new FakeMachine();
    machine.programs.set("python3", python("3.12", "/usr/bin/python3"));
    await expect(locate(machine, {})).rejects.toThrow("brings no server along");
    machine.programs.set("python3", python("3.12", "/usr/bin/python3", true));
    expect((await locate(machine, {})).program).toBe("/usr/bin/python3");
  });

  it("tells what is missing for environments", async () => {
    const machine = withBundle();
    machine.programs.set("python3", (parameters) =>
      parameters[0] === "-c"
        ? fine("3.12\nFalse\npython3")
        : { code: 1, stdout: "The virtual environment was not created: ensurepip is not available.", stderr: "" },
    );
    await expect(locate(machine, {})).rejects.toMatchObject({
      message: expect.stringContaining("ensurepip is not available") as unknown,
      hint: expect.stringContaining("python3-venv") as unknown,
    });
  });
});

function withBundle(): FakeMachine {
  const machine = new FakeMachine();
  machine.texts.set("/extension/server/manifest.json", BUNDLED);
  return machine;
}

function locate(machine: FakeMachine, settings: Partial<ServerSettings>) {
  return locateServer({
    settings: { command: [], interpreter: "", ...settings },
    extension: "/extension",
    storage: "/storage",
    machine,
    withProgress: (work) => work({ signal: new AbortController().signal, report: () => undefined, note: () => undefined }),
  });
}
