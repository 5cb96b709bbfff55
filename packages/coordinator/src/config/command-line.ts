import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { VcpError } from '@vcp/protocol'

export interface CommandLine {
  readonly dataDir: string
  /** Of the configuration file. */
  readonly file: string
  /** By key of the configuration. */
  readonly flags: Readonly<Record<string, string>>
}

const options = {
  'data-dir': { type: 'string' },
  config: { type: 'string' },
  'http-host': { type: 'string' },
  'http-port': { type: 'string' },
  listen: { type: 'string', multiple: true },
  database: { type: 'string' },
  set: { type: 'string', multiple: true },
} as const

/** Flags that are short for a key. */
const short = {
  'http-host': 'http.host',
  'http-port': 'http.port',
  database: 'database.url',
} as const

export function readCommandLine(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): CommandLine {
  const given = parse(argv)
  const named = Object.entries(short).flatMap(([flag, key]) => {
    const value = given[flag as keyof typeof short]
    return value === undefined ? [] : [[key, value]]
  })
  const dataDir = resolve(
    given['data-dir'] ?? env['VCP_COORDINATOR_DATA_DIR'] ?? join(homedir(), '.vcp', 'coordinator'),
  )
  const file = given.config ?? join(dataDir, 'coordinator.json')
  if (given.listen !== undefined) named.push(['mesh.listen', given.listen.join(',')])
  return { dataDir, file, flags: Object.fromEntries([...pairs(given.set ?? []), ...named]) }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: false }).values
  } catch (cause) {
    const flags = Object.keys(options).map((name) => `--${name}`)
    throw new VcpError('USAGE', {
      message: (cause as Error).message,
      hint: `A coordinator takes ${flags.join(', ')}.`,
      cause,
    })
  }
}

function pairs(set: readonly string[]): string[][] {
  return set.map((text) => {
    const at = text.indexOf('=')
    if (at < 1) throw new VcpError('USAGE', { message: `--set takes key=value, not "${text}"` })
    return [text.slice(0, at), text.slice(at + 1)]
  })
}
