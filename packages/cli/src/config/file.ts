// The configuration file, `config.json` in the data folder, kept by conf.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { VcpError } from '@vcp/protocol'
import type Conf from 'conf'
import { openDataFolder } from '../keystore/data-folder.ts'

export interface ConfigFile {
  readonly file: string
  /** The values in the file by dotted key, unchecked. */
  readonly values: Readonly<Record<string, unknown>>
}

/** Reads the file without making anything; no file is an empty one. */
export function readConfigFile(dataDir: string): ConfigFile {
  const file = join(dataDir, 'config.json')
  if (!existsSync(file)) return { file, values: {} }
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    const what = cause instanceof SyntaxError ? 'is not valid JSON' : 'cannot be read'
    throw new VcpError('CONFIG_FILE_CORRUPT', { message: `${file} ${what}`, cause })
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new VcpError('CONFIG_FILE_CORRUPT', { message: `${file} does not hold a JSON object` })
  }
  return { file, values: flatten(content) }
}

/** Opens the file for a change. */
export async function openConfigFile(dataDir: string): Promise<Conf> {
  readConfigFile(dataDir)
  openDataFolder(dataDir)
  const { default: ConfStore } = await import('conf')
  return new ConfStore({ cwd: dataDir, configName: 'config', configFileMode: 0o600 })
}

/** Changes the file whole or not at all; takes away what conf leaves of a failed write. */
export function changeConfig(file: Conf, change: (file: Conf) => void): void {
  try {
    change(file)
  } catch (error) {
    const folder = dirname(file.path)
    for (const name of readdirSync(folder)) {
      if (name.startsWith(`${basename(file.path)}.tmp-`))
        rmSync(join(folder, name), { force: true })
    }
    throw error
  }
}

/** `{a: {b: 1}}` as `{'a.b': 1}`. */
function flatten(content: object, prefix = ''): Record<string, unknown> {
  const entries = Object.entries(content).flatMap(([name, value]): [string, unknown][] => {
    const path = prefix === '' ? name : `${prefix}.${name}`
    const isBranch = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isBranch ? Object.entries(flatten(value, path)) : [[path, value]]
  })
  return Object.fromEntries(entries)
}
