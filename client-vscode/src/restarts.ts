/** Decides whether a server that ended by itself is started again. Knows no VS Code. */

const MOST = 4;
const WITHIN = 3 * 60_000; // milliseconds

export class Restarts {
  /** Whether the last end was the last one. */
  gaveUp = false;
  #ran = false;
  #ends: number[] = [];

  /** The server answered: what ends it from now on is no fault of its installation. */
  running(): void {
    this.#ran = true;
    this.gaveUp = false;
  }

  /** The server ended at `now` (milliseconds). A server that never ran, or ends again and again, stays away. */
  again(now: number): boolean {
    this.#ends = [...this.#ends.filter((end) => now - end < WITHIN), now];
    this.gaveUp = !this.#ran || this.#ends.length > MOST;
    this.#ran = false;
    return !this.gaveUp;
  }
}
