/** What finding and installing the server needs of a machine. Tests bring a machine of their own. */

export interface Files {
  exists(path: string): Promise<boolean>;
  /** The text of a file; undefined if there is none. */
  read(path: string): Promise<string | undefined>;
  write(path: string, text: string): Promise<void>;
  makeFolder(path: string): Promise<void>;
  /** Fails if there is something at `to` already. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or a folder with all in it; does nothing if there is none. */
  remove(path: string): Promise<void>;
  /** The names in a folder; none if there is no such folder. */
  list(path: string): Promise<readonly string[]>;
  /** Seconds since a file or folder was changed. */
  age(path: string): Promise<number>;
}

export interface Ran {
  /** The exit code; undefined if there is no such program. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
}

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly files: Files;
  /** Runs a program to its end, never in a folder of the workspace. Rejects with an AbortError when aborted. */
  run(program: string, parameters: readonly string[], running?: Running): Promise<Ran>;
  /** A name that nobody else uses. */
  unique(): string;
}

/** Something the user can mend; `hint` says how. */
export class ServerProblem extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = "ServerProblem";
    this.hint = hint;
  }
}
