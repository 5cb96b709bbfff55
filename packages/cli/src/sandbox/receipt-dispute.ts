// Two receipts of one run that do not agree, and what the run itself says.
import { Digest, VcpError } from '@vcp/protocol'
import { createTrace, firstDifference } from '@vcp/sandbox'
import * as z from 'zod'
import type { Ran } from './ran.ts'

/** The fields in which receipts of one run must agree. */
const evidence = [
  ...(['outcome', 'exitCode', 'code', 'gas', 'outputHash', 'output', 'outputBytes'] as const),
  ...(['results', 'instrumentedHash', 'traceRoot', 'checkpoints'] as const),
]
type EvidenceField = (typeof evidence)[number]

/** What `vcp run --json` prints, as far as it is needed here. */
export const RunReceipt = z.looseObject({
  moduleHash: Digest,
  inputHash: Digest,
  engine: z.string(),
  outcome: z.string(),
  traceRoot: Digest.nullable(),
  leaves: z.array(Digest).max(16_384).default([]),
})
export type RunReceipt = z.infer<typeof RunReceipt>

export interface ReceiptVerdict {
  readonly file: string
  readonly isTrue: boolean
  /** Fields in which it is not what the run gave. */
  readonly falseFields: readonly EvidenceField[]
  /** Whether its leaves are those under its own root; null where it has none. */
  readonly leavesFit: boolean | null
  /** The first of its leaves that is not the run's; null for none, or without leaves. */
  readonly firstFalseCheckpoint: number | null
}

export interface ReceiptDispute {
  readonly kind: 'receipts'
  readonly receipts: readonly ReceiptVerdict[]
  /** Where the traces of the two differ first; null where they do not, or have no leaves. */
  readonly firstDifferingCheckpoint: number | null
  readonly ran: Ran
}

/** Refuses a receipt that is not of this run: nothing follows from it. */
export function ofThisRun(file: string, receipt: RunReceipt, ran: Ran): void {
  const wrong = (['moduleHash', 'inputHash', 'engine'] as const).find(
    (field) => receipt[field] !== ran[field],
  )
  if (wrong === undefined) return
  throw new VcpError('INVALID', {
    message:
      `${file} is of another run: its ${wrong} is ${receipt[wrong]}, here it is ${ran[wrong]}; ` +
      'give the same module, input and limits as were given to vcp run',
  })
}

export function compareReceipts(
  given: readonly { readonly file: string; readonly receipt: RunReceipt }[],
  ran: Ran,
): ReceiptDispute {
  const [one, other] = given.map(({ receipt }) => receipt)
  return {
    kind: 'receipts',
    receipts: given.map(({ file, receipt }) => verdictOf(file, receipt, ran)),
    firstDifferingCheckpoint: differing(one?.leaves ?? [], other?.leaves ?? []),
    ran,
  }
}

function verdictOf(file: string, receipt: RunReceipt, ran: Ran): ReceiptVerdict {
  const { leaves, traceRoot } = receipt
  const falseFields = evidence.filter(
    (field) => JSON.stringify(receipt[field] ?? null) !== JSON.stringify(ran[field] ?? null),
  )
  const leavesFit = leaves.length === 0 ? null : createTrace(leaves).root === traceRoot
  return {
    file,
    isTrue: falseFields.length === 0 && leavesFit !== false,
    falseFields,
    leavesFit,
    firstFalseCheckpoint: differing(leaves, ran.leaves),
  }
}

function differing(one: readonly Digest[], other: readonly Digest[]): number | null {
  if (one.length === 0 || other.length === 0) return null
  return firstDifference(createTrace(one), createTrace(other))
}
