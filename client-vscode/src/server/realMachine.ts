/** The machine VS Code's extensions run on. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, promises as fs } from "node:fs";
import type { Files, Machine, Ran, Running } from "./machine";

const MOST_KEPT = 64_000; // characters of output; the end of it tells what went wrong

export const realFiles: Files = {
  exists: (path) => Promise.resolve(existsSync(path)),
  read: (path) => fs.readFile(path, "utf8").catch(nothingThere(undefined)),
  write: (path, text) => fs.writeFile(path, text, "utf8"),
  makeFolder: async (path) => void (await fs.mkdir(path, { recursive: true })),
  rename: (from, to) => fs.rename(from, to),
  remove: (path) => fs.rm(path, { recursive: true, force: true }),
  list: (path) => fs.readdir(path).catch(nothingThere<string[]>([])),
  age: async (path) => (Date.now() - (await fs.stat(path)).mtimeMs) / 1000,
};

/** `folder` is where programs run: Python takes modules from there before any other. */
export function realMachine(folder: string): Machine {
  return {
    platform: process.platform,
    files: realFiles,
    run: (program, parameters, running) => run(folder, program, parameters, running ?? {}),
    unique: () => randomUUID().slice(0, 8),
  };
}

function run(folder: string, program: string, parameters: readonly string[], running: Running): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const { signal } = running;
    if (signal?.aborted) return reject(aborted());
    const posix = process.platform !== "win32";
    const child = spawn(program, parameters, { cwd: folder, stdio: ["ignore", "pipe", "pipe"], detached: posix, windowsHide: true });
    const kept = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        kept[name] = (kept[name] + text).slice(-MOST_KEPT);
        for (const line of text.split("\n")) if (line.trim() !== "") running.onLine?.(line.trim());
      });
    }
    const abort = () => {
      if (child.pid !== undefined && posix) killGroup(child.pid);
      else child.kill();
    };
    signal?.addEventListener("abort", abort);
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "EACCES") resolve({ code: undefined, ...kept });
      else reject(error);
    });
    child.on("close", (code) => {
      signal?.removeEventListener("abort", abort);
      if (signal?.aborted) reject(aborted());
      else resolve({ code: code ?? 1, ...kept });
    });
  });
}

/** The program and all it started. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGTERM");
  } catch {
    // it is gone already
  }
}

function aborted(): Error {
  return Object.assign(new Error("Cancelled."), { name: "AbortError" });
}

function nothingThere<Value>(value: Value): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return value;
    throw error;
  };
}
