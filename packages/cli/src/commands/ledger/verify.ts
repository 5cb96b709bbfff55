import { createReadStream } from 'node:fs'
import {
  checkLedgerFile,
  type KnownLog,
  type LedgerReport,
  limits,
  openCheckpoint,
  type TreeHead,
  VcpError,
} from '@vcp/protocol'
import * as z from 'zod'
import { type Context, defineCommand } from '../../command.ts'
import { withCoordinator } from '../../coordinator-client.ts'
import { credits } from '../../credits.ts'
import { readInputFile } from '../../input-file.ts'
import { ledgerFileOf } from '../../ledger/fetch-log.ts'
import { knownLog, logKeyOption, logOf } from '../../ledger/known-log.ts'
import { progressFor } from '../../ledger/progress.ts'
import { fields } from '../../style.ts'

export const command = defineCommand({
  about:
    'Checks a whole log on this machine: that the entries lead to the root that the log has ' +
    'signed, that each continues the one before, that nodes signed their receipts, and that ' +
    'credits were only moved, never made. With a file, as `vcp ledger export` writes it, no ' +
    'network is needed; without one the log comes from the coordinator (VCP_API_KEY signs in). ' +
    'Stops at the first thing that is wrong and says where it is.',
  arguments: [{ form: '[file]', about: 'a log in a file; otherwise that of the coordinator' }],
  options: [
    { ...logKeyOption, about: `${logKeyOption.about}; needed with a file` },
    {
      form: '--kept <file>',
      about: 'a checkpoint from before, as text or from `ledger head --json`',
    },
  ],
  examples: [
    { line: 'vcp ledger verify', about: 'does the log of this coordinator hold?' },
    {
      line: 'vcp ledger verify ledger.ndjson --log-key "$(cat log.key)" --kept head.json',
      about: 'is this copy whole, and does it continue what I saw in the past?',
    },
  ],
  input: z
    .strictObject({
      file: z.string().min(1).optional(),
      logKey: z.string().optional(),
      kept: z.string().optional(),
    })
    .refine(({ file, logKey }) => file === undefined || logKey !== undefined, {
      error: '--log-key is needed with a file: whose log is to be believed?',
    }),
  run: ({ file, logKey, kept }, context) =>
    file === undefined
      ? withCoordinator(context, async (client) => {
          const log = await logOf(client, logKey)
          return reportOf(log, kept, ledgerFileOf(client, log), context)
        })
      : reportOf(knownLog(logKey ?? ''), kept, readChunks(file), context),
  text: ({ ok, head, counts, fault }, style) => {
    const place = fault?.index == null ? '' : ` at entry ${fault.index}`
    const verdict = ok
      ? `${style.good('the log holds')}: every entry is what was signed, and breaks no rule`
      : `${style.bad('NOT VERIFIED')}${place}: ${fault?.reason} (${fault?.code})`
    const figures = [
      ['log', head?.origin ?? '-'],
      ['root', head?.root_hash ?? '-'],
      ['entries', `${counts.entries} checked of ${head?.tree_size ?? '-'}`],
      ['receipts', `${counts.receipts}, each signed by its node`],
      ['credits', `${credits(counts.issued_micro)} issued to ${counts.accounts} accounts`],
    ] as const
    return `${fields(figures, style)}\n\n${verdict}`
  },
  exitCode: ({ ok }) => (ok ? 0 : 8),
})

async function reportOf(
  log: KnownLog,
  keptFile: string | undefined,
  chunks: AsyncIterable<Uint8Array>,
  context: Context,
) {
  const kept = keptFile === undefined ? [] : [await readKept(keptFile, log)]
  const progress = progressFor(context, 'checking')
  return wireForm(log, await checkLedgerFile(chunks, { log, kept, progress }))
}

function wireForm({ origin }: KnownLog, report: LedgerReport) {
  const { ok, head, fault, entries, receipts, accounts, issuedMicro } = report
  return {
    ok,
    head: head === null ? null : { origin, tree_size: head.treeSize, root_hash: head.rootHash },
    counts: { entries, receipts, accounts, issued_micro: issuedMicro },
    fault,
  }
}

async function* readChunks(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file) as AsyncIterable<Uint8Array>
  } catch (cause) {
    if (cause instanceof VcpError) throw cause
    throw new VcpError('INPUT_UNREADABLE', { message: `${file} cannot be read`, cause })
  }
}

async function readKept(file: string, log: KnownLog): Promise<TreeHead> {
  const text = await readInputFile(file, 4 * limits.checkpointBytesMax)
  const opened = openCheckpoint(noteIn(text), log)
  if (opened.ok) return opened.value
  throw new VcpError(opened.code, { message: `${file}: ${opened.reason}` })
}

const HeadJson = z.object({ checkpoint: z.string() })

/** The note itself, or that in what `vcp ledger head --json` printed. */
function noteIn(text: string): string {
  if (!text.startsWith('{')) return text
  try {
    return HeadJson.parse(JSON.parse(text)).checkpoint
  } catch {
    return text
  }
}
