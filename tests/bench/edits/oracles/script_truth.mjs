// What TypeScript says of edits: the errors in some files of a project, before and after the edit.
//
//   node script_truth.mjs ROOT CONFIG
//
// CONFIG: path of the tsconfig.json relative to ROOT. Each line of standard input is {"ask": "errors", "files":
// {path: text or null}, "paths": [path]} or {"ask": "reload"}; each line of standard output answers one:
// {"before": [...], "after": [...]}, errors as {path, line, message}. Paths are relative to ROOT. What is merely unused is
// no error here, whatever the project says.

import fs from 'node:fs'
import path from 'node:path'
import readline from 'node:readline'
import ts from 'typescript'

const root = fs.realpathSync(process.argv[2])
const config = path.join(root, process.argv[3])
let service = open()

function open() {
  const { config: table } = ts.readConfigFile(config, ts.sys.readFile)
  const parsed = ts.parseJsonConfigFileContent(table ?? {}, ts.sys, path.dirname(config), {}, config)
  const options = {
    ...parsed.options, noUnusedLocals: false, noUnusedParameters: false, isolatedDeclarations: false,
    composite: false, incremental: false, noEmit: true, skipLibCheck: true, types: (parsed.options.types ?? []),
  }
  const files = new Set(parsed.fileNames.filter((file) => !file.includes('node_modules')))
  const overlay = new Map()
  const versions = new Map()
  let version = 0
  const snapshots = new Map()
  const host = {
    getCompilationSettings: () => options,
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    getScriptFileNames: () => [...files].filter((file) => overlay.get(file) !== null),
    getProjectVersion: () => `${version}`,
    getScriptVersion: (file) => `${versions.get(file) ?? 0}`,
    getScriptSnapshot: (file) => {
      if (overlay.get(file) === null) return undefined
      const key = `${file}@${versions.get(file) ?? 0}`
      if (!snapshots.has(key)) {
        const text = overlay.get(file) ?? ts.sys.readFile(file)
        if (text === undefined) return undefined
        if (overlay.has(file)) return ts.ScriptSnapshot.fromString(text)
        snapshots.set(key, ts.ScriptSnapshot.fromString(text))
      }
      return snapshots.get(key)
    },
    fileExists: (file) => (overlay.has(file) ? overlay.get(file) !== null : ts.sys.fileExists(file)),
    readFile: (file) => overlay.get(file) ?? ts.sys.readFile(file),
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    realpath: ts.sys.realpath,
  }
  const languageService = ts.createLanguageService(host)
  const put = (files_) => {
    version += 1
    for (const [file, text] of files_) {
      if (text === undefined) overlay.delete(file)
      else overlay.set(file, text)
      if (text !== undefined && text !== null) files.add(file)
      versions.set(file, version)
    }
  }
  return { languageService, put, isThere: (file) => host.fileExists(file), files }
}

// What stays the same of an error whatever else was checked before it: the compiler lists the members of unions in the
// order in which it met them, and leaves some out.
function keyOf(code, message) {
  return / \| |\.\.\./.test(message) ? `TS${code}` : message
}

function errorsIn(paths) {
  const found = []
  const program = service.languageService.getProgram()
  for (const relative of paths) {
    const file = path.join(root, relative)
    if (!service.isThere(file) || !program.getSourceFile(file)) continue
    const rows = [...service.languageService.getSyntacticDiagnostics(file), ...service.languageService.getSemanticDiagnostics(file)]
    for (const row of rows) {
      if (row.category !== ts.DiagnosticCategory.Error || row.start === undefined) continue
      const { line } = row.file.getLineAndCharacterOfPosition(row.start)
      const message = `TS${row.code} ${ts.flattenDiagnosticMessageText(row.messageText, ' ')}`
      found.push({ path: path.relative(root, row.file.fileName), line: line + 1, message, key: keyOf(row.code, message) })
    }
  }
  return found
}

const known = new Map()
for await (const line of readline.createInterface({ input: process.stdin })) {
  const question = JSON.parse(line)
  if (question.ask === 'reload') {
    service = open()
    known.clear()
    process.stdout.write('{"before": [], "after": []}\n')
    continue
  }
  const fresh = question.paths.filter((each) => !known.has(each))
  const rows = errorsIn(fresh)
  for (const each of fresh) known.set(each, rows.filter((row) => row.path === each))
  const before = question.paths.flatMap((each) => known.get(each))
  const files = Object.entries(question.files).map(([file, text]) => [path.join(root, file), text])
  const created = files.filter(([file]) => !service.files.has(file)).map(([file]) => file)
  service.put(files)
  const after = errorsIn(question.paths)
  service.put(files.map(([file]) => [file, undefined]))
  for (const file of created) service.files.delete(file)
  process.stdout.write(`${JSON.stringify({ before, after })}\n`)
}
