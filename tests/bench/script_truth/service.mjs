// TypeScript's language service over a code base, asked line by line.
//
//   node service.mjs ROOT
//
// Each line of standard input is {ask, path, start}; each line of standard output answers one.
//   ask "definition": {places: [[path, start]], outside}: what the name there means, "outside" of the code base as well.
//   ask "references": {own: [[path, start]], related: bool}: the names that mean the same definition; `related`: whether
//     there are others by way of what it overrides, implements or is overridden by.
// Offsets into the UTF-8 text. Places in comments are left out.

import fs from 'node:fs'
import path from 'node:path'
import readline from 'node:readline'
import ts from 'typescript'
import { codeBase, Offsets } from './code_base.mjs'

const root = fs.realpathSync(process.argv[2])
const { options, files } = codeBase(root)
const known = new Set(files)
const texts = new Map()
const snapshots = new Map()
const textOf = (file) => {
  if (!texts.has(file)) texts.set(file, ts.sys.readFile(file))
  return texts.get(file)
}
const service = ts.createLanguageService({
  getCompilationSettings: () => options,
  getCurrentDirectory: () => root,
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  getScriptFileNames: () => files.map((file) => path.join(root, file)),
  getProjectVersion: () => '1', // nothing changes: no question need look
  getScriptVersion: () => '1',
  getScriptSnapshot: (file) => {
    const text = textOf(file)
    if (text !== undefined && !snapshots.has(file)) snapshots.set(file, ts.ScriptSnapshot.fromString(text))
    return snapshots.get(file)
  },
  fileExists: ts.sys.fileExists,
  readFile: ts.sys.readFile,
  readDirectory: ts.sys.readDirectory,
  directoryExists: ts.sys.directoryExists,
  getDirectories: ts.sys.getDirectories,
  realpath: ts.sys.realpath,
})

const offsets = new Map()
const offsetsOf = (file) => {
  if (!offsets.has(file)) offsets.set(file, new Offsets(textOf(path.join(root, file))))
  return offsets.get(file)
}
const place = (fileName, unit) => {
  const file = path.relative(root, fileName)
  return known.has(file) ? [file, offsetsOf(file).bytes(unit)] : null
}

// Starts of names in code, not in comments.
const names = new Map()
function isName(file, unit) {
  if (!names.has(file)) {
    const found = new Set()
    const source = service.getProgram().getSourceFile(path.join(root, file))
    const visit = (node) => {
      if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) found.add(node.getStart(source))
      ts.forEachChild(node, visit)
    }
    visit(source)
    names.set(file, found)
  }
  return names.get(file).has(unit)
}

function definition(absolute, unit) {
  const found = service.getDefinitionAtPosition(absolute, unit) ?? []
  const places = found.map((each) => place(each.fileName, each.textSpan.start))
  return { places: places.filter(Boolean), outside: places.includes(null) }
}

function references(absolute, unit) {
  const starts = new Set((service.getDefinitionAtPosition(absolute, unit) ?? []).map((each) => `${each.fileName}@${each.textSpan.start}`))
  starts.add(`${absolute}@${unit}`)
  const own = []
  let related = false
  for (const { definition: defined, references: rows } of service.findReferences(absolute, unit) ?? []) {
    const isOwn = starts.has(`${defined.fileName}@${defined.textSpan.start}`) || defined.kind === 'alias'
    for (const row of rows) {
      const found = place(row.fileName, row.textSpan.start)
      if (!found || !isName(found[0], row.textSpan.start)) continue
      if (isOwn) own.push(found)
      else related = related || !row.isDefinition
    }
  }
  return { own, related }
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { ask, path: file, start } = JSON.parse(line)
  const absolute = path.join(root, file)
  const unit = offsetsOf(file).units(start)
  const answer = ask === 'definition' ? definition(absolute, unit) : references(absolute, unit)
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
