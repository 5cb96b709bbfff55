import { exitCodes, limits, parse, VcpError } from '@vcp/protocol'
import type { Fault } from '@vcp/sandbox'
import * as z from 'zod'
import { type Context, defineCommand } from '../../command.ts'
import { readInputJson } from '../../input-file.ts'
import { faultDisputeText, receiptDisputeText } from '../../sandbox/dispute-text.ts'
import { disputeOverFault, type FaultDispute } from '../../sandbox/fault-dispute.ts'
import { inSandbox, ranOf } from '../../sandbox/in-sandbox.ts'
import {
  compareReceipts,
  ofThisRun,
  type ReceiptDispute,
  RunReceipt,
} from '../../sandbox/receipt-dispute.ts'
import { plannedRun, type RunInput, runOptions, runShape } from '../../sandbox/run-input.ts'

const receiptBytesMax = 4 * limits.ledgerEventBytesMax + 134_217_728

const Input = z.strictObject({
  ...runShape,
  fault: z
    .string()
    .regex(/^[1-9][0-9]{0,14}(:[0-9]{1,10}(:[0-7])?)?$/, 'takes <step>[:<address>[:<bit>]]')
    .optional(),
})

type Dispute = ReceiptDispute | FaultDispute

export const command = defineCommand({
  about:
    'Says which of two receipts of a run is false, by making the run anew: in which fields, and ' +
    'from which checkpoint on. With --fault it shows how a dispute goes down to one instruction: ' +
    'the run is made twice on the step engine, one instruction at a time, once with a bit that ' +
    'falls over; the two are bisected to the first step after which they differ, and a judge ' +
    'makes that one step from a few pages of memory. Exits 8 where a receipt is false.',
  arguments: [
    { form: '<module>', about: 'a WASM file, as for vcp run' },
    {
      form: '[args...]',
      about: 'without --fault two files of vcp run --trace --json first; then its arguments',
    },
  ],
  options: [
    ...runOptions,
    {
      form: '--fault <step[:address[:bit]]>',
      about: 'flip a bit after this step, in memory or (without address) the topmost operand',
    },
  ],
  examples: [
    {
      line: 'vcp module dispute sha256.wasm one.json other.json --input README.md',
      about: 'which receipt is false?',
    },
    {
      line: 'vcp module dispute wasm-modules/pi/pi.wasm --invoke estimate --fault 70000 -- 1000 7',
      about: 'find one flipped bit among a hundred thousand instructions',
    },
  ],
  input: Input,
  async run(input, context): Promise<Dispute> {
    const { fault, ...said } = input
    if (fault !== undefined) {
      return disputeOverFault(await plannedRun(said, true), faultOf(fault), context)
    }
    const [one, other, ...args] = said.args
    if (one === undefined || other === undefined) {
      throw new VcpError('USAGE', { message: 'two receipts are needed, or --fault' })
    }
    return overReceipts([one, other], { ...said, args }, context)
  },
  text: (dispute: Dispute, style) =>
    dispute.kind === 'fault'
      ? faultDisputeText(dispute, style)
      : receiptDisputeText(dispute, style),
  exitCode: (dispute: Dispute) =>
    dispute.kind === 'receipts' && dispute.receipts.some(({ isTrue }) => !isTrue)
      ? exitCodes.verificationFailed
      : exitCodes.ok,
})

function faultOf(text: string): Fault {
  const [step, address, bit] = text.split(':').map(Number)
  return { step: step!, address: address ?? null, bit: bit ?? 0 }
}

async function overReceipts(
  files: readonly string[],
  input: RunInput,
  context: Context,
): Promise<ReceiptDispute> {
  const given = await Promise.all(
    files.map(async (file) => ({ file, receipt: await readReceipt(file) })),
  )
  const isTraced = given.some(({ receipt }) => receipt.traceRoot !== null)
  const planned = await plannedRun(input, isTraced)
  const result = await inSandbox(planned, context)
  if (result.kind === 'infrastructure') {
    const message = `the run could not be made here: ${result.fault}: ${result.detail}`
    throw new VcpError(result.fault === 'timeout' ? 'TASK_TIMEOUT' : 'TASK_FAILED', { message })
  }
  const ran = ranOf(planned.module, planned.request, result)
  for (const { file, receipt } of given) ofThisRun(file, receipt, ran)
  return compareReceipts(given, ran)
}

async function readReceipt(file: string): Promise<RunReceipt> {
  const receipt = parse(RunReceipt, await readInputJson(file, receiptBytesMax))
  if (receipt.ok) return receipt.value
  const message = `${file} is not what vcp run --json prints: ${receipt.reason}`
  throw new VcpError('INVALID', { message })
}
