// A run of a module's function that has to be proved: no sandbox runs it, the circuit's own machine
// does, and every step of that is in the proof.

import { type BuiltCircuit, makeExecutionOutput } from '@vcp/proofs'
import { limits, type TaskOf } from '@vcp/protocol'
import { type BlobNeed, blobIn, type EngineResult, type Needs, type Work } from '../engine.ts'
import { builtInUse } from './circuit-in-use.ts'
import { provedResult } from './proved-result.ts'
import { dataMissing, failed, holderOf, inTime, type Proving } from './proving.ts'

type WasmTask = TaskOf<'wasm_execution'>

/** snarkjs took 900 MB for 230,000 constraints and 440 MB for 49,000, measured by a prototype. */
function memoryMbFor(constraints: number): number {
  return constraints > 131_072 ? 2_048 : 1_024
}

export function needsOfProvedRun({ inputs }: WasmTask, proving: Proving | null): Needs {
  const built = builtFor(inputs.proof, proving)
  const memoryMb = memoryMbFor(built?.constraints ?? 0)
  return { memoryMb, cpuCores: 1, objection: built === null ? dataMissing : null }
}

export function blobsOfProvedRun({ inputs }: WasmTask): readonly BlobNeed[] {
  return [{ cid: inputs.module, bytesMax: limits.wasmModuleBytesMax }]
}

export async function proveRun(
  proving: Proving | null,
  work: Work<'wasm_execution'>,
): Promise<EngineResult> {
  const { task } = work
  const built = builtFor(task.inputs.proof, proving)
  if (proving === null || built === null) return failed('the circuit was not built here')
  return inTime(task, work, async (signal) => {
    const inUse = await builtInUse(built)
    if (!inUse.ok) return failed(inUse.reason, inUse.code)
    const module = blobIn(work, task.inputs.module)
    const { parameters } = built
    const holder = holderOf(proving, work)
    const order = { task, holder, module, parameters, ...inUse.value }
    const memoryMb = memoryMbFor(built.constraints)
    const made = await makeExecutionOutput(order, proving.making(memoryMb, signal))
    return made.ok
      ? provedResult(task, task.inputs.module, made.value)
      : failed(made.reason, made.code)
  })
}

function builtFor(
  circuit: WasmTask['inputs']['proof'],
  proving: Proving | null,
): BuiltCircuit | null {
  const built = circuit === undefined ? undefined : proving?.built.get(circuit.verification_key)
  return built !== undefined && built.name === circuit?.name ? built : null
}
