/** A machine in memory: files by path, programs by what they answer. */
import type { Files, Machine, Ran, Running } from "../src/server/machine";

export type Program = (parameters: readonly string[], machine: FakeMachine, running: Running) => Ran;

export class FakeMachine implements Machine, Files {
  readonly platform: NodeJS.Platform = "linux";
  readonly files: Files = this;
  readonly texts = new Map<string, string>();
  readonly ages = new Map<string, number>();
  readonly ran: string[] = [];
  readonly programs = new Map<string, Program>();
  #count = 0;

  run(program: string, parameters: readonly string[], running: Running = {}): Promise<Ran> {
    this.ran.push([program, ...parameters].join(" "));
    if (running.signal?.aborted) return Promise.reject(Object.assign(new Error("Cancelled."), { name: "AbortError" }));
    const answers = this.programs.get(program);
    return Promise.resolve(answers ? answers(parameters, this, running) : { code: undefined, stdout: "", stderr: "" });
  }

  unique(): string {
    this.#count += 1;
    return `u${this.#count}`;
  }

  exists(path: string): Promise<boolean> {
    return Promise.resolve(this.#under(path).length > 0);
  }

  read(path: string): Promise<string | undefined> {
    return Promise.resolve(this.texts.get(path));
  }

  write(path: string, text: string): Promise<void> {
    this.texts.set(path, text);
    return Promise.resolve();
  }

  makeFolder(): Promise<void> {
    return Promise.resolve();
  }

  rename(from: string, to: string): Promise<void> {
    if (this.#under(to).length > 0) return Promise.reject(new Error("ENOTEMPTY"));
    for (const path of this.#under(from)) {
      this.texts.set(to + path.slice(from.length), this.texts.get(path) ?? "");
      this.texts.delete(path);
      const program = this.programs.get(path);
      if (program) this.programs.set(to + path.slice(from.length), program);
    }
    return Promise.resolve();
  }

  remove(path: string): Promise<void> {
    for (const gone of this.#under(path)) this.texts.delete(gone);
    return Promise.resolve();
  }

  list(path: string): Promise<readonly string[]> {
    const names = this.#under(path).map((file) => file.slice(path.length + 1).split("/")[0] ?? "");
    return Promise.resolve([...new Set(names)]);
  }

  age(path: string): Promise<number> {
    return Promise.resolve(this.ages.get(path) ?? 0);
  }

  #under(path: string): string[] {
    return [...this.texts.keys()].filter((file) => file === path || file.startsWith(`${path}/`));
  }
}

/** A Python of a version, with or without Sightline; it can make environments, whose Pythons install what they are told. */
export function python(version: string, path: string, hasSightline = false): Program {
  return (parameters, machine) => {
    if (parameters[0] === "-c") {
      return fine([version, hasSightline ? "True" : "False", path].join("\n"));
    }
    const home = parameters[3] ?? "";
    machine.texts.set(`${home}/bin/python`, "");
    machine.programs.set(`${home}/bin/python`, () => fine(""));
    return fine("");
  };
}

export function fine(stdout: string): Ran {
  return { code: 0, stdout, stderr: "" };
}
