// Which functions count stack, and how much. Native frames differ between compilers and even
// between two runs, so the depth at which the native stack ends is no property of the module.
// Counting units somewhere on every cycle of calls makes it one: the count ends first.
//
// A unit stands for one value of a frame; a frame has some more for what every call saves. A
// function that does not count is paid for by those below it that do: the longest chain of such
// functions is in their price. A chain that would get too long is cut by a function that counts.
import type { CallGraph } from './call-graph.ts'
import { functionFlags, type ScanResult } from './scan-result.ts'

/** What a frame takes beyond its locals and operands. */
const FRAME_UNITS = 12
/** The longest chain of calls, in units, that may lie uncounted above a function or at the root. */
export const uncountedUnitsMax = 512

/** Units by defined function; 0 where none are counted. */
export function stackUnits(scan: ScanResult, graph: CallGraph): Int32Array {
  const { order, heads } = graph
  const imports = scan.addressTaken.length - scan.flags.length
  const indirect = reachingIndirectCalls(scan, graph, imports)
  const units = new Int32Array(order.length)
  /** The longest uncounted chain that begins with a function. */
  const chains = new Int32Array(order.length)
  let chainOfIndirect = 0

  const settle = (index: number) => {
    const above = Math.max(
      longestAbove(scan, index, imports, chains),
      callsIndirectly(scan, index) ? chainOfIndirect : 0,
    )
    const total = FRAME_UNITS + scan.localCounts[index]! + scan.operandsMax[index]! + above
    const cuts =
      heads[index] === 1 || (indirect[index] === 1 && scan.addressTaken[imports + index] === 1)
    if (cuts || total > uncountedUnitsMax) units[index] = total
    else chains[index] = total
  }
  // What an indirect call may meet is settled before what makes one.
  for (const index of order) {
    if (indirect[index] === 1) continue
    settle(index)
    if (scan.addressTaken[imports + index] === 1) {
      chainOfIndirect = Math.max(chainOfIndirect, chains[index]!)
    }
  }
  for (const index of order) if (indirect[index] === 1) settle(index)
  return units
}

function callsIndirectly(scan: ScanResult, index: number): boolean {
  return (scan.flags[index]! & functionFlags.callsIndirectly) !== 0
}

/** Which functions may come to an indirect call: a whole group does if one of it does. */
function reachingIndirectCalls(
  scan: ScanResult,
  { order, groups }: CallGraph,
  imports: number,
): Uint8Array {
  const reaching = new Uint8Array(order.length)
  for (const index of order) {
    const reaches =
      callsIndirectly(scan, index) ||
      callees(scan, index, imports).some((callee) => reaching[groups[callee]!] === 1)
    if (reaches) reaching[groups[index]!] = 1
  }
  return reaching.map((_, index) => reaching[groups[index]!]!)
}

function longestAbove(
  scan: ScanResult,
  index: number,
  imports: number,
  chains: Int32Array,
): number {
  return callees(scan, index, imports).reduce((most, callee) => Math.max(most, chains[callee]!), 0)
}

/** The defined functions that a function calls directly. */
function callees(scan: ScanResult, index: number, imports: number): number[] {
  const found: number[] = []
  for (let at = scan.firstCall[index]!; at < scan.firstCall[index + 1]!; at++) {
    const callee = scan.callees.items[at]! - imports
    if (callee >= 0) found.push(callee)
  }
  return found
}
