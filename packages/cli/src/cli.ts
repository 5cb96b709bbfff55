// Runs one command line: commander for the grammar, our own words for every error.
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { CommanderError, Command as Grammar } from 'commander'
import type { Command, Context, Program } from './command.ts'
import type { Host } from './host.ts'
import { type CommandLine, commands, nouns } from './program.ts'
import { hanging, styleFor, wrapped } from './style.ts'
import { programVersion } from './version.ts'

interface GlobalOptions {
  readonly json?: boolean
  readonly debug?: boolean
  readonly dataDir?: string
  readonly coordinator?: readonly string[]
  readonly set?: readonly string[]
}

/** What a run leaves behind: its exit code, and the help of a noun that came without a verb. */
interface Outcome {
  exitCode: number
  help: string
  /** Whether the command that runs sees to its end itself. */
  endsItself: boolean
}

/** Runs `argv` (without node and script) and returns the exit code. Never throws. */
export async function runCli(argv: readonly string[], host: Host): Promise<number> {
  const outcome: Outcome = { exitCode: 0, help: '', endsItself: false }
  try {
    await Promise.race([
      grammar(host, outcome).parseAsync([...asked(argv)], { from: 'user' }),
      stop(host, outcome),
    ])
    return outcome.exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    if (error instanceof CommanderError && error.code === 'commander.help') {
      host.err(outcome.help)
      return 2
    }
    const { renderError } = await import('./render-error.ts')
    return renderError(error, host, {
      json: argv.includes('--json'),
      debug: argv.includes('--debug'),
    })
  }
}

/** `vcp help key show` is `vcp key show --help`; `vcp` alone is `vcp --help`. */
function asked(argv: readonly string[]): readonly string[] {
  if (argv.length === 0) return ['--help']
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv
}

function stop({ signal }: Host, outcome: Outcome): Promise<never> {
  return new Promise((_, reject) => {
    const interrupted = () => {
      if (!outcome.endsItself) reject(signal.reason)
    }
    if (signal.aborted) interrupted()
    else signal.addEventListener('abort', interrupted, { once: true })
  })
}

function grammar(host: Host, outcome: Outcome): Grammar {
  const program = new Grammar('vcp')
    .description('Verifiable Compute Protocol: compute with evidence anybody can check.')
    .version(programVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .option('--json', 'print data as JSON')
    .option('--data-dir <folder>', 'keys, configuration and state (VCP_DATA_DIR, default ~/.vcp)')
    .option('--coordinator <url>', 'the coordinator to talk to (VCP_COORDINATOR_URL)', collect)
    .option('--set <key=value>', 'override one configuration key; repeatable', collect)
    .option('--debug', 'show stack traces')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => host.out(text),
      writeErr: (text) => (outcome.help += text),
    })
    .exitOverride()
    .addHelpText('after', '\nStart here: vcp dev --demo     Is this machine fit? vcp doctor')
  const lines = new Map<Grammar, CommandLine>()
  for (const [path, entry] of Object.entries(commands)) {
    const words = path.split(' ')
    const parent = words
      .slice(0, -1)
      .reduce(
        (above, _, at) => nounOf(above, words.slice(0, at + 1), lines, host, outcome),
        program,
      )
    lines.set(
      parent.command(words.at(-1)!).description(entry.summary).copyInheritedSettings(program),
      entry,
    )
  }
  return loadsWhenUsed(program, lines, host, outcome)
}

/** `words` are those that lead to it, `node dataset` as well as `node`. */
function nounOf(
  above: Grammar,
  words: readonly string[],
  lines: Map<Grammar, CommandLine>,
  host: Host,
  outcome: Outcome,
): Grammar {
  const noun = words.at(-1)!
  const existing = above.commands.find((command) => command.name() === noun)
  if (existing !== undefined) return existing
  const made = above
    .command(noun)
    .description(nouns[words.join(' ')] ?? '')
    .helpCommand(false)
    .copyInheritedSettings(above)
  return loadsWhenUsed(made, lines, host, outcome)
}

function loadsWhenUsed(
  parent: Grammar,
  lines: Map<Grammar, CommandLine>,
  host: Host,
  outcome: Outcome,
): Grammar {
  return parent.hook('preSubcommand', async (_, leaf) => {
    const entry = lines.get(leaf)
    if (entry !== undefined) fill(leaf, (await entry.load()).command, host, outcome)
  })
}

function fill(leaf: Grammar, command: Command, host: Host, outcome: Outcome): void {
  for (const { form, about } of command.arguments ?? []) leaf.argument(form, about)
  for (const { form, about } of command.options ?? []) leaf.option(form, about)
  const columns = Math.min(host.terminal.columns, 100)
  const about = wrapped(command.about ?? '', columns)
  if (about !== '') leaf.addHelpText('before', `${about}\n`)
  const examples = command.examples.map(({ line, about: use }) => {
    const margin = 6
    return `  ${line}\n${' '.repeat(margin)}${hanging(use, margin, columns)}`
  })
  leaf.addHelpText('after', `\nExamples:\n${examples.join('\n')}`)
  leaf.action(async () => {
    const globals = leaf.optsWithGlobals<GlobalOptions>()
    const context = await contextFor(globals, host, command)
    const named = leaf.registeredArguments.map((argument, i) => [
      argument.name(),
      leaf.processedArgs[i],
    ])
    const given = { ...Object.fromEntries(named), ...leaf.opts() }
    const { checkInput } = await import('./check-input.ts')
    outcome.endsItself = command.endsItself === true
    const data = await command.run(checkInput(command, given), context)
    const style = styleFor(host.terminal.hasColour, host.terminal.columns)
    // A command that prints as it goes leaves nothing for the end.
    if (data === undefined) return
    const text = globals.json === true ? JSON.stringify(data, null, 2) : command.text(data, style)
    if (text !== '') host.out(text.endsWith('\n') ? text : `${text}\n`)
    const talk = globals.json === true ? '' : (command.talk?.(data, style) ?? '')
    if (talk !== '') host.err(`${talk}\n`)
    outcome.exitCode = command.exitCode?.(data) ?? 0
  })
}

async function contextFor(
  globals: GlobalOptions,
  host: Host,
  { namesPeers }: Pick<Command, 'namesPeers'>,
): Promise<Context> {
  const { known, readOverrides, readSettings } = await import('./config/settings.ts')
  const dataDir = resolve(globals.dataDir ?? host.env['VCP_DATA_DIR'] ?? join(homedir(), '.vcp'))
  const overrides = readOverrides(globals.set ?? [], globals.coordinator ?? [], namesPeers === true)
  for (const key of Object.keys(overrides)) known(key, 'on the command line')
  return {
    host,
    dataDir,
    isDataDirNamed: globals.dataDir !== undefined,
    json: globals.json === true,
    overrides,
    settings: () => readSettings({ dataDir, env: host.env, overrides }),
    program: loadAll,
  }
}

/** Loads every command, for completion scripts and the generated reference. */
export async function loadAll(): Promise<Program> {
  const entries = await Promise.all(
    Object.entries(commands).map(async ([path, { summary, load }]) => {
      const { command } = await load()
      return { path, summary, command }
    }),
  )
  return { entries, nouns }
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
