/** Takes from the repository's lock file what the server needs at run time: pins and hashes, without the tools. */

/**
 * The names in `dependencies` of pyproject.toml.
 * @param {string} pyproject
 * @returns {string[]}
 */
export function dependenciesOf(pyproject) {
  const list = /^dependencies = \[\n([\s\S]*?)^\]/m.exec(pyproject)?.[1];
  if (list === undefined) throw new Error("pyproject.toml has no list of dependencies where it is expected.");
  return [...list.matchAll(/^\s*"([\w.-]+)/gm)].map(([, name = ""]) => normal(name));
}

/**
 * The part of a lock file (as `uv pip compile --generate-hashes` writes it) that `names` need, they and what they pull
 * in: an entry says in its `# via` comments who wants it. Fails if a name is not in the lock.
 * @param {string} lock
 * @param {readonly string[]} names
 * @returns {string}
 */
export function lockedFor(lock, names) {
  const entries = entriesOf(lock);
  const wanted = new Set(names);
  for (const name of names) {
    if (!entries.some((entry) => entry.name === name)) throw new Error(`${name} is not in the lock file: run make lock`);
  }
  for (let before = -1; before !== wanted.size; ) {
    before = wanted.size;
    for (const entry of entries) if (entry.via.some((name) => wanted.has(name))) wanted.add(entry.name);
  }
  return entries
    .filter((entry) => wanted.has(entry.name))
    .map((entry) => entry.text)
    .join("\n")
    .concat("\n");
}

/**
 * @typedef {{ name: string, via: string[], text: string }} Entry
 * @param {string} lock
 * @returns {Entry[]}
 */
function entriesOf(lock) {
  return lock
    .split(/\n(?=[A-Za-z0-9])/)
    .filter((text) => /^[A-Za-z0-9]/.test(text))
    .map((text) => {
      const lines = text.trimEnd().split("\n");
      const pins = lines.filter((line) => !line.trimStart().startsWith("#"));
      const comments = lines.filter((line) => line.trimStart().startsWith("#")).join("\n");
      const via = [...comments.replace(/\(.*?\)/g, "").matchAll(/[\w.-]+(?:\[[\w,-]+\])?/g)].map(([name]) => normal(name));
      return { name: normal(/^[\w.-]+/.exec(text)?.[0] ?? ""), via: via.filter((name) => name !== "via"), text: pins.join("\n") };
    });
}

/**
 * @param {string} name
 * @returns {string}
 */
function normal(name) {
  return name.replace(/\[.*$/, "").replace(/[-_.]+/g, "-").toLowerCase();
}
