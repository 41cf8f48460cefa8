// A code base as TypeScript sees it: the files of its root project, and places as offsets into UTF-8.

import path from 'node:path'
import ts from 'typescript'

/** {options, files}: what the root's tsconfig.json says; files by their paths relative to the root. */
export function codeBase(root) {
  const config = path.join(root, 'tsconfig.json')
  const { config: table } = ts.readConfigFile(config, ts.sys.readFile)
  const { options, fileNames } = ts.parseJsonConfigFileContent(table, ts.sys, root)
  const files = fileNames.map((file) => path.relative(root, file)).filter((file) => !file.includes('node_modules'))
  return { options, files: files.sort() }
}

/** Offsets of a text in UTF-16 code units and in bytes of UTF-8, both ways. */
export class Offsets {
  #bytes = null

  constructor(text) {
    if (Buffer.byteLength(text) === text.length) return
    this.#bytes = new Uint32Array(text.length + 1)
    let count = 0
    for (let at = 0; at < text.length; at += 1) {
      this.#bytes[at] = count
      const unit = text.charCodeAt(at)
      const isPair = unit >= 0xd800 && unit < 0xe000 // each half of a pair counts two of its four bytes
      count += unit < 0x80 ? 1 : unit < 0x800 || isPair ? 2 : 3
    }
    this.#bytes[text.length] = count
  }

  bytes(unit) {
    return this.#bytes ? this.#bytes[unit] : unit
  }

  units(byte) {
    if (!this.#bytes) return byte
    let [low, high] = [0, this.#bytes.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#bytes[middle] < byte) low = middle + 1
      else high = middle
    }
    return low
  }
}
