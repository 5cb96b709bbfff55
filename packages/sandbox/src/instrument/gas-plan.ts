// How each function keeps its gas.
import type { ModuleShape } from '../module/shape.ts'
import type { CallGraph } from './call-graph.ts'
import { functionFlags, type ScanResult } from './scan-result.ts'

/**
 * `free`: nothing is written into the function; its one price stands at its calls.
 * `global`: each region takes its price from the global.
 * `local`: a local holds what is left, and is written to the global before something looks there.
 */
export const gasModes = { free: 0, global: 1, local: 2 } as const

/** A function of one region that comes to at most this is paid for by its callers. */
export const freeGasMax = 200
/** One without loops that comes to at most this is not where gas is checked; its callers are. */
export const uncheckedGasMax = 200

export interface GasPlan {
  /** By defined function, see gasModes. */
  readonly modes: Uint8Array
  /** Whether gas is checked where a function begins. */
  readonly checks: Uint8Array
}

/** Decides the modes, and moves the prices of free functions to their calls. */
export function planGas(shape: ModuleShape, scan: ScanResult, graph: CallGraph): GasPlan {
  const count = shape.functions.length
  const imports = shape.imports.length
  const modes = new Uint8Array(count).fill(gasModes.global)
  const plan = { modes, checks: new Uint8Array(count).fill(1) }
  const entries = entriesFromOutside(shape, scan)
  /** The most that a function may charge before gas is checked, where it is not checked itself. */
  const unchecked = new Float64Array(count)
  for (const index of graph.order) {
    const calls = settleCalls(scan, plan, unchecked, index, imports)
    const regions = scan.firstRegion[index + 1]! - scan.firstRegion[index]!
    const gas = totalGas(scan, index)
    const isFree =
      calls.areFree &&
      (scan.flags[index]! & WORK) === 0 &&
      regions === 1 &&
      gas <= freeGasMax &&
      entries[imports + index] === 0 &&
      graph.heads[index] === 0
    modes[index] = isFree ? gasModes.free : regions > 1 ? gasModes.local : gasModes.global
    if (isFree || !isBounded(scan, graph, index) || gas + calls.gas > uncheckedGasMax) continue
    plan.checks[index] = 0
    unchecked[index] = gas + calls.gas
  }
  return plan
}

/** What makes a function more than the sum of its instructions and of direct calls. */
const WORK = functionFlags.loops | functionFlags.bulk | functionFlags.callsIndirectly

/** Whether nothing in a function but its direct calls can come back to it. */
function isBounded(scan: ScanResult, { heads }: CallGraph, index: number): boolean {
  return (scan.flags[index]! & WORK) === 0 && heads[index] === 0
}

/**
 * Moves the prices of free callees into the regions that call them. Says what the other callees may
 * charge without a check, all together, and whether there are no others.
 */
function settleCalls(
  scan: ScanResult,
  { modes, checks }: GasPlan,
  unchecked: Float64Array,
  index: number,
  imports: number,
): { readonly areFree: boolean; readonly gas: number } {
  let areFree = true
  let gas = 0
  for (let at = scan.firstCall[index]!; at < scan.firstCall[index + 1]!; at++) {
    const callee = scan.callees.items[at]! - imports
    if (callee >= 0 && modes[callee] === gasModes.free) {
      const price = scan.regionCosts.items[scan.firstRegion[callee]!]!
      scan.regionCosts.items[scan.callRegions.items[at]!]! += price
      continue
    }
    areFree = false
    if (callee >= 0 && checks[callee] === 0) gas += unchecked[callee]!
  }
  return { areFree, gas }
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
