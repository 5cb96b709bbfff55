// The configuration in force. An unknown key or a bad value anywhere is an error, said with the
// place where it stands.
import { existsSync, readFileSync } from 'node:fs'
import { faultsOf, VcpError } from '@vcp/protocol'
import { isKeyName, type KeyName, keyNames, keys, type Values, variableOf } from './keys.ts'

export interface Sources {
  /** By key, as written on the command line. */
  readonly flags: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string | undefined>>
  /** JSON, with keys as they are or nested: `{"http": {"port": 8420}}`. */
  readonly file: string
}

/** Variables with our prefix that are no keys: the one that tells `vcp` where a coordinator is. */
const others = new Set(['VCP_COORDINATOR_URL', 'VCP_COORDINATOR_DATA_DIR'])

export function readValues({ flags, env, file }: Sources): Values {
  const written = readFile(file)
  for (const name of Object.keys(flags)) known(name, 'on the command line')
  for (const name of Object.keys(written)) known(name, `in ${file}`)
  const variables = new Map(keyNames.map((name) => [variableOf(name), name]))
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith('VCP_COORDINATOR_') || others.has(variable)) continue
    if (!variables.has(variable)) throw unknown(variable, 'in the environment')
  }
  const entries = keyNames.map((name) => {
    const variable = variableOf(name)
    const inEnv = env[variable] === '' ? undefined : env[variable]
    if (flags[name] !== undefined) return [name, check(name, flags[name], 'on the command line')]
    if (inEnv !== undefined) return [name, check(name, inEnv, `in the environment, ${variable}`)]
    if (Object.hasOwn(written, name)) return [name, check(name, written[name], `in ${file}`)]
    return [name, keys[name].default]
  })
  return Object.fromEntries(entries)
}

function check(name: KeyName, value: unknown, where: string): unknown {
  const result = keys[name].schema.safeParse(value)
  if (result.success) return result.data
  const fault = faultsOf(result.error).join('; ').replaceAll('(all): ', '')
  throw new VcpError('CONFIG_VALUE_INVALID', {
    message: `${name} cannot be ${shown(name, value)} (${where}): ${fault}`,
    hint: `It is ${keys[name].about}.`,
    details: { key: name, where },
  })
}

/** A secret that is wrong by a letter is a secret all the same. */
function shown(name: KeyName, value: unknown): string {
  return name === 'accounts.secret' ? 'what is given' : JSON.stringify(value)
}

function known(name: string, where: string): KeyName {
  if (isKeyName(name)) return name
  throw unknown(name, where)
}

function unknown(name: string, where: string): VcpError {
  return new VcpError('CONFIG_KEY_UNKNOWN', {
    message: `a coordinator has no configuration key "${name}" (${where})`,
    hint: `The keys are ${keyNames.join(', ')}.`,
    details: { key: name, where },
  })
}

function readFile(file: string): Readonly<Record<string, unknown>> {
  if (!existsSync(file)) return {}
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    const what = cause instanceof SyntaxError ? 'is not valid JSON' : 'cannot be read'
    throw new VcpError('CONFIG_FILE_CORRUPT', { message: `${file} ${what}`, cause })
  }
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) {
    return flatten(content)
  }
  throw new VcpError('CONFIG_FILE_CORRUPT', { message: `${file} does not hold a JSON object` })
}

/** `{http: {port: 1}}` as `{'http.port': 1}`. */
function flatten(content: object, prefix = ''): Record<string, unknown> {
  const entries = Object.entries(content).flatMap(([name, value]): [string, unknown][] => {
    const path = prefix === '' ? name : `${prefix}.${name}`
    const isBranch = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isBranch ? Object.entries(flatten(value, path)) : [[path, value]]
  })
  return Object.fromEntries(entries)
}
