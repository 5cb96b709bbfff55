// A segment of a run, small enough to hand over: the pages of the state that its steps read or
// write, as they were before, and the proof that they are of that state. Whoever has the program
// and the request runs the segment on them alone, and learns the root after it.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Digest } from '@vcp/protocol'
import { HostFault } from '../host-fault.ts'
import { inputDigest } from '../run/receipt-fields.ts'
import type { RunRequest } from '../run/request.ts'
import { header, statePageBytes, stateStart, statuses } from './layout.ts'
import { createEmptyMachine, type StepMachine } from './machine.ts'
import { rootFrom, stateRoot, stateTreeDepth } from './page-proof.ts'
import type { StateTree } from './state-tree.ts'
import type { StepProgram } from './step-program.ts'

export interface SegmentWitness {
  /** In ascending order. */
  readonly pages: readonly WitnessPage[]
  /** The hashes beside their paths, as `page-proof.ts` orders them. */
  readonly siblings: readonly Uint8Array[]
}

export interface WitnessPage {
  /** Counted in 4 KiB from the beginning of the memory. */
  readonly page: number
  readonly bytes: Uint8Array
}

/** Makes the next steps of a machine and the witness for them; `tree` is the machine's. */
export function segmentWitness(
  machine: StepMachine,
  tree: StateTree,
  steps: number,
): SegmentWitness {
  tree.root()
  const touched = machine.runTracking(steps)
  const { pages, siblings } = tree.proof(touched)
  return { pages: touched.map((page, i) => ({ page, bytes: pages[i]! })), siblings }
}

export function witnessBytes({ pages, siblings }: SegmentWitness): number {
  return pages.length * (statePageBytes + 4) + siblings.length * 32
}

/** Why a witness shows nothing. */
export type WitnessRefusalCode =
  /** It is no witness by its form. */
  | 'WITNESS_FORM'
  /** Its pages are not those of the state that was named. */
  | 'WITNESS_ROOT'
  /** The state is none of this program and request, or none that the program can be in. */
  | 'WITNESS_STATE'
  /** The steps read or write pages that it does not have. */
  | 'WITNESS_INCOMPLETE'

export interface WitnessRefusal {
  readonly ok: false
  readonly code: WitnessRefusalCode
  readonly detail: string
}

/** A segment that was run on its witness. */
export interface CheckedSegment {
  readonly ok: true
  readonly postRoot: Digest
  /** The machine after it; only the pages of the witness are there. */
  readonly machine: StepMachine
}

export interface SegmentClaim {
  readonly preRoot: Digest
  readonly steps: number
  readonly witness: SegmentWitness
}

/** 256 MiB: a call of the host may read or fill as much in one step. */
export const witnessPagesMax = 65_536

/**
 * Runs a segment on its witness, of which nothing is believed. `before` sees the machine first.
 * Throws a `HostFault` only where this machine has not the memory.
 */
export function checkSegment(
  program: StepProgram,
  request: RunRequest,
  { preRoot, steps, witness }: SegmentClaim,
  before?: (machine: StepMachine) => void,
): CheckedSegment | WitnessRefusal {
  const malformed = formOf(witness)
  if (malformed !== null) return bad('WITNESS_FORM', malformed)
  const numbers = witness.pages.map(({ page }) => page)
  const hashes = witness.pages.map(({ bytes }) => sha256(bytes))
  const root = rootFrom(numbers, hashes, witness.siblings)
  if (root === null) return bad('WITNESS_FORM', 'hashes are missing, or left over')
  if (stateRoot(root) !== preRoot)
    return bad('WITNESS_ROOT', 'the pages are not those of the state')
  const machine = machineFrom(program, request, witness)
  if ('code' in machine) return machine
  before?.(machine)
  return finish(machine, numbers, witness.siblings, steps)
}

function finish(
  machine: StepMachine,
  numbers: readonly number[],
  siblings: readonly Uint8Array[],
  steps: number,
): CheckedSegment | WitnessRefusal {
  let touched: readonly number[]
  try {
    touched = machine.runTracking(steps)
  } catch (error) {
    if (error instanceof HostFault && error.kind === 'host_memory') throw error
    return bad('WITNESS_STATE', 'the steps leave the state')
  }
  const given = new Set(numbers)
  const missing = touched.find((page) => !given.has(page))
  if (missing !== undefined)
    return bad('WITNESS_INCOMPLETE', `the steps need page ${missing} as well`)
  const whole = machine.state.bytes()
  const hashes = numbers.map((page) =>
    sha256(whole.slice(page * statePageBytes, (page + 1) * statePageBytes)),
  )
  const root = rootFrom(numbers, hashes, siblings)
  if (root === null) return bad('WITNESS_FORM', 'hashes are missing, or left over')
  return { ok: true, postRoot: stateRoot(root), machine }
}

/** What is wrong with the form of a witness, if anything is. */
function formOf({ pages, siblings }: SegmentWitness): string | null {
  if (pages.length > witnessPagesMax) return `${pages.length} pages, at most ${witnessPagesMax}`
  if (siblings.length > pages.length * stateTreeDepth) return 'more hashes than paths have'
  let last = stateStart / statePageBytes - 1
  for (const { page, bytes } of pages) {
    if (!Number.isInteger(page) || page <= last || page >= 2 ** stateTreeDepth) {
      return 'pages out of order, or none of a state'
    }
    if (bytes.length !== statePageBytes) return `a page of ${bytes.length} bytes`
    last = page
  }
  if (siblings.some((hash) => hash.length !== 32)) return 'a hash that is none'
  return pages[0]?.page === stateStart / statePageBytes ? null : 'the header is missing'
}

function machineFrom(
  program: StepProgram,
  request: RunRequest,
  { pages }: SegmentWitness,
): StepMachine | WitnessRefusal {
  const first = pages[0]!.bytes
  const field = (address: number) =>
    new DataView(first.buffer, first.byteOffset).getUint32(address - stateStart, true)
  const guestPages = field(header.guestPages)
  if (!between.includes(field(header.status))) return bad('WITNESS_STATE', 'a step half made')
  if (guestPages > (program.memory?.max ?? 0))
    return bad('WITNESS_STATE', 'more memory than the module can have')
  const input = first.subarray(header.input - stateStart, header.input - stateStart + 32)
  if (bytesToHex(input) !== inputDigest(request))
    return bad('WITNESS_STATE', 'the state of another run')
  const machine = createEmptyMachine(program, request, guestPages)
  if ('ending' in machine) return bad('WITNESS_STATE', 'the request is not one that runs')
  const { layout, state } = machine
  if (field(header.guestAt) !== layout.guestAt)
    return bad('WITNESS_STATE', 'the state of another program')
  const whole = state.bytes()
  for (const { page, bytes } of pages) {
    if ((page + 1) * statePageBytes > whole.length)
      return bad('WITNESS_STATE', `page ${page} is not of the state`)
    whole.set(bytes, page * statePageBytes)
  }
  return machine
}

/** What a state between two steps can be. */
const between: readonly number[] = [
  ...[statuses.running, statuses.returned, statuses.trapped, statuses.ended],
]

function bad(code: WitnessRefusalCode, detail: string): WitnessRefusal {
  return { ok: false, code, detail }
}
