// Commands are data: what they take, what they return, how that reads. They are tested in process,
// by calling `run`, or through `runCli` with a host of the test's own.
import type * as z from 'zod'
import type { Settings } from './config/settings.ts'
import type { Host } from './host.ts'
import type { Style } from './style.ts'

/** `<name>` must be given, `[name]` may be, `[name...]` takes all that follow. */
export interface Argument {
  readonly form: string
  readonly about: string
  /** What it may be, where that is a short list; completion offers these. */
  readonly choices?: readonly string[]
}

/** `--fix`, `--out <file>`, `-n, --count <n>`: what follows the name is its value. */
export interface Option {
  readonly form: string
  readonly about: string
}

export interface Example {
  readonly line: string
  readonly about: string
}

export interface Context {
  readonly host: Host
  /** The folder that holds keys, configuration and state; it may not exist yet. */
  readonly dataDir: string
  /** Whether --data-dir named it. */
  readonly isDataDirNamed: boolean
  /** Whether data is printed as JSON; a command needs this only to decide about progress. */
  readonly json: boolean
  /** The configuration as it is in force: flag, then environment, then file, then default. */
  settings(): Settings
  /** Values given on the command line for configuration keys, unchecked: for `config` itself. */
  readonly overrides: Readonly<Record<string, string>>
  /** The whole program, for `completion`. */
  program(): Promise<Program>
}

export interface Command<Schema extends z.ZodType = z.ZodType, Data = unknown> {
  /** A paragraph for `--help`, beyond the summary in the table. */
  readonly about?: string
  readonly arguments?: readonly Argument[]
  readonly options?: readonly Option[]
  readonly examples: readonly [Example, ...Example[]]
  /** Checks arguments and options, by their camelCase names, before `run` sees them. */
  readonly input: Schema
  /** Whether it comes to its end by itself when the user asks to stop; others are abandoned. */
  readonly endsItself?: true
  /** Whether --coordinator may be given several times, and as multiaddrs of peers. */
  readonly namesPeers?: true
  run(input: z.infer<Schema>, context: Context): Promise<Data>
  /** The data as a person reads it; `--json` prints the data itself. */
  text(data: Data, style: Style): string
  /** What is said about the data on stderr, unless it is printed as JSON. */
  talk?(data: Data, style: Style): string
  /** The exit code, where it is not 0 although nothing failed. */
  exitCode?(data: Data): number
}

/** A command with its name, as a table of the program holds it. */
export interface CommandEntry {
  readonly path: string
  readonly summary: string
  readonly command: Command
}

/** Every command of the program, loaded, and what its nouns stand for. */
export interface Program {
  readonly entries: readonly CommandEntry[]
  readonly nouns: Readonly<Record<string, string>>
}

export function defineCommand<Schema extends z.ZodType, Data>(
  command: Command<Schema, Data>,
): Command {
  // Erases the types of input and data: only `run` and `text` of the same command meet them.
  return command as unknown as Command
}
