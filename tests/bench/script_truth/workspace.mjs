// What tools would have written into a working copy before anything is resolved in it.

import fs from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

const DEPENDENCIES = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']

function filesNamed(root, name) {
  const found = []
  const walk = (folder) => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      if (entry.name === 'node_modules' || entry.name === '.git') continue
      const where = path.join(folder, entry.name)
      if (entry.isDirectory()) walk(where)
      else if (typeof name === 'string' ? entry.name === name : name.test(entry.name)) found.push(where)
    }
  }
  walk(root)
  return found.sort()
}

/** Globs of the packages of the workspace whose root this is. */
function memberGlobs(root) {
  const table = readJson(path.join(root, 'package.json'))
  return Array.isArray(table.workspaces) ? table.workspaces : (table.workspaces?.packages ?? [])
}

function readJson(file) {
  try {
    return ts.parseConfigFileTextToJson(file, fs.readFileSync(file, 'utf8')).config ?? {}
  } catch {
    return {}
  }
}

function matcher(glob) {
  const escaped = glob.replace(/^\.\//, '').replace(/\/$/, '').replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replace(/\*\*/g, '\0').replace(/\*/g, '[^/]*').replace(/\0/g, '.*')}$`)
}

/** Links the packages of the workspace into the `node_modules` of the packages that declare them. */
export function linkPackages(root) {
  for (const [folder, name, target] of lockedLinks(root) ?? declaredLinks(root)) {
    const link = path.join(folder, 'node_modules', name)
    if (target === folder || !fs.existsSync(target) || fs.existsSync(link)) continue
    fs.mkdirSync(path.dirname(link), { recursive: true })
    fs.symlinkSync(target, link)
  }
}

/** What pnpm has linked: [folder, name, target] triples; null where there is no lock file of pnpm. */
function lockedLinks(root) {
  const file = path.join(root, 'pnpm-lock.yaml')
  if (!fs.existsSync(file)) return null
  const found = []
  let folder = null
  let name = null
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    if (/^\S/.test(line)) folder = line.startsWith('importers:') ? root : null
    if (folder === null) continue
    const entry = /^( {2}| {6})(?! )'?([^'\s]+?)'?:\s*$/.exec(line)
    if (entry && entry[1].length === 2) folder = path.join(root, entry[2])
    else if (entry) name = entry[2]
    const version = /^ {8}version: '?(?:link|file):([^'(]*)/.exec(line)
    if (version) {
      // A link is relative to the package, a copied folder to the root.
      const from = line.includes(' link:') || line.includes("'link:") ? folder : root
      found.push([folder, name, path.resolve(from, version[1])])
    }
  }
  return found
}

/** What npm and yarn would link. */
function declaredLinks(root) {
  const globs = memberGlobs(root)
  const listed = (folder) =>
    globs.some((glob) => !glob.startsWith('!') && matcher(glob).test(folder)) &&
    !globs.some((glob) => glob.startsWith('!') && matcher(glob.slice(1)).test(folder))
  const all = filesNamed(root, 'package.json').map((file) => ({ folder: path.dirname(file), table: readJson(file) }))
  const members = all.filter((each) => listed(path.relative(root, each.folder)))
  const found = members.filter((each) => each.table.name).map((each) => [root, each.table.name, each.folder])
  for (const { folder, table } of all) {
    for (const key of DEPENDENCIES) {
      for (const [name, range] of Object.entries(table[key] ?? {})) {
        const local = /^(?:link|file|portal):(.*)$/.exec(range)
        if (local) found.push([folder, name, path.resolve(folder, local[1])])
      }
    }
  }
  return found
}

/** Writes the aliases of SvelteKit where `svelte-kit sync` would. */
export function prepareSvelteKit(root) {
  for (const config of filesNamed(root, /^svelte\.config\.[cm]?[jt]s$/)) {
    const folder = path.dirname(config)
    const generated = path.join(folder, '.svelte-kit', 'tsconfig.json')
    if (fs.existsSync(generated)) continue
    const paths = {}
    for (const [name, target] of [['$lib', 'src/lib'], ...aliasesOf(config)]) {
      const place = path.posix.relative('.svelte-kit', target.replace(/^\.\//, '').replace(/\/\*$/, ''))
      const plain = name.replace(/\/\*$/, '')
      paths[plain] = [place]
      paths[`${plain}/*`] = [`${place}/*`]
    }
    fs.mkdirSync(path.dirname(generated), { recursive: true })
    fs.writeFileSync(generated, JSON.stringify({
      compilerOptions: { paths, allowJs: true, module: 'esnext', moduleResolution: 'bundler' },
      include: ['../src/**/*', '../tests/**/*', '../vite.config.*'],
    }))
  }
}

/** Entries of `alias: {…}` with literal values. */
function aliasesOf(config) {
  const source = ts.createSourceFile(config, fs.readFileSync(config, 'utf8'), ts.ScriptTarget.Latest, true)
  const found = []
  const visit = (node) => {
    if (ts.isPropertyAssignment(node) && node.name.text === 'alias' && ts.isObjectLiteralExpression(node.initializer)) {
      for (const entry of node.initializer.properties) {
        if (ts.isPropertyAssignment(entry) && ts.isStringLiteral(entry.initializer)) {
          found.push([entry.name.text, entry.initializer.text])
        }
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}
