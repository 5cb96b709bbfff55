import { execFileSync } from 'node:child_process'
import { dirname, join as joinPath } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadAll } from '../../packages/cli/src/cli.ts'
import { keyNames, keys, variableOf } from '../../packages/cli/src/config/keys.ts'
import { nouns } from '../../packages/cli/src/program.ts'
import { code, join, opening, type Page, table } from './page.ts'

export const cliPage: Page = { path: 'docs/cli.md', render }

type Entry = Awaited<ReturnType<typeof loadAll>>['entries'][number]

async function render(): Promise<string> {
  const { entries } = await loadAll()
  return join(
    opening(
      'The command line',
      'the command table in packages/cli/src/program.ts',
      'Every command prints data on stdout and talk on stderr, takes `--json`, and exits as\n' +
        '[errors.md](errors.md) says.',
    ),
    fenced('text', help()),
    ...entries.map((entry) => chapter(entry, entries)).filter((text) => text !== ''),
    '## Configuration',
    'A flag wins over the environment, the environment over the file, and the file over the\n' +
      'default. `vcp config show --origin` says where each value comes from.',
    table(
      ['Key', 'Variable', 'Default', 'What it is'],
      keyNames.map((name) => [
        code(name),
        code(variableOf(name)),
        keys[name].default === null ? 'none' : code(String(keys[name].default)),
        keys[name].about,
      ]),
    ),
  )
}

/** The general help, from the program itself: its global options stand nowhere else. */
function help(): string {
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
  const main = joinPath(root, 'packages', 'cli', 'src', 'main.ts')
  return execFileSync(process.execPath, ['--conditions=source', main, '--help'], {
    encoding: 'utf8',
  })
}

function chapter(entry: Entry, entries: readonly Entry[]): string {
  const noun = entry.path.split(' ')[0]!
  const isFirst = entries.find(({ path }) => path.split(' ')[0] === noun) === entry
  const heading =
    isFirst && noun !== entry.path ? `## ${code(`vcp ${noun}`)}\n\n${about(noun)}` : ''
  return [heading, section(entry)].filter((text) => text !== '').join('\n\n')
}

function about(noun: string): string {
  const text = nouns[noun]
  return text === undefined ? '' : `${sentence(text)}`
}

function section({ path, summary, command }: Entry): string {
  const depth = path.includes(' ') ? '###' : '##'
  const forms = (command.arguments ?? []).map(({ form }) => ` ${form}`).join('')
  const takes = [...(command.arguments ?? []), ...(command.options ?? [])]
  return [
    `${depth} ${code(`vcp ${path}${forms}`)}`,
    sentence(summary),
    command.about ?? '',
    takes.length === 0
      ? ''
      : table(
          ['Takes', ''],
          takes.map(({ form, about }) => [code(form), about]),
        ),
    fenced('sh', command.examples.map(example).join('\n\n')),
  ]
    .filter((text) => text !== '')
    .join('\n\n')
}

function example({ line, about }: Entry['command']['examples'][number]): string {
  return `# ${about.replace(/\s+/g, ' ')}\n${line}`
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.:]$/.test(text) ? '' : '.'}`
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``
}
