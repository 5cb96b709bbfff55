// A dispute on trial: the same run twice on the step engine, once on a machine on which one bit
// falls over, narrowed to the instruction that cannot have given what the one machine says it gave.
import { setImmediate } from 'node:timers/promises'
import { VcpError } from '@vcp/protocol'
import {
  beginParty,
  createTrace,
  type Fault,
  firstDifference,
  HostFault,
  instrument,
  type Judgement,
  judge,
  nativePageTools,
  type Party,
  type PartyOptions,
  type RunFields,
  type RunParty,
  receiptFields,
  type StepProgram,
  settleDispute,
  stepProgram,
} from '@vcp/sandbox'
import type { Context } from '../command.ts'
import { pageBytes } from './request.ts'
import type { PlannedRun } from './submit-run.ts'

export interface FaultDispute {
  readonly kind: 'fault'
  readonly fault: Fault
  /** Of the run without the fault. */
  readonly steps: number
  readonly honest: RunFields
  /** Null where the faulty machine came to no end. */
  readonly faulty: RunFields | null
  /** Fields of the receipts that differ. */
  readonly differingFields: readonly string[]
  readonly firstDifferingCheckpoint: number | null
  readonly messages: number
  /** Who lost, and why; none where the fault made no difference. */
  readonly losses: readonly { readonly side: 'honest' | 'faulty'; readonly reason: string }[]
  readonly judged: Judgement['step']
  readonly runMs: number
  readonly disputeMs: number
  /** For the one step alone, from the witness. */
  readonly judgeMs: number | null
}

export async function disputeOverFault(
  planned: PlannedRun,
  fault: Fault,
  context: Context,
): Promise<FaultDispute> {
  const { module, request, allowance } = planned
  const { host } = context
  const memoryPagesMax = (allowance.memoryMb * 2 ** 20) / pageBytes
  const made = instrument(module, { memoryPagesMax, trace: request.trace })
  if (!made.ok) {
    const message = `the module is refused, ${made.code}: ${made.detail}`
    throw new VcpError('TASK_REFUSED', { message })
  }
  const program = stepProgram(made.bytes)
  const began = host.nowMs()
  const honest = await partyOf(program, planned, {}, context)
  const { steps } = honest.claim()!
  if (fault.step > steps) {
    const message = `the run has ${steps} steps: there is none ${fault.step}`
    throw new VcpError('USAGE', { message })
  }
  checkAddress(fault, honest.result.memoryPages)
  const stepsMax = 4 * steps + 2 ** 24
  const faulty = await partyOf(program, planned, { fault, stepsMax }, context).catch(silent)
  const ranMs = host.nowMs()

  const fields = (party: RunParty) => receiptFields(made.digest, request, party.result)
  const checkpoint = faulty === null ? null : differing(honest, faulty)
  const settled = settleDispute(
    program,
    request,
    { one: honest, other: faulty ?? mute },
    checkpoint,
  )
  const settledMs = host.nowMs()
  const { verdict, messages } = settled.dispute
  if (verdict?.type === 'to_judge') judge(program, request, verdict.disputed)
  return {
    kind: 'fault',
    fault,
    steps,
    honest: fields(honest),
    faulty: faulty === null ? null : fields(faulty),
    differingFields: faulty === null ? [] : differingFields(fields(honest), fields(faulty)),
    firstDifferingCheckpoint: checkpoint,
    messages,
    losses: settled.losses.map(({ side, reason }) => ({ side: names[side], reason })),
    judged: settled.judgement?.step ?? null,
    runMs: ranMs - began,
    disputeMs: settledMs - ranMs,
    judgeMs: verdict?.type === 'to_judge' ? host.nowMs() - settledMs : null,
  }
}

const names = { one: 'honest', other: 'faulty' } as const

/** Whose machine did not come to an end has no answers. */
const mute: Party = {
  claim: () => null,
  root: () => null,
  checkpoint: () => null,
  witness: () => null,
}

function silent(error: unknown): null {
  if (error instanceof HostFault && error.kind === 'internal') return null
  throw error
}

async function partyOf(
  program: StepProgram,
  { request }: PlannedRun,
  options: PartyOptions,
  { host }: Context,
): Promise<RunParty> {
  const run = beginParty(program, request, { ...options, pageTools: nativePageTools })
  if (run === null) {
    const message = 'the run ends before its first step: see vcp run for why'
    throw new VcpError('TASK_FAILED', { message })
  }
  for (;;) {
    const party = run.advance()
    if (party !== null) return party
    await setImmediate()
    if (host.signal.aborted) throw new VcpError('INTERRUPTED')
  }
}

function checkAddress({ address }: Fault, memoryPages: number): void {
  if (address === null || address < memoryPages * pageBytes) return
  const message = `the memory of the run has ${memoryPages * pageBytes} bytes: none ${address}`
  throw new VcpError('USAGE', { message })
}

function differing(honest: RunParty, faulty: RunParty): number | null {
  const [one, other] = [honest.result.checkpoints, faulty.result.checkpoints]
  return firstDifference(createTrace(one), createTrace(other))
}

function differingFields(one: RunFields, other: RunFields): string[] {
  const names = Object.keys(one) as (keyof RunFields)[]
  return names.filter((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]))
}
