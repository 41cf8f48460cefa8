/**
 * `make vscode-smoke`: the built extension in a real VS Code, with the scripted model: open, code action, stream,
 * refuse, apply, undo, code that is asked for, a conversation, the clipboard, a model of the editor's own, stop. FOLDER holds VS Code and playwright-core (tools/vscode-smoke installs them).
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { Editor } from "./editor.mjs";

const [folder = "", browser = "/usr/bin/chromium"] = process.argv.slice(2);
const { chromium } = createRequire(`${folder}/driver/package.json`)("playwright-core");
const here = fileURLToPath(new URL(".", import.meta.url));
const home = mkdtempSync(`${tmpdir()}/sightline-smoke-`);
const CART = "export function total(prices: number[]): number {\n  return prices.reduce((sum, price) => sum + price, 0);\n}\n";
const CHECKOUT = 'import { total } from "./cart";\n\nexport const bill = (prices: number[]) => `You pay ${total(prices)}`;\n';
const RATES = 'export const rateOf = (country: string) => (country === "de" ? 0.19 : 0.2);\n';
const read = (/** @type {string} */ name) => readFileSync(`${home}/shop/src/${name}`, "utf8");

/** @type {[string, (editor: Editor) => Promise<unknown>][]} */
const STEPS = [
  ["open: the server that comes along is installed and indexes", async (editor) => {
    await editor.page.waitForSelector('.tab.active[data-resource-name="cart.ts"]');
    await editor.ready();
  }],
  ["code action: an accepted edit is applied at once, and undone", async (editor) => {
    assert.match(await editor.codeActions(), /Sightline: Document this/);
    await editor.chooseAction("Sightline: Document this");
    await editor.until("the comment", () => read("cart.ts").startsWith("/** What all cost together. */\n"));
    await editor.command("Sightline: Undo the last edit");
    await editor.until("the undo", () => read("cart.ts") === CART);
  }],
  ["stream: the answer is there before it is whole", async (editor) => {
    await editor.ask("@sightline /explain What does total do");
    await editor.answerSays("It adds the prices");
    assert.doesNotMatch(await editor.answer(), /to be added/);
    await editor.answerSays("to be added");
  }],
  ["refuse: a stranded caller is shown as a link, and no file changes", async (editor) => {
    await editor.ask("@sightline /refactor Rename total, callers forgotten");
    await editor.answerSays("Edit refused");
    await editor.page.locator(".interactive-response a").filter({ hasText: "src/checkout.ts:1" }).last().waitFor();
    assert.deepEqual([read("cart.ts"), read("checkout.ts")], [CART, CHECKOUT]);
  }],
  ["apply: two files at once", async (editor) => {
    await editor.ask("@sightline /refactor Rename total, callers included");
    await editor.answerSays("Edit ready");
    assert.equal(read("cart.ts"), CART);
    await editor.press("Apply");
    await editor.until("both files", () => read("cart.ts").includes("sumOf") && read("checkout.ts").split("sumOf").length === 3);
  }],
  ["undo: both files are as they were", async (editor) => {
    await editor.ask("@sightline /undo");
    await editor.answerSays("The edit was taken back");
    await editor.until("both files", () => read("cart.ts") === CART && read("checkout.ts") === CHECKOUT);
  }],
  ["needs and conversation: code that the model asks for is given, and a chat goes on", async (editor) => {
    await editor.ask("@sightline /implement Add the rate");
    await editor.answerSays("Edit ready");
    await editor.press("Discard");
    await editor.askOn("/explain And what was it for");
    await editor.answerSays("may hold the tax");
  }],
  ["by hand: the prompt is copied, and a reply that strands a caller shows where", async (editor) => {
    await editor.commandWith("Sightline: Copy the prompt for a task", "/refactor Rename total");
    await editor.until("the prompt", async () => (await editor.clipboard()).includes("# Task\n\nRename total"));
    await editor.clipboard(replyOf("Rename total, callers forgotten"));
    await editor.command("Sightline: Apply the reply from the clipboard");
    await editor.follow("src/checkout.ts:1");
    await editor.page.waitForSelector('.tab.active[data-resource-name="checkout.ts"]');
    await editor.pressInMessage("The edit was refused", "Copy what is wrong");
    await editor.until("what is wrong", async () => (await editor.clipboard()).includes("`src/checkout.ts` line 1"));
    assert.deepEqual([read("cart.ts"), read("checkout.ts")], [CART, CHECKOUT]);
  }],
  ["by hand: code that the chat asks for, and a whole reply is applied", async (editor) => {
    await editor.clipboard("NEEDS: src/rates.ts");
    await editor.command("Sightline: Apply the reply from the clipboard");
    await editor.pressInMessage("asked for more code", "Copy the code it asked for");
    await editor.until("the code", async () => (await editor.clipboard()).includes("export const rateOf"));
    await editor.clipboard(replyOf("Rename total, callers included"));
    await editor.command("Sightline: Apply the reply from the clipboard");
    await editor.until("both files", () => read("cart.ts").includes("sumOf") && read("checkout.ts").split("sumOf").length === 3);
    await editor.command("Sightline: Undo the last edit");
    await editor.until("both files", () => read("cart.ts") === CART && read("checkout.ts") === CHECKOUT);
  }],
  ["the editor's own models: one is chosen, answers, and is stopped with the answer", async (editor) => {
    await editor.commandWith("Sightline: Choose a model", "editor:smoke/parrot");
    await editor.page.waitForTimeout(1000); // the server is started again with it
    await editor.ready();
    await editor.ask("@sightline /explain What do you count");
    await editor.answerSays("word3");
    await editor.stop();
    await editor.until("the model to be stopped", () => existsSync(`${home}/stopped`));
    assert.doesNotMatch(await editor.answer(), /word600/);
  }],
];

async function main() {
  makeWorkspace();
  const code = { ...process.env, VSCODE_USER_DATA: `${home}/data`, VSCODE_EXTENSIONS: `${home}/extensions`, SMOKE_STOPPED: `${home}/stopped` };
  cpSync(`${here}models`, `${home}/extensions/smoke.models-0.0.1`, { recursive: true });
  const installed = spawnSync(`${folder}/code`, ["--install-extension", `${here}../sightline.vsix`], { env: code, encoding: "utf8" });
  assert.equal(installed.status, 0, installed.stderr);
  const port = await freePort();
  const parameters = ["--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--config", `${home}/config.yaml`];
  const server = spawn(`${folder}/code`, parameters, { env: code, stdio: "ignore", detached: true });
  try {
    await answering(port);
    const file = [["gotoLineMode", "true"], ["openFile", `vscode-remote://127.0.0.1:${port}${home}/shop/src/cart.ts:1:20`]];
    await drive(`http://127.0.0.1:${port}/?${new URLSearchParams({ folder: `${home}/shop`, payload: JSON.stringify(file) })}`);
  } finally {
    if (server.pid !== undefined) process.kill(-server.pid, "SIGTERM");
  }
  rmSync(home, { recursive: true, force: true });
}

/** @param {string} address */
async function drive(address) {
  const editor = await Editor.open(chromium, browser, `${home}/profile`, address);
  try {
    for (const [name, step] of STEPS) {
      await step(editor);
      console.log(`ok  ${name}`);
    }
  } catch (error) {
    const picture = `${tmpdir()}/sightline-smoke.png`;
    await editor.page.screenshot({ path: picture });
    console.error(`What the window showed: ${picture}. Its data: ${home}.`);
    throw error;
  } finally {
    await editor.close();
  }
}

function makeWorkspace() {
  mkdirSync(`${home}/shop/src`, { recursive: true });
  writeFileSync(`${home}/shop/src/cart.ts`, CART);
  writeFileSync(`${home}/shop/src/checkout.ts`, CHECKOUT);
  writeFileSync(`${home}/shop/src/rates.ts`, RATES);
  writeFileSync(`${home}/shop/tsconfig.json`, '{ "compilerOptions": { "strict": true, "moduleResolution": "bundler", "module": "esnext" } }\n');
  cpSync(`${here}replies.txt`, `${home}/replies.txt`);
  writeFileSync(`${home}/config.yaml`, "");
  settings("User", { "workbench.startupEditor": "none", "files.autoSave": "afterDelay", "files.autoSaveDelay": 100 });
  settings("Machine", { "sightline.model.name": `scripted:${home}/replies.txt` });
}

/** What the scripted model answers to these words. @param {string} words */
function replyOf(words) {
  const [, reply = ""] = readFileSync(`${here}replies.txt`, "utf8").split(`when: ${words}\ntimes: always\n`);
  return reply.split("%%% reply")[0] ?? "";
}

/** @param {string} scope @param {object} values */
function settings(scope, values) {
  mkdirSync(`${home}/data/${scope}`, { recursive: true });
  writeFileSync(`${home}/data/${scope}/settings.json`, JSON.stringify(values));
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** @param {number} port */
async function answering(port) {
  for (let tries = 0; tries < 150; tries += 1) {
    const there = await fetch(`http://127.0.0.1:${port}/healthz`).then(() => true, () => false);
    if (there) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("VS Code does not answer.");
}

await main();
