// The code of a file: of a component of Vue or Svelte its script blocks, by the compiler of each.

import fs from 'node:fs'
import path from 'node:path'
import { parse as parseVue } from '@vue/compiler-sfc'
import { parse as parseSvelte } from 'svelte/compiler'
import ts from 'typescript'

export const COMPONENT = /\.(vue|svelte)$/

const KINDS = {
  '.ts': ts.ScriptKind.TS, '.mts': ts.ScriptKind.TS, '.cts': ts.ScriptKind.TS, '.tsx': ts.ScriptKind.TSX,
  '.js': ts.ScriptKind.JSX, '.jsx': ts.ScriptKind.JSX, '.mjs': ts.ScriptKind.JSX, '.cjs': ts.ScriptKind.JSX,
}

/** The text, of the same length and with code at the same places, and how TypeScript is to read it. */
export function codeOf(file) {
  const text = fs.readFileSync(file, 'utf8')
  const extension = path.extname(file)
  if (extension === '.vue') return vueCode(text)
  if (extension === '.svelte') return svelteCode(text)
  return { text, kind: KINDS[extension] ?? ts.ScriptKind.TS }
}

function kept(text, spans) {
  let code = text.replace(/[^\n\r]/g, ' ')
  for (const [start, end] of spans) code = code.slice(0, start) + text.slice(start, end) + code.slice(end)
  return code
}

function vueCode(text) {
  const { descriptor } = parseVue(text, { sourceMap: false, ignoreEmpty: false })
  const blocks = [descriptor.script, descriptor.scriptSetup].filter(Boolean)
  let code = kept(text, blocks.map((block) => [block.loc.start.offset, block.loc.end.offset]))
  for (const block of blocks) if (block.src) code += `\nexport * from ${JSON.stringify(block.src)}`
  return { text: code, kind: blocks.some((block) => block.lang === 'ts') ? ts.ScriptKind.TS : ts.ScriptKind.TSX }
}

function svelteCode(text) {
  let blocks
  try {
    const tree = parseSvelte(text, { modern: true })
    blocks = [tree.module, tree.instance].filter(Boolean).map((block) => [block.content.start, block.content.end])
  } catch {
    // Not Svelte 5's syntax: the blocks are found all the same.
    const scripts = /<script\b[^>]*>([\s\S]*?)<\/script>/g
    blocks = [...text.matchAll(scripts)].map((found) => {
      const start = found.index + found[0].indexOf('>') + 1
      return [start, start + found[1].length]
    })
  }
  const typed = /<script\b[^>]*\blang=["']?ts/.test(text)
  return { text: kept(text, blocks), kind: typed ? ts.ScriptKind.TS : ts.ScriptKind.TSX }
}
