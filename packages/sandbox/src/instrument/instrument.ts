// Rewrites a module so that it is metered, bounded and the same everywhere. Pure: the same bytes
// and options give the same bytes, and those are what receipts name.
import { type Digest, sha256 } from '@vcp/protocol'
import { bounds } from '../module/bounds.ts'
import { parseModule } from '../module/parse.ts'
import { catchingRefusal, Refused, type Rejection } from '../module/rejection.ts'
import type { ModuleShape } from '../module/shape.ts'
import { wasm } from '../webassembly.ts'
import type { Ceilings } from './added-functions.ts'
import { callGraph } from './call-graph.ts'
import { planGas } from './gas-plan.ts'
import { type Inspection, inspection } from './inspection.ts'
import { layOut } from './layout.ts'
import { scanModule } from './scan.ts'
import type { ScanResult } from './scan-result.ts'
import { stackUnits } from './stack-plan.ts'
import { writeModule } from './write-module.ts'

/** Raised with every change of the bytes that come out, prices included. */
export const instrumenterVersion = 1

export interface InstrumentOptions {
  /** The most memory that the module may have, in pages of 64 KiB. */
  readonly memoryPagesMax: number
  /** Whether a digest of the control flow is kept. */
  readonly trace: boolean
}

export interface Instrumented {
  readonly ok: true
  readonly bytes: Uint8Array
  readonly digest: Digest
  readonly instrumenterVersion: number
  readonly module: Inspection
}

/** Never throws, whatever the bytes are. */
export function instrument(
  bytes: Uint8Array,
  options: InstrumentOptions,
): Instrumented | Rejection {
  return catchingRefusal(() => {
    const { shape, scan } = examine(bytes)
    const ceilings = ceilingsOf(shape, options.memoryPagesMax)
    const graph = callGraph(scan, shape.imports.length, shape.functions.length)
    const units = stackUnits(scan, graph)
    const gas = planGas(shape, scan, graph)
    const layout = layOut(shape, scan, gas, units)
    const plan = { shape, scan, layout, gas, stackUnits: units, trace: options.trace }
    const written = writeModule(plan, ceilings)
    return {
      ok: true,
      bytes: written,
      digest: sha256(written),
      instrumenterVersion,
      module: inspection(shape, scan),
    }
  })
}

/** Everything that is checked about a module but for its first memory. Throws `Refused`. */
export function examine(bytes: Uint8Array): { shape: ModuleShape; scan: ScanResult } {
  const shape = parseModule(bytes)
  // Before the engine's validation, so that what is refused and why does not depend on what an
  // engine happens to support.
  const scan = scanModule(shape)
  if (!wasm.validate(bytes)) throw new Refused('INVALID_MODULE', 'the module does not validate')
  return { shape, scan }
}

function ceilingsOf({ memory, tables }: ModuleShape, memoryPagesMax: number): Ceilings {
  if (memory !== null && memory.min > memoryPagesMax) {
    const detail = `${memory.min} pages of memory, at most ${memoryPagesMax}`
    throw new Refused('LIMIT_MEMORY_PAGES', detail)
  }
  return {
    memoryPages: Math.min(memory?.max ?? bounds.memoryPages.value, memoryPagesMax),
    tableElements: tables.map(({ max }) =>
      Math.min(max ?? bounds.tableElementsMax.value, bounds.tableElementsMax.value),
    ),
  }
}
