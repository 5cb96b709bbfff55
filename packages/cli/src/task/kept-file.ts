// What is kept about coordinators, by their URL: one JSON file of the data folder for each kind.
import { join } from 'node:path'
import { VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { checkDataFolder, openDataFolder } from '../keystore/data-folder.ts'
import { readSecret, writeSecret } from '../keystore/secret-file.ts'
import { parseSecret } from '../keystore/secret-json.ts'

export interface KeptFile<Item> {
  readonly path: string
  find(url: string): Item | null
  /** Puts an item in place of what is there. */
  put(url: string, item: Item): void
  /** Whether there was one. */
  remove(url: string): boolean
}

const bytesMax = 1_048_576

export function openKeptFile<Schema extends z.ZodType>(
  dataDir: string,
  name: string,
  schema: Schema,
): KeptFile<z.infer<Schema>> {
  const path = join(dataDir, name)
  const File = z.strictObject({ version: z.literal(1), coordinators: z.record(z.string(), schema) })

  function read(): Record<string, z.infer<Schema>> {
    if (!checkDataFolder(dataDir)) return {}
    const found = readSecret(path, { bytesMax, damaged: 'CONFIG_FILE_CORRUPT' })
    if (found === null) return {}
    const parsed = parseSecret(File, found.text)
    if (parsed.ok) return { ...parsed.value.coordinators }
    throw new VcpError('CONFIG_FILE_CORRUPT', {
      message: `${path} is damaged: ${parsed.reason}`,
      hint: 'Move it away; what was kept in it is then made or asked for again.',
      details: { file: path },
    })
  }

  function write(coordinators: Record<string, z.infer<Schema>>): void {
    openDataFolder(dataDir)
    const text = `${JSON.stringify({ version: 1, coordinators }, null, 2)}\n`
    writeSecret(path, text, { replaces: true, unwritable: 'DATA_FOLDER_UNUSABLE' })
  }

  return {
    path,
    find: (url) => read()[url] ?? null,
    put: (url, item) => write({ ...read(), [url]: item }),
    remove(url) {
      const { [url]: removed, ...others } = read()
      if (removed !== undefined) write(others as Record<string, z.infer<Schema>>)
      return removed !== undefined
    },
  }
}
