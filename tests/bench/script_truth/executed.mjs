// Whether a source is what an import of a package gives once the package is built.
//
//   node executed.mjs ROOT PUBLISHED ROWS
//
// ROOT is a copy of the repository, PUBLISHED a folder in which the package's own build of the same version is installed,
// ROWS a JSON list of [specifier, source] pairs. Executes `import(specifier)` there and prints the pairs for which the
// module has exactly the exports of the source: each name that runs is one of the source's, by TypeScript's word, and
// none of its values is missing.

import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'

const [root, published] = process.argv.slice(2, 4).map((folder) => fs.realpathSync(folder))
const rows = JSON.parse(fs.readFileSync(process.argv[4], 'utf8'))

/** {all, values}: the names that a source exports, and those of them that are surely values. */
function exportsOf(source) {
  const options = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, allowJs: true, types: [] }
  const program = ts.createProgram([source], options)
  const checker = program.getTypeChecker()
  const module = checker.getSymbolAtLocation(program.getSourceFile(source))
  const all = new Set()
  const values = new Set()
  for (const symbol of module ? checker.getExportsOfModule(module) : []) {
    all.add(symbol.name)
    const isType = (symbol.declarations ?? []).some(
      (each) =>
        (ts.isExportSpecifier(each) && (each.isTypeOnly || each.parent.parent.isTypeOnly)) ||
        (ts.isNamespaceExport(each) && each.parent.isTypeOnly),
    )
    const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
    if (!isType && meant.flags & ts.SymbolFlags.Value) values.add(symbol.name)
  }
  return { all, values }
}

const door = path.join(published, 'door.mjs')
fs.writeFileSync(door, 'export default (specifier) => import(specifier)\n')
const { default: load } = await import(pathToFileURL(door).href)
const confirmed = []
for (const [specifier, source] of rows) {
  try {
    const run = new Set(Object.keys(await load(specifier)))
    const { all, values } = exportsOf(path.join(root, source))
    const foreign = [...run].filter((name) => !all.has(name))
    const lacking = [...values].filter((name) => !run.has(name))
    if (run.size > 0 && !foreign.length && !lacking.length) confirmed.push([specifier, source])
    else process.stderr.write(`${specifier} is not ${source}: has ${foreign}, lacks ${lacking}\n`)
  } catch (error) {
    process.stderr.write(`${specifier}: ${error.message}\n`)
  }
}
process.stdout.write(JSON.stringify(confirmed))
process.exit(0)
