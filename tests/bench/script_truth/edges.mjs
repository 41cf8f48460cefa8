// Where the imports of a repository lead, by TypeScript's own resolution and by dependency-cruiser.
//
//   node edges.mjs ROOT FILES
//
// ROOT is a copy of the repository that may be written to, FILES a JSON list of its code files (paths relative to ROOT).
// Prints {file: {specifier: {typescript, cruiser}}}: the file of ROOT that each leads to, or null.
//
// Before anything is resolved, the packages of the workspace are linked into `node_modules` where a package declares
// them, as its package manager would; and `.svelte-kit/tsconfig.json` is written with the aliases of SvelteKit, as
// `svelte-kit sync` would. A file is resolved with the options of the project that includes it, as the TypeScript
// server finds it. Needs typescript, dependency-cruiser, @vue/compiler-sfc and svelte beside this file.

import fs from 'node:fs'
import path from 'node:path'
import { cruise } from 'dependency-cruiser'
import tsconfigPaths from 'tsconfig-paths'
import ts from 'typescript'
import { linkPackages, prepareSvelteKit } from './workspace.mjs'
import { codeOf, COMPONENT } from './components.mjs'
import { ProjectFinder } from './projects.mjs'

// Calls whose first argument is a module by definition of Node, Jest and Vitest. `import` and `require` are known.
const LOADERS = [
  'require.resolve', 'jest.mock', 'jest.doMock', 'jest.unmock', 'jest.requireActual', 'jest.requireMock',
  'vi.mock', 'vi.doMock', 'vi.importActual', 'vi.importMock', 'vi.unmock', 'vi.doUnmock',
]

const root = fs.realpathSync(process.argv[2])
const files = JSON.parse(fs.readFileSync(process.argv[3], 'utf8'))
process.chdir(root)
const known = new Set(files)
linkPackages(root)
prepareSvelteKit(root)
const projects = new ProjectFinder(root)
const bundlerExtensions = fs.existsSync(path.join(root, 'vue.config.js')) // Vue CLI tries `.vue` after `.js`

const relative = (file) => {
  if (!file) return null
  const real = fs.existsSync(file) ? fs.realpathSync(file) : file
  const inside = path.relative(root, real)
  return inside.startsWith('..') ? null : inside
}
const inRepository = (file) => {
  const inside = relative(file)
  return inside !== null && known.has(inside) ? inside : null
}

/** Specifiers of a text: [specifier, literal] pairs. */
function specifiersOf(source) {
  const found = []
  const take = (node) => {
    if (node && ts.isStringLiteralLike(node) && node.text) found.push(node)
  }
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) take(node.moduleSpecifier)
    else if (ts.isExternalModuleReference(node)) take(node.expression)
    else if (ts.isImportTypeNode(node)) take(node.argument.literal)
    else if (ts.isCallExpression(node)) {
      const callee = node.expression
      const name = callee.kind === ts.SyntaxKind.ImportKeyword ? 'import' : callee.getText(source)
      if (name === 'import' || name === 'require' || LOADERS.includes(name)) {
        const first = node.arguments[0]
        take(first && ts.isStringLiteralLike(first) ? first : undefined)
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

// TypeScript knows components by their declarations: `X.vue` is found as if `X.vue.d.ts` or `X.d.vue.ts` lay beside it.
const DECLARED = /(?:\.(vue|svelte)\.d\.ts|\.d\.(vue|svelte)\.ts)$/
const componentOf = (declared) => declared.replace(DECLARED, (_, left, right) => `.${left ?? right}`)
const isDeclared = (file) => DECLARED.test(file) && !ts.sys.fileExists(file) && ts.sys.fileExists(componentOf(file))
const host = { ...ts.sys, fileExists: (file) => ts.sys.fileExists(file) || isDeclared(file) }

function resolveByTypeScript(file, specifier, mode, options) {
  const plain = specifier.replace(/[?].*$/, '')
  const beside = path.resolve(path.dirname(file), plain)
  if (plain.startsWith('.') && COMPONENT.test(plain) && fs.existsSync(beside)) return inRepository(beside)
  const attempts = [plain]
  if (bundlerExtensions) attempts.push(`${plain}.vue`, `${plain}/index.vue`)
  for (const attempt of attempts) {
    const { resolvedModule } = ts.resolveModuleName(attempt, file, options, host, undefined, undefined, mode)
    if (resolvedModule) {
      const target = resolvedModule.resolvedFileName
      return inRepository(isDeclared(target) ? componentOf(target) : target)
    }
  }
  return null
}

/** Whether a package of the workspace is installed under the name, as seen from a file. */
function isLinked(file, specifier) {
  if (/^[./#]/.test(specifier)) return false
  const name = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
  for (let at = path.dirname(file); at.startsWith(root); at = path.dirname(at)) {
    const link = path.join(at, 'node_modules', name)
    if (fs.existsSync(link)) return fs.lstatSync(link).isSymbolicLink()
  }
  return false
}

const answers = {}
const byProject = new Map()
for (const file of files) {
  const project = projects.of(file)
  byProject.set(project.config, [...(byProject.get(project.config) ?? []), file])
  const absolute = path.join(root, file)
  const { text, kind } = codeOf(absolute)
  const source = ts.createSourceFile(absolute, text, { languageVersion: ts.ScriptTarget.Latest }, true, kind)
  const options = { ...project.options, allowJs: true, resolveJsonModule: true }
  const format = ts.getImpliedNodeFormatForFile(absolute, undefined, host, options)
  source.impliedNodeFormat = format
  const rows = (answers[file] = {})
  for (const literal of specifiersOf(source)) {
    const mode = ts.getModeForUsageLocation(source, literal, options)
    let target = resolveByTypeScript(absolute, literal.text, mode, options)
    if (!target && isLinked(absolute, literal.text)) {
      // The package is not built. A project further up may say where its source lies (`paths`).
      for (const config of projects.above(file)) {
        target ??= resolveByTypeScript(absolute, literal.text, mode, { ...projects.optionsOf(config), allowJs: true })
      }
    }
    const row = (rows[literal.text] ??= { typescript: null, cruiser: null })
    row.typescript ??= target
  }
}

/** dependency-cruiser reads the file itself and stops at one that is broken on purpose (in tests of tools). */
function readableByCruiser(config) {
  try {
    tsconfigPaths.loadConfig(config)
    return true
  } catch {
    return false
  }
}

const EXTENSIONS = ['.ts', '.tsx', '.d.ts', '.js', '.jsx', '.mjs', '.cjs', '.mts', '.cts', '.vue', '.svelte', '.json']
for (const [config, members] of byProject) {
  const custom = config ? (projects.optionsOf(config).customConditions ?? []) : []
  const tsConfig = config ? { options: projects.optionsOf(config) } : undefined
  const readable = config && readableByCruiser(config)
  const result = await cruise(
    members,
    {
      tsPreCompilationDeps: true,
      exoticRequireStrings: LOADERS,
      doNotFollow: 'node_modules',
      ...(readable ? { tsConfig: { fileName: config } } : {}),
      enhancedResolveOptions: {
        exportsFields: ['exports'],
        conditionNames: [...custom, 'types', 'import', 'require', 'node', 'default'],
        extensions: EXTENSIONS,
      },
    },
    {},
    { tsConfig },
  )
  const own = new Set(members)
  for (const module of result.output.modules) {
    if (!own.has(module.source)) continue // followed from here, but of another project
    const rows = answers[module.source]
    for (const dependency of module.dependencies) {
      const row = (rows[dependency.module] ??= { typescript: null, cruiser: null })
      if (!dependency.couldNotResolve) row.cruiser ??= inRepository(path.join(root, dependency.resolved))
    }
  }
}
process.stdout.write(JSON.stringify({ versions: { typescript: ts.version, node: process.version }, files: answers }))
