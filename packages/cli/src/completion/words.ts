import type { Program } from '../command.ts'

/** What can follow on a command line, by what stands before it. */
export interface Words {
  /** After `vcp`, after `vcp key`, after `vcp key show`: each candidate with what it means. */
  readonly after: ReadonlyMap<string, readonly Word[]>
}

export interface Word {
  readonly text: string
  readonly about: string
}

const everywhere: readonly Word[] = [
  { text: '--json', about: 'print data as JSON' },
  { text: '--data-dir', about: 'keys, configuration and state' },
  { text: '--coordinator', about: 'the coordinator to talk to' },
  { text: '--set', about: 'override one configuration key' },
  { text: '--debug', about: 'show stack traces' },
  { text: '--help', about: 'show help' },
]

export function wordsOf({ entries, nouns }: Program): Words {
  const after = new Map<string, Word[]>([['', []]])
  for (const { path, summary, command } of entries) {
    const [above, word] = split(path)
    childrenOf(after, above, nouns).push({ text: word, about: summary })
    const choices = command.arguments?.[0]?.choices ?? []
    after.set(path, [
      ...choices.map((text) => ({ text, about: command.arguments?.[0]?.about ?? '' })),
      ...(command.options ?? []).map(({ form, about }) => ({ text: longName(form), about })),
      ...everywhere,
    ])
  }
  return { after }
}

function childrenOf(after: Map<string, Word[]>, noun: string, nouns: Program['nouns']): Word[] {
  const existing = after.get(noun)
  if (existing !== undefined) return existing
  const made: Word[] = []
  after.set(noun, made)
  const [above, word] = split(noun)
  childrenOf(after, above, nouns).push({ text: word, about: nouns[noun] ?? '' })
  return made
}

/** What leads to the last word, and the last word. */
function split(path: string): readonly [above: string, word: string] {
  const words = path.split(' ')
  return [words.slice(0, -1).join(' '), words.at(-1)!]
}

/** `-n, --count <n>` is completed as `--count`. */
function longName(form: string): string {
  return form.split(/[ ,]+/).find((word) => word.startsWith('--')) ?? form
}
