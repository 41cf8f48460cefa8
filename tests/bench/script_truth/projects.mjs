// Which project (tsconfig.json, jsconfig.json) holds for a file, as the TypeScript server finds it: the nearest
// configuration that includes the file, itself or by a project it refers to; if none does, the nearest of all.

import fs from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

const COMPONENTS = ['.vue', '.svelte'].map((extension) => ({
  extension, isMixedContent: true, scriptKind: ts.ScriptKind.Deferred,
}))
const NO_PROJECT = { config: null, options: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler } }

export class ProjectFinder {
  #root
  #parsed = new Map()

  constructor(root) {
    this.#root = root
  }

  /** {config, options} of a file given relative to the root; `config` is null where there is none. */
  of(file) {
    const absolute = path.join(this.#root, file)
    const configs = this.#above(path.dirname(absolute))
    for (const config of configs) {
      const project = this.#including(config, absolute, 0)
      if (project) return project
    }
    return configs.length ? { config: configs[0], options: this.optionsOf(configs[0]) } : NO_PROJECT
  }

  optionsOf(config) {
    return this.#parse(config).options
  }

  /** Configurations in the folders above a file, the nearest first. */
  above(file) {
    return this.#above(path.dirname(path.join(this.#root, file)))
  }

  #above(folder) {
    const found = []
    for (let at = folder; at.startsWith(this.#root); at = path.dirname(at)) {
      const config = ['tsconfig.json', 'jsconfig.json'].map((name) => path.join(at, name)).find(fs.existsSync)
      if (config) found.push(config)
    }
    return found
  }

  #including(config, file, depth) {
    const parsed = this.#parse(config)
    if (parsed.files.has(file)) return { config, options: parsed.options }
    if (depth > 4) return null
    for (const reference of parsed.references) {
      const project = fs.existsSync(reference) ? this.#including(reference, file, depth + 1) : null
      if (project) return project
    }
    return null
  }

  #parse(config) {
    let parsed = this.#parsed.get(config)
    if (!parsed) {
      const { config: table } = ts.readConfigFile(config, ts.sys.readFile)
      // JavaScript is resolved by the same options, included or not by `allowJs`.
      const result = ts.parseJsonConfigFileContent(
        table ?? {}, ts.sys, path.dirname(config), { allowJs: true }, config, undefined, COMPONENTS,
      )
      parsed = {
        files: new Set(result.fileNames),
        options: result.options,
        references: (result.projectReferences ?? []).map((each) => ts.resolveProjectReferencePath(each)),
      }
      this.#parsed.set(config, parsed)
    }
    return parsed
  }
}
