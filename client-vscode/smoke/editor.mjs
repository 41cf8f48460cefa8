/** A real VS Code in a headless Chromium, by the few things the smoke test does in it. */
import { mkdirSync } from "node:fs";

const BROWSER_FLAGS = ["no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"];
/** Milliseconds: the first start installs the server. */
const LONGEST = 240_000;

/** @typedef {import("playwright-core").Page} Page */

export class Editor {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
  }

  /**
   * @param {import("playwright-core").BrowserType} chromium
   * @param {string} executablePath
   * @param {string} profile
   * @param {string} address
   */
  static async open(chromium, executablePath, profile, address) {
    mkdirSync(profile, { recursive: true });
    const context = await chromium.launchPersistentContext(profile, {
      executablePath,
      headless: true,
      viewport: { width: 1500, height: 950 },
      args: BROWSER_FLAGS.map((flag) => `--${flag}`),
    });
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: new URL(address).origin });
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto(address);
    await page.waitForSelector(".monaco-workbench", { timeout: 60_000 });
    return new Editor(page);
  }

  async close() {
    await this.page.context().close();
  }

  /**
   * Waits until `probe` answers something, and answers it.
   * @template Value
   * @param {string} what
   * @param {() => Promise<Value | undefined | false> | Value | undefined | false} probe
   */
  async until(what, probe, longest = 30_000) {
    const end = Date.now() + longest;
    while (Date.now() < end) {
      const value = await probe();
      if (value) return value;
      await this.page.waitForTimeout(200);
    }
    throw new Error(`waited ${longest / 1000} s in vain for ${what}`);
  }

  /** @param {string} name */
  async command(name) {
    await this.#pick("F1", name);
    await this.#list.waitFor({ state: "hidden" });
  }

  /** Runs a command that asks for something, and answers it. @param {string} name @param {string} words */
  async commandWith(name, words) {
    await this.#pick("F1", name);
    const empty = () => this.#input.inputValue().then((value) => value === "", () => false);
    await this.until(`the question of ${name}`, empty);
    await this.page.keyboard.type(words);
    await this.page.waitForTimeout(500); // a list filters what it shows
    await this.page.keyboard.press("Enter");
    await this.#list.waitFor({ state: "hidden" });
  }

  /** @param {string} [text] put there first */
  async clipboard(text) {
    if (text !== undefined) await this.page.evaluate((given) => navigator.clipboard.writeText(given), text);
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** Presses a button of a message that says these words. @param {string} words @param {string} title */
  async pressInMessage(words, title) {
    const message = this.page.locator(".notification-toast").filter({ hasText: words }).last();
    await message.locator(".monaco-button").filter({ hasText: title }).click();
  }

  /** Follows a link of a document that is shown rendered. @param {string} words */
  async follow(words) {
    const links = () => this.page.frames().map((frame) => frame.locator("a", { hasText: words }));
    await this.until(`the link ${words}`, async () => {
      for (const link of links()) {
        if ((await link.count().catch(() => 0)) === 0) continue;
        await link.first().click();
        return true;
      }
      return false;
    });
  }

  async ready() {
    const item = this.page.locator('[id="sightline.sightline.sightline.status"], [id*="sightline.status"]').first();
    await this.until("the index", async () => (await item.innerText().catch(() => "")).trim() === "Sightline", LONGEST);
  }

  /** The titles that the light bulb offers at the cursor. */
  async codeActions() {
    await this.page.keyboard.press("Control+Period");
    const list = this.page.locator(".action-widget").first();
    await list.waitFor();
    return list.innerText();
  }

  /** Chooses one of what `codeActions` showed. @param {string} title */
  async chooseAction(title) {
    const focused = this.page.locator(".action-widget .monaco-list-row.focused");
    await this.until(title, async () => {
      if ((await focused.innerText()).includes(title)) return true;
      await this.page.keyboard.press("ArrowDown");
      return false;
    });
    await this.page.keyboard.press("Enter");
  }

  /** Sends a message in a new chat. @param {string} message */
  async ask(message) {
    await this.command("Chat: New Chat Editor");
    await this.askOn(message);
  }

  /** Sends a message in the chat that is open. @param {string} message */
  async askOn(message) {
    const input = this.page.locator(".editor-group-container .interactive-input-part .monaco-editor").last();
    await input.click();
    await this.page.keyboard.press("Control+a");
    await this.page.keyboard.press("Delete");
    await this.page.keyboard.type(message, { delay: 10 });
    await this.page.waitForTimeout(500); // what completes the words would take the Enter
    await this.page.keyboard.press("Escape");
    await this.page.keyboard.press("Enter");
  }

  /** What the last answer says by now. */
  async answer() {
    const answers = this.page.locator(".editor-group-container .interactive-response");
    return (await answers.count()) === 0 ? "" : answers.last().innerText();
  }

  /** @param {string} words */
  async answerSays(words) {
    await this.until(`an answer with "${words}"`, async () => (await this.answer()).includes(words), 60_000);
  }

  /** Stops the answer that is under way. */
  async stop() {
    await this.page.locator('.editor-group-container .interactive-input-part a[aria-label*="Cancel"], .editor-group-container .interactive-input-part a[aria-label*="Stop"]').last().click();
  }

  /** Presses a button of the last answer. @param {string} title */
  async press(title) {
    await this.page.locator(".editor-group-container .interactive-response .monaco-button").filter({ hasText: title }).last().click();
  }

  get #list() {
    return this.page.locator(".quick-input-widget");
  }

  get #input() {
    return this.page.locator(".quick-input-widget input:focus");
  }

  /**
   * Types into the list that `key` opens and takes its first entry. It is opened again while what answers it starts.
   * @param {string} key @param {string} words
   */
  async #pick(key, words) {
    const wanted = words.replace(/^.*: |:\d.*$/g, "");
    const first = this.page.locator(".quick-input-list .monaco-list-row.focused");
    await this.until(`"${words}" in the list`, async () => {
      await this.page.keyboard.press("Escape");
      await this.page.keyboard.press(key);
      await this.#input.waitFor();
      await this.page.keyboard.type(words);
      return this.until(words, async () => (await first.innerText({ timeout: 500 }).catch(() => "")).includes(wanted), 4_000).catch(() => false);
    }, 60_000);
    await this.page.keyboard.press("Enter");
  }
}
