/** The server's own environment: complete or not there, whatever interrupts its making. */
import { describe, expect, it } from "vitest";
import { type Bundle, install, installedPython, tidy } from "../src/server/install";
import type { Interpreter } from "../src/server/python";
import { FakeMachine, fine, python } from "./fakeMachine";

const BUNDLE: Bundle = { folder: "/extension/server", wheel: "s.whl", requirements: "requirements.txt", digest: "a".repeat(64) };
const BASE: Interpreter = { path: "/usr/bin/python3", version: "3.12", hasSightline: false };
const HOME = `/storage/server-${"a".repeat(12)}`;

describe("install", () => {
  it("makes the environment, then the locked requirements by their hashes, then the wheel alone", async () => {
    const { machine, done } = installing();
    expect(await done).toBe(`${HOME}/bin/python`);
    const [venv, requirements, wheel] = machine.ran;
    expect(venv).toBe(`/usr/bin/python3 -I -m venv ${HOME}.u1.partial`);
    expect(requirements).toContain("--require-hashes -r /extension/server/requirements.txt");
    expect(wheel).toContain("--no-deps --no-index /extension/server/s.whl");
    expect(await installedPython(BUNDLE, "/storage", machine)).toBe(`${HOME}/bin/python`);
  });

  it("leaves nothing behind when a step fails, and says what pip said", async () => {
    const machine = ready();
    machine.programs.set("/usr/bin/python3", (parameters, at) => {
      const home = parameters[3] ?? "";
      at.texts.set(`${home}/bin/python`, "");
      at.programs.set(`${home}/bin/python`, () => ({ code: 1, stdout: "", stderr: "ERROR: no route to host" }));
      return fine("");
    });
    await expect(installing(machine).done).rejects.toMatchObject({
      message: expect.stringContaining("no route to host") as unknown,
      hint: expect.stringContaining("proxy") as unknown,
    });
    expect([...machine.texts.keys()]).toEqual([]);
  });

  it("shows which package is fetched, and leaves the rest of what pip says to the log", async () => {
    const machine = ready();
    machine.programs.set("/usr/bin/python3", (parameters, at) => {
      const home = parameters[3] ?? "";
      at.programs.set(`${home}/bin/python`, (given, _, running) => {
        if (given.includes("--require-hashes")) {
          for (const line of ["Collecting httpx==0.28.1", "Successfully installed a-1 b-2"]) running.onLine?.(line);
        }
        return fine("");
      });
      return fine("");
    });
    const shown: string[] = [];
    const noted: string[] = [];
    const report = (sentence: string) => void shown.push(sentence);
    const note = (line: string) => void noted.push(line);
    await install(BUNDLE, "/storage", BASE, machine, { signal: new AbortController().signal, report, note });
    expect(shown).toContain("fetching httpx");
    expect(shown.filter((sentence) => sentence.includes("Successfully"))).toEqual([]);
    expect(noted).toContain("Successfully installed a-1 b-2");
  });

  it("leaves nothing behind when it is cancelled between two steps", async () => {
    const machine = ready();
    const controller = new AbortController();
    machine.programs.set("/usr/bin/python3", (parameters, at, running) => {
      controller.abort();
      return python("3.12", "/usr/bin/python3")(parameters, at, running);
    });
    await expect(installing(machine, controller).done).rejects.toMatchObject({ name: "AbortError" });
    expect([...machine.texts.keys()]).toEqual([]);
  });

  it("replaces a broken environment in its place", async () => {
    const machine = ready();
    machine.texts.set(`${HOME}/lib/left over`, "");
    await installing(machine).done;
    expect(machine.texts.has(`${HOME}/lib/left over`)).toBe(false);
  });

  it("takes the environment of another window that was faster", async () => {
    const machine = ready();
    machine.rename = async () => {
      machine.texts.set(`${HOME}/sightline-installed`, BUNDLE.digest);
      throw new Error("ENOTEMPTY");
    };
    expect(await installing(machine).done).toBe(`${HOME}/bin/python`);
  });
});

describe("an environment counts as installed", () => {
  it("not without its stamp, nor with that of another build", async () => {
    const machine = ready();
    machine.programs.set(`${HOME}/bin/python`, () => fine(""));
    expect(await installedPython(BUNDLE, "/storage", machine)).toBeUndefined();
    machine.texts.set(`${HOME}/sightline-installed`, "b".repeat(64));
    expect(await installedPython(BUNDLE, "/storage", machine)).toBeUndefined();
    expect(machine.ran).toEqual([]);
  });

  it("not when its Python is gone, or no longer finds the server", async () => {
    const machine = ready();
    machine.texts.set(`${HOME}/sightline-installed`, BUNDLE.digest);
    expect(await installedPython(BUNDLE, "/storage", machine)).toBeUndefined();
    machine.programs.set(`${HOME}/bin/python`, () => ({ code: 1, stdout: "", stderr: "ModuleNotFoundError" }));
    expect(await installedPython(BUNDLE, "/storage", machine)).toBeUndefined();
    machine.programs.set(`${HOME}/bin/python`, () => fine(""));
    expect(await installedPython(BUNDLE, "/storage", machine)).toBe(`${HOME}/bin/python`);
  });
});

it("tidies what was interrupted or unused for long, and nothing else", async () => {
  const machine = ready();
  const day = 24 * 3600;
  const folders = { [`${HOME}.u9.partial`]: 2 * 3600, "/storage/server-old": 40 * day, "/storage/server-other": 5 * day };
  for (const [folder, age] of Object.entries(folders)) {
    machine.texts.set(`${folder}/sightline-installed`, "x");
    machine.ages.set(`${folder}/sightline-installed`, age);
  }
  machine.texts.set("/storage/server-now.u8.partial/bin/python", "");
  machine.texts.set("/storage/notes/keep", "");
  machine.texts.set(`${HOME}/sightline-installed`, BUNDLE.digest);
  machine.ages.set(`${HOME}/sightline-installed`, 400 * day);
  await tidy(BUNDLE, "/storage", machine);
  expect(await machine.list("/storage")).toEqual(
    expect.arrayContaining(["server-other", "server-now.u8.partial", "notes", HOME.slice("/storage/".length)]),
  );
  expect(await machine.list("/storage")).toHaveLength(4);
});

function ready(): FakeMachine {
  const machine = new FakeMachine();
  machine.programs.set("/usr/bin/python3", python("3.12", "/usr/bin/python3"));
  return machine;
}

function installing(machine = ready(), controller = new AbortController()) {
  const watching = { signal: controller.signal, report: () => undefined, note: () => undefined };
  return { machine, done: install(BUNDLE, "/storage", BASE, machine, watching) };
}
