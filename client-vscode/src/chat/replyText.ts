/**
 * Makes a model's streamed reply fit to be shown as Markdown: edit blocks that stand outside a fence get one (their
 * `=======` would turn code into headings), and a fence that a cut reply leaves open is closed.
 */

const FENCE = /^\s{0,3}(`{3,}|~{3,})/;
const BLOCK_BEGINS = /^<{5,9}(\s|$)/;
const BLOCK_ENDS = /^>{5,9}(\s|$)/;
/** Only a line that begins so can be a fence or a marker; any other is passed on piece by piece. */
const MAY_MATTER = /^\s{0,3}[`~<>]/;
const OURS = "~~~~~~";

export class ReplyText {
  #line = "";
  #passed = 0;
  #fence = "";

  /** The next piece of the reply; answers what can be shown by now. */
  push(piece: string): string {
    const lines = piece.split("\n");
    const last = lines.pop() ?? "";
    const shown = lines.map((rest) => this.#add(rest) + this.#endLine());
    return shown.join("") + this.#add(last);
  }

  /** The reply is over; answers what is left, and the end of an open fence. */
  end(): string {
    const rest = this.#line === "" ? "" : this.#endLine();
    const open = this.#fence;
    this.#fence = "";
    return open === "" ? rest.slice(0, -1) : `${rest}${open}\n`;
  }

  #add(rest: string): string {
    this.#line += rest;
    if (this.#line.trim() === "" || MAY_MATTER.test(this.#line)) return "";
    const shown = this.#line.slice(this.#passed);
    this.#passed = this.#line.length;
    return shown;
  }

  #endLine(): string {
    const line = this.#line;
    const shown = `${line.slice(this.#passed)}\n`;
    this.#line = "";
    this.#passed = 0;
    if (this.#fence === OURS) {
      if (!BLOCK_ENDS.test(line)) return shown;
      this.#fence = "";
      return `${shown}${OURS}\n`;
    }
    if (this.#fence === "" && BLOCK_BEGINS.test(line)) {
      this.#fence = OURS;
      return `\n${OURS}\n${shown}`;
    }
    this.#follow(line);
    return shown;
  }

  #follow(line: string): void {
    const marker = FENCE.exec(line)?.[1];
    if (marker === undefined) return;
    if (this.#fence === "") this.#fence = marker;
    else if (marker.startsWith(this.#fence) && line.trim() === marker) this.#fence = "";
  }
}
