// A rule of the house is data: what it forbids, how it looks for it, and samples that show both.
// The type demands the samples, and tidy.test.ts tries each of them, so no rule is silently dead.
import { isTest, lineAt, type SourceFile } from './source-file.ts'

export interface Rule {
  readonly name: string
  /** What holds where the rule is kept, in one sentence. */
  readonly about: string
  readonly check: (files: readonly SourceFile[]) => readonly Remark[]
  /** Samples in each of which the rule finds exactly one thing. */
  readonly fires: readonly [Sample, ...Sample[]]
  /** Near misses: samples in each of which it finds nothing. */
  readonly silent: readonly [Sample, ...Sample[]]
}

/** The texts of some files by their paths. */
export type Sample = Readonly<Record<string, string>>

export interface Remark {
  readonly path: string
  readonly line: number
  /** What is wrong and what to do instead. */
  readonly message: string
}

/** What a rule says about one file: where, and what. */
export interface Note {
  readonly offset: number
  readonly message: string
}

/** Makes a check of all files from a look at one. */
export function eachFile(
  applies: (path: string) => boolean,
  look: (file: SourceFile) => readonly Note[],
): Rule['check'] {
  return (files) =>
    files
      .filter((file) => applies(file.path))
      .flatMap((file) =>
        look(file).map(({ offset, message }) => ({
          path: file.path,
          line: lineAt(file.text, offset),
          message,
        })),
      )
}

/** Words that some files may not contain as code. */
export interface Ban {
  readonly pattern: RegExp
  /** What to do instead; `$&` stands for what was found. */
  readonly message: string
  readonly fires: string
  readonly silent: string
}

/** A rule made of bans; each brings its samples, which are tried as if they stood in `at`. */
export function banning(parts: {
  readonly name: string
  readonly about: string
  readonly applies: (path: string) => boolean
  readonly at: string
  readonly bans: readonly [Ban, ...Ban[]]
}): Rule {
  const { name, about, applies, at, bans } = parts
  const [first, ...rest] = bans
  return {
    name,
    about,
    check: eachFile(applies, (file) => bans.flatMap((ban) => notesOn(file, ban))),
    fires: [{ [at]: first.fires }, ...rest.map((ban) => ({ [at]: ban.fires }))],
    silent: [{ [at]: first.silent }, ...rest.map((ban) => ({ [at]: ban.silent }))],
  }
}

function notesOn(file: SourceFile, ban: Ban): Note[] {
  const pattern = new RegExp(ban.pattern, 'g')
  return [...file.code.matchAll(pattern)].map((match) => ({
    offset: match.index,
    message: ban.message.replace('$&', () => match[0].replace(/\s+/g, ' ').trim()),
  }))
}

/** Whether a path lies in a folder and is no test. */
export function shippedFrom(...folders: readonly string[]): (path: string) => boolean {
  return (path) => folders.some((folder) => path.startsWith(folder)) && !isTest(path)
}
