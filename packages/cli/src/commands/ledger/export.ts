import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Connection } from '@vcp/client'
import { type LedgerEntry, VcpError, writeLedgerLine } from '@vcp/protocol'
import * as z from 'zod'
import { type Context, defineCommand } from '../../command.ts'
import { withCoordinator } from '../../coordinator-client.ts'
import { isDiskFull, placeBeside } from '../../keystore/secret-file.ts'
import { fetchEntries, fetchHead } from '../../ledger/fetch-log.ts'
import { keyOf, logKeyOption, logOf } from '../../ledger/known-log.ts'
import { progressFor } from '../../ledger/progress.ts'
import { fields } from '../../style.ts'

export const command = defineCommand({
  about:
    'Writes the whole log to a file, with its signed head: lines of JSON that anybody can check ' +
    'without a network. The file appears when it is complete. It is not checked on the way: ' +
    'a log that does not hold is worth keeping too. VCP_API_KEY signs in.',
  arguments: [{ form: '<file>', about: 'the file to write; it must not exist yet' }],
  options: [logKeyOption],
  examples: [
    {
      line: 'vcp ledger export ledger.ndjson && vcp ledger verify ledger.ndjson --log-key "$KEY"',
      about: 'keep a copy of the log, and check it',
    },
  ],
  input: z.strictObject({ file: z.string().min(1), logKey: z.string().optional() }),
  run: ({ file, logKey }, context) => {
    const path = resolve(file)
    if (existsSync(path)) throw exists(path)
    return withCoordinator(context, async (client) => {
      const log = await logOf(client, logKey)
      const { treeSize, rootHash, checkpoint } = await fetchHead(client, log)
      const header = { format: 'vcp-ledger/1', log_key: keyOf(log), checkpoint } as const
      await writeWhole(path, async (handle) => {
        await handle.writeFile(writeLedgerLine(header))
        await writeEntries(handle, client, treeSize, context)
      })
      return { file: path, entries: treeSize, root_hash: rootHash }
    })
  },
  text: ({ file, entries, root_hash }, style) =>
    fields(
      [
        ['file', file],
        ['entries', String(entries)],
        ['root', root_hash],
      ],
      style,
    ),
})

async function writeEntries(
  handle: FileHandle,
  client: Connection,
  size: number,
  context: Context,
): Promise<void> {
  const progress = progressFor(context, 'writing')
  let written = 0
  for await (const page of fetchEntries(client, size)) {
    await handle.writeFile(page.map((entry) => writeLedgerLine(entry as LedgerEntry)).join(''))
    written += page.length
    progress(written, size)
  }
}

/** Writes a file that has its name only once it is complete, and takes nobody's place. */
async function writeWhole(
  path: string,
  write: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const temporary = join(dirname(path), `.vcp-${randomUUID()}.tmp`)
  try {
    const handle = await open(temporary, 'wx')
    try {
      await write(handle)
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (!placeBeside(temporary, path)) throw exists(path)
  } catch (cause) {
    if (cause instanceof VcpError) throw cause
    if (isDiskFull(cause)) throw new VcpError('DISK_FULL', { cause })
    throw new VcpError('OUTPUT_UNWRITABLE', { message: `${path} cannot be written`, cause })
  } finally {
    await rm(temporary, { force: true })
  }
}

function exists(path: string): VcpError {
  return new VcpError('OUTPUT_EXISTS', {
    message: `${path} is there already`,
    details: { file: path },
  })
}
