/** Turns the places in what the server says, such as `src/a.py:12`, into links that open them. Knows no VS Code. */
import { posix } from "node:path";

/** A file the server named, by its path in a root. */
export interface NamedFile {
  readonly path: string;
  readonly uri: string;
}

/** In backquotes or bare: a path, perhaps with a line. A bare one stands at a word's start and has a line. */
const PLACE = /`([^`\n]+?)(?::(\d+))?`|(?<![^\s(])([^\s`:[\]()]+):(\d+)(?=[:,.\s)]|$)/g;

/** `text` with every mention of one of `files` as a Markdown link; everything else stays as it is. */
export function linked(text: string, files: Iterable<NamedFile>): string {
  const known = new Map([...files].map(({ path, uri }) => [path, uri]));
  if (known.size === 0) return text;
  return text.replace(PLACE, (whole, quoted?: string, quotedLine?: string, bare?: string, bareLine?: string) => {
    const path = quoted ?? bare ?? "";
    const uri = known.get(path);
    return uri === undefined ? whole : link(path, uri, quotedLine ?? bareLine);
  });
}

/**
 * `files` with addresses that VS Code's Markdown preview follows: it opens none that begin with `file:`, and takes those
 * that begin with a slash for paths below the first folder of the workspace.
 */
export function forPreview(files: Iterable<NamedFile>, root: string | undefined): NamedFile[] {
  return [...files].map(({ path, uri }) => ({ path, uri: root === undefined ? uri : belowRoot(uri, root) }));
}

function belowRoot(uri: string, root: string): string {
  const [file, folder] = [new URL(uri), new URL(root)];
  return file.protocol === folder.protocol ? `/${posix.relative(folder.pathname, file.pathname)}` : uri;
}

function link(path: string, uri: string, line: string | undefined): string {
  const address = uri.replaceAll("(", "%28").replaceAll(")", "%29");
  return line === undefined ? `[${escaped(path)}](${address})` : `[${escaped(path)}:${line}](${address}#L${line})`;
}

/** Underscores and stars are frequent in names, and Markdown of their own. */
function escaped(path: string): string {
  return path.replace(/[\\`*_[\]<>]/g, "\\$&");
}
