// A log in a file: lines of JSON, the signed head first, then the entries it covers. It can be read
// with the tools everybody has, checked without a network, and is one text for one log.
import * as z from 'zod'
import { type KnownLog, openCheckpoint } from './checkpoint.ts'
import { parseJsonText } from './json.ts'
import type { VerifySignature } from './keys.ts'
import {
  createLedgerCheck,
  type LedgerCheck,
  type LedgerCounts,
  type LedgerFault,
} from './ledger-check.ts'
import type { LedgerEntry } from './ledger-event.ts'
import { limits } from './limits.ts'
import { type Outcome, pass, refuse } from './outcome.ts'
import { linesOf } from './text-lines.ts'
import type { TreeHead } from './tree-head.ts'

/** The first line. */
export const LedgerFileHeader = z.strictObject({
  format: z.literal('vcp-ledger/1'),
  /** Of the key that signed, for convenience: whom to believe is for the reader to say. */
  log_key: z.string().max(limits.checkpointBytesMax),
  checkpoint: z.string().max(limits.checkpointBytesMax),
})
export type LedgerFileHeader = z.infer<typeof LedgerFileHeader>

/** A line of the file, with its end. */
export function writeLedgerLine(line: LedgerFileHeader | LedgerEntry): string {
  return `${JSON.stringify(line)}\n`
}

export interface LedgerFileContext {
  readonly log: KnownLog
  /** Heads that the reader kept from before. */
  readonly kept?: readonly TreeHead[]
  readonly verify?: VerifySignature
  /** Told now and then how far it is. */
  progress?(checked: number, of: number): void
}

export interface LedgerReport extends LedgerCounts {
  readonly ok: boolean
  /** What the log signed; null where it signed nothing that can be read. */
  readonly head: TreeHead | null
  readonly fault: LedgerFault | null
}

/** JSON takes more room than the bytes that are signed: escapes, hexadecimal, names of fields. */
const lineBytesMax = 4 * limits.ledgerEventBytesMax
const progressEvery = 1_000
const nothing: LedgerCounts = { entries: 0, receipts: 0, accounts: 0, issuedMicro: 0 }

/** Checks a file as its bytes come in. Stops at the first thing that is wrong. */
export async function checkLedgerFile(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { log, progress, ...options }: LedgerFileContext,
): Promise<LedgerReport> {
  let head: TreeHead | null = null
  let check: LedgerCheck | null = null
  const failed = (fault: LedgerFault): LedgerReport => {
    return { ok: false, head, fault, ...(check?.counts ?? nothing) }
  }
  for await (const line of linesOf(chunks, lineBytesMax)) {
    const index = check === null ? null : check.counts.entries
    if (!line.ok) return failed({ index, code: line.code, reason: line.reason })
    if (check === null) {
      const opened = openHeader(line.value, log, options.verify)
      if (!opened.ok) return failed({ index, code: opened.code, reason: opened.reason })
      head = opened.value
      check = createLedgerCheck({ head, ...options })
      continue
    }
    const parsed = parseLine(z.unknown(), line.value)
    if (!parsed.ok) return failed({ index, code: parsed.code, reason: parsed.reason })
    const fault = check.add(parsed.value)
    if (fault !== null) return failed(fault)
    const { entries } = check.counts
    if (entries % progressEvery === 0) progress?.(entries, head?.treeSize ?? 0)
  }
  if (check === null) {
    return failed({ index: null, code: 'LEDGER_INVALID', reason: 'the file is empty' })
  }
  const fault = check.finish()
  return fault === null ? { ok: true, head, fault, ...check.counts } : failed(fault)
}

function openHeader(line: string, log: KnownLog, verify?: VerifySignature): Outcome<TreeHead> {
  const header = parseLine(LedgerFileHeader, line)
  if (!header.ok) return header
  const opened = openCheckpoint(header.value.checkpoint, log, verify)
  if (!opened.ok) return opened
  const { treeSize, rootHash } = opened.value
  return pass({ treeSize, rootHash })
}

/** A line says one thing in one way: the text that `JSON.stringify` gives, and no other. */
function parseLine<Schema extends z.ZodType>(
  schema: Schema,
  line: string,
): Outcome<z.infer<Schema>> {
  const parsed = parseJsonText(schema, line, lineBytesMax)
  if (!parsed.ok) return refuse('LEDGER_INVALID', parsed.reason)
  if (JSON.stringify(parsed.value) === line) return parsed
  return refuse('LEDGER_INVALID', 'not spelt as it is written: white space, escapes, repeated keys')
}
