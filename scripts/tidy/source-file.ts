import { type Import, importsOf } from './imports.ts'
import { type Stretch, scan } from './scan.ts'

/** A file of the repository as the rules see it. */
export interface SourceFile {
  /** From the root of the repository, with `/` on every system. */
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
  /** The text without comments, strings and patterns; empty where the file is not code. */
  readonly code: string
  readonly comments: readonly Comment[]
  readonly strings: ReadonlyMap<number, string>
  readonly imports: readonly Import[]
}

export interface Comment extends Stretch {
  /** Without its signs: `// a` is `a`. */
  readonly words: string
}

export function sourceFile(path: string, text: string): SourceFile {
  const lines = text.replace(/\n$/, '').split('\n')
  if (!isCode(path)) {
    return { path, text, lines, code: '', comments: [], strings: new Map(), imports: [] }
  }
  const scanned = scan(text)
  const comments = scanned.comments.map(({ start, end }) => ({
    start,
    end,
    words: wordsOf(text.slice(start, end)),
  }))
  const { code, strings } = scanned
  return { path, text, lines, code, comments, strings, imports: importsOf(scanned) }
}

/** The line on which an offset of the text stands, from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1))
    line++
  return line
}

export function isCode(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path)
}

/** Whether a file is for tests only: nothing in it ships. */
export function isTest(path: string): boolean {
  return /\.(test|conformance)\.tsx?$/.test(path) || /(^|\/)(testing|bench|e2e)\//.test(path)
}

function wordsOf(comment: string): string {
  return comment.replace(/^(\/\/+|\/\*+!?|#!)\s*|\s*\*\/$/g, '')
}
