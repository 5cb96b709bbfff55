// The configuration for somebody who has to say what is wrong with it: every fault, and for each
// faulty value the next source that has a good one.
import { VcpError } from '@vcp/protocol'
import { type ConfigFile, readConfigFile } from '../config/file.ts'
import { type KeyName, keyNames, keys, variableOf } from '../config/keys.ts'
import { checkValue, known, readOrigins, type Settings, type Sources } from '../config/settings.ts'

export interface TolerantSettings {
  readonly settings: Settings
  readonly faults: readonly VcpError[]
}

export function readTolerantSettings(sources: Sources): TolerantSettings {
  const faults: VcpError[] = []
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof VcpError)) throw error
      faults.push(error)
      return undefined
    }
  }
  const file = attempt(() => readConfigFile(sources.dataDir)) ?? { file: '', values: {} }
  for (const name of Object.keys(file.values)) attempt(() => known(name, `in ${file.file}`))
  const entries = keyNames.map((name) => {
    for (const [value, where] of candidates(name, sources, file)) {
      const checked = attempt(() => checkValue(name, value, where))
      if (checked !== undefined) return [name, checked]
    }
    return [name, keys[name].default]
  })
  // What the strict reading objects to beyond that, such as an unknown variable.
  if (faults.length === 0) attempt(() => readOrigins(sources))
  return { settings: Object.fromEntries(entries), faults }
}

function candidates(
  name: KeyName,
  { env, overrides }: Sources,
  { file, values }: ConfigFile,
): readonly (readonly [value: unknown, where: string])[] {
  const variable = variableOf(name)
  const found: [unknown, string][] = []
  if (overrides[name] !== undefined) found.push([overrides[name], 'on the command line'])
  if (env[variable]) found.push([env[variable], `in the environment, ${variable}`])
  if (Object.hasOwn(values, name)) found.push([values[name], `in ${file}`])
  return found
}
