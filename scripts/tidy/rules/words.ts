import { basename } from 'node:path/posix'
import { banning, eachFile, type Note, type Rule } from '../rule.ts'
import { isCode, type SourceFile } from '../source-file.ts'

const AT = 'packages/mesh/src/a.ts'

/** Words that the glossary has another word for. */
const SYNONYMS: Readonly<Record<string, string>> = { job: 'task', jobs: 'tasks' }

const inSources = (path: string) => /^packages\/[^/]+\/src\//.test(path) && isCode(path)

export const glossary: Rule = {
  name: 'glossary',
  about: 'one word per concept: a task is not called a job',
  check: eachFile(inSources, (file) => {
    const inName = wordsIn(basename(file.path).replace(/\..*$/, ''))
      .filter((word) => Object.hasOwn(SYNONYMS, word))
      .map((word) => ({ offset: 0, message: say(word) }))
    return [...inName, ...synonymsIn(file)]
  }),
  fires: [
    { [AT]: 'const job = 1' },
    { [AT]: 'interface JobQueue {}' },
    { [AT]: 'const a = { openJobs: 1 }' },
    { [AT]: 'const a = { job_id: 1 }' },
    { [AT]: 'const MAX_JOBS = 1' },
    { 'packages/mesh/src/job-queue.ts': '' },
  ],
  silent: [
    { [AT]: "// the job of this file\nconst a = 'job'" },
    { [AT]: 'const jobless = cronjob' },
    { [AT]: 'const a = library.jobs' },
    { 'scripts/a.ts': 'const job = 1' },
  ],
}

function synonymsIn(file: SourceFile): Note[] {
  return [...file.code.matchAll(/(?<![.\w$])[A-Za-z_$][\w$]*/g)].flatMap(({ 0: name, index }) =>
    wordsIn(name)
      .filter((word) => Object.hasOwn(SYNONYMS, word))
      .map((word) => ({ offset: index, message: say(word) })),
  )
}

/** `openJobs`, `open_jobs` and `open-jobs` are open and jobs. */
function wordsIn(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
}

function say(word: string): string {
  return `the glossary says ${SYNONYMS[word]}, not ${word}`
}

export const suppression: Rule = {
  name: 'suppression',
  about: 'a rule is switched off only with a reason, and types never',
  check: eachFile(isCode, (file) =>
    file.comments.flatMap(({ start, words }) =>
      suppressions
        .filter(({ directive, reasoned }) => directive.test(words) && !reasoned.test(words))
        .map(({ message }) => ({ offset: start, message })),
    ),
  ),
  fires: [
    { [AT]: '// biome-ignore lint/suspicious/noConsole\na()' },
    { [AT]: '// biome-ignore lint/suspicious/noConsole:\na()' },
    { [AT]: '/* biome-ignore-all lint */\na()' },
    { [AT]: '// @ts-expect-error\na()' },
    { [AT]: '// @ts-expect-error the wrong type\na()' },
    { [AT]: '// @ts-ignore: the types are wrong\na()' },
    { [AT]: '// @ts-nocheck: the types are wrong\na()' },
  ],
  silent: [
    { [AT]: '// biome-ignore lint/suspicious/noConsole: this is what the program is for\na()' },
    { [AT]: '// @ts-expect-error: a hostile caller has no types\na()' },
    { [AT]: '// a biome-ignore, or a @ts-ignore, in prose\na()' },
    { [AT]: "const a = '// @ts-ignore'" },
  ],
}

const NEVER = /^(?!)/
const suppressions = [
  {
    directive: /^biome-ignore/,
    reasoned: /^biome-ignore(?:-all|-start|-end)?\s+[\w/]+(?:\([^)]*\))?\s*:\s*\S/,
    message: 'say why the rule does not hold here: `biome-ignore <rule>: <reason>`',
  },
  {
    directive: /^@ts-expect-error/,
    reasoned: /^@ts-expect-error:\s*\S/,
    message: 'say why the types do not hold here: `@ts-expect-error: <reason>`',
  },
  {
    directive: /^@ts-(?:ignore|nocheck)/,
    reasoned: NEVER,
    message: 'types are never switched off: correct them, or @ts-expect-error with a reason',
  },
]

export const noAny: Rule = banning({
  name: 'no-any',
  about: 'nothing is cast to any',
  applies: isCode,
  at: AT,
  bans: [
    {
      pattern: /(?<![.\w$])as\s+any\b/,
      message: 'never `as any`: parse it with a schema, or say what it is',
      fires: 'const a = b as any',
      silent: 'const a = b as anything // as any',
    },
  ],
})

export const unfinished: Rule = {
  name: 'unfinished',
  about: 'nothing is left for later in a comment',
  check: eachFile(isCode, (file) =>
    file.comments
      .filter(({ words }) => /(?<![`'"\w])(?:TODO|FIXME|XXX|HACK)\b(?![`'"])/.test(words))
      .map(({ start }) => ({
        offset: start,
        message: 'do it now, or open an issue and say nothing here',
      })),
  ),
  fires: [{ [AT]: '// TODO: write this' }, { [AT]: '/* a\n * FIXME b */' }],
  silent: [{ [AT]: "const a = 'TODO'" }, { [AT]: '// `TODO` in a comment is found by tidy' }],
}
