// The configuration in force: flag, then environment, then file, then default; every value knows
// where it came from.
import { faultsOf, VcpError } from '@vcp/protocol'
import type * as z from 'zod'
import { readConfigFile } from './file.ts'
import { isKeyName, type KeyName, keyNames, keys, variableOf } from './keys.ts'
import { nearest } from './nearest.ts'

export type Settings = { readonly [Name in KeyName]: z.infer<(typeof keys)[Name]['schema']> }

export type Origin =
  | { readonly from: 'flag' }
  | { readonly from: 'environment'; readonly variable: string }
  | { readonly from: 'file'; readonly file: string }
  | { readonly from: 'default' }

export interface Sources {
  readonly dataDir: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly overrides: Readonly<Record<string, string>>
}

export interface Setting {
  readonly value: unknown
  readonly origin: Origin
}

/** Parses `--set key=value` and `--coordinator`; the values are checked when they are used. */
export function readOverrides(
  set: readonly string[],
  coordinators: readonly string[],
  /** Whether they are those of a node, in the order of preference. */
  areOfNode = false,
): Readonly<Record<string, string>> {
  const pairs = set.map((text) => {
    const at = text.indexOf('=')
    if (at < 1) throw new VcpError('USAGE', { message: `--set takes key=value, not "${text}"` })
    return [text.slice(0, at), text.slice(at + 1)]
  })
  const last = coordinators.at(-1)
  if (last === undefined) return Object.fromEntries(pairs)
  const named = areOfNode ? ['node.coordinators', coordinators.join()] : ['coordinator.url', last]
  return Object.fromEntries([...pairs, named])
}

/** Every key with its value and origin. An unknown key or a bad value anywhere is an error. */
export function readOrigins(sources: Sources): { readonly [Name in KeyName]: Setting } {
  const { file, values } = readConfigFile(sources.dataDir)
  for (const name of Object.keys(values)) known(name, `in ${file}`)
  for (const variable of Object.keys(sources.env)) knownVariable(variable)
  const entries = keyNames.map((name) => [name, settingOf(name, sources, file, values)])
  return Object.fromEntries(entries)
}

export function readSettings(sources: Sources): Settings {
  const entries = Object.entries(readOrigins(sources)).map(([name, { value }]) => [name, value])
  return Object.fromEntries(entries)
}

/** Checks one value for one key; `where` says in the error where it stands. */
export function checkValue(name: KeyName, value: unknown, where: string): unknown {
  const result = keys[name].schema.safeParse(value)
  if (result.success) return result.data
  const fault = faultsOf(result.error).join('; ').replaceAll('(all): ', '')
  throw new VcpError('CONFIG_VALUE_INVALID', {
    message: `${name} cannot be ${JSON.stringify(value)} (${where}): ${fault}`,
    details: { key: name, where },
  })
}

/** The name as that of a key, or an error that says where the name stands. */
export function known(name: string, where: string): KeyName {
  if (isKeyName(name)) return name
  const like = nearest(name, keyNames)
  throw new VcpError('CONFIG_KEY_UNKNOWN', {
    message: `there is no configuration key "${name}" (${where})`,
    ...(like === null
      ? {}
      : { hint: `Did you mean ${like}? \`vcp config show\` lists every key.` }),
    details: { key: name, where },
  })
}

function settingOf(
  name: KeyName,
  { env, overrides }: Sources,
  file: string,
  values: Readonly<Record<string, unknown>>,
): Setting {
  const variable = variableOf(name)
  if (overrides[name] !== undefined) {
    const value = checkValue(name, overrides[name], 'on the command line')
    return { value, origin: { from: 'flag' } }
  }
  if (env[variable] !== undefined && env[variable] !== '') {
    const value = checkValue(name, env[variable], `in the environment, ${variable}`)
    return { value, origin: { from: 'environment', variable } }
  }
  if (Object.hasOwn(values, name)) {
    const value = checkValue(name, values[name], `in ${file}`)
    return { value, origin: { from: 'file', file } }
  }
  return { value: keys[name].default, origin: { from: 'default' } }
}

/** Variables of vcp that are no configuration keys. */
export const otherVariables = {
  VCP_DATA_DIR: 'the data folder, as --data-dir',
  VCP_WALLET_PASSWORD: 'opens the owner wallet where there is no terminal to ask on',
  VCP_BACKUP_PASSWORD: 'opens a key backup where there is no terminal to ask on',
  VCP_ACCOUNT_PASSWORD: 'signs in with --username where there is no terminal to ask on',
  VCP_API_KEY: 'signs in to the coordinator',
  VCP_PROPERTY_RUNS: 'cases a property in the tests of vcp itself',
} as const

/** Keys of a coordinator have two words at least; it checks them itself when it starts. */
const ofCoordinator = /^VCP_COORDINATOR_[A-Z0-9]+_/

function knownVariable(variable: string): void {
  if (!variable.startsWith('VCP_') || ofCoordinator.test(variable)) return
  if (Object.hasOwn(otherVariables, variable)) return
  const variables = keyNames.map(variableOf)
  if (variables.includes(variable)) return
  const like = nearest(variable, variables)
  throw new VcpError('CONFIG_KEY_UNKNOWN', {
    message: `the environment variable ${variable} is not one of vcp`,
    hint: `${like === null ? '' : `Did you mean ${like}? `}Unset it, or correct its name.`,
    details: { variable },
  })
}
