// How each function keeps its gas.
import type { ModuleShape } from '../module/shape.ts'
import { marks } from './marks.ts'
import { functionFlags, type ScanResult } from './scan-result.ts'

/**
 * `free`: nothing is written into the function; its one price stands at its calls.
 * `global`: each region takes its price from the global.
 * `local`: a local holds what is left and is written through to the global; where calls may have
 * charged since, it is read from there again.
 */
export const gasModes = { free: 0, global: 1, local: 2 } as const

/** A leaf of one region that costs at most this is paid for by its callers. */
export const freeGasMax = 200
/** A leaf without loops that costs at most this is not where gas is checked; its callers are. */
export const uncheckedGasMax = 100

/** Flags of a function that is no leaf, or not of one region by its length alone. */
const WORK =
  functionFlags.loops | functionFlags.calls | functionFlags.bulk | functionFlags.callsIndirectly

export interface GasPlan {
  /** By defined function, see gasModes. */
  readonly modes: Uint8Array
  /** Whether gas is checked where a function begins. */
  readonly checks: Uint8Array
}

/** Decides the modes, and moves the prices of free functions to their calls. */
export function planGas(shape: ModuleShape, scan: ScanResult): GasPlan {
  const count = shape.functions.length
  const imports = shape.imports.length
  const modes = new Uint8Array(count)
  const checks = new Uint8Array(count)
  const entries = entriesFromOutside(shape, scan)
  for (let index = 0; index < count; index++) {
    const work = scan.flags[index]! & WORK
    const leaf = work === 0
    const regions = scan.firstRegion[index + 1]! - scan.firstRegion[index]!
    const gas = totalGas(scan, index)
    const isFree = leaf && regions === 1 && gas <= freeGasMax && entries[imports + index] === 0
    modes[index] = isFree ? gasModes.free : regions > 1 ? gasModes.local : gasModes.global
    checks[index] = leaf && gas <= uncheckedGasMax ? 0 : 1
  }
  payFreeCalls(scan, modes, imports)
  markLoops(scan, modes, imports)
  return { modes, checks }
}

/** Marks the loops in which gas may change behind the back of the local that holds it. */
function markLoops(
  { loops, callees, marks: bytes }: ScanResult,
  modes: Uint8Array,
  imports: number,
): void {
  // How many of the first calls charge.
  const charging = new Int32Array(callees.length + 1)
  for (let at = 0; at < callees.length; at++) {
    const callee = callees.items[at]! - imports
    const free = callee >= 0 && modes[callee] === gasModes.free
    charging[at + 1] = charging[at]! + (free ? 0 : 1)
  }
  for (let at = 0; at < loops.length; at += 4) {
    const [offset, first, end, others] = loops.items.subarray(at, at + 4)
    if (others === 1 || charging[end!]! > charging[first!]!) bytes[offset!]! |= marks.calls
  }
}

/** Functions that are called other than by a direct call inside the module. */
function entriesFromOutside({ exports, start }: ModuleShape, scan: ScanResult): Uint8Array {
  const entries = scan.addressTaken.slice()
  for (const { kind, index } of exports) if (kind === 'function') entries[index] = 1
  if (start !== null) entries[start] = 1
  return entries
}

function totalGas(scan: ScanResult, index: number): number {
  let total = 0
  for (let region = scan.firstRegion[index]!; region < scan.firstRegion[index + 1]!; region++) {
    total += scan.regionCosts.items[region]!
  }
  return total
}

function payFreeCalls(scan: ScanResult, modes: Uint8Array, imports: number): void {
  const { callees, callRegions, regionCosts } = scan
  for (let at = 0; at < callees.length; at++) {
    const callee = callees.items[at]! - imports
    if (callee < 0 || modes[callee] !== gasModes.free) continue
    const price = regionCosts.items[scan.firstRegion[callee]!]!
    regionCosts.items[callRegions.items[at]!]! += price
  }
}
