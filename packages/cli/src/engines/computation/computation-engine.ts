// Runs the submitter's script on JSON, by the interpreter that comes with this version, which is a
// module in the sandbox like any other.
import { hash } from 'node:crypto'
import { type EngineVersion, limits, type TaskOf, type TaskType } from '@vcp/protocol'
import { sandboxEngine, scriptCall, scriptInterpreter } from '@vcp/sandbox'
import { type BlobNeed, blobIn, type Engine, type Work } from '../engine.ts'
import type { EngineParts } from '../engines.ts'
import { meteredLeaf, meteredRun, planFor } from '../metered-run.ts'

const type = 'computation' satisfies TaskType

export async function openComputationEngine({
  pool,
  sandbox,
}: EngineParts): Promise<Engine<typeof type>> {
  // Read once: the pool knows a module again by its identity.
  const interpreter = await scriptInterpreter()
  const version = versionOf(interpreter)
  const planOf = (work: Work<typeof type>) => {
    const script = new TextDecoder().decode(blobIn(work, work.task.inputs.script))
    return planFor(interpreter, scriptCall(script, work.task.inputs.input), work.task)
  }
  return {
    type,
    version,
    // What the interpreter needs of a machine is what any module needs; a run of it at each start
    // would take 0.4 s of processor time.
    probe: async () => sandbox,
    needs: ({ inputs }) => ({ memoryMb: inputs.limits.memory_mb, cpuCores: 1 }),
    blobs: blobsOf,
    run: (work) =>
      meteredRun(pool, planOf(work), { cid: work.task.inputs.script, engine: version }, work),
    rerun: (work, checkpoint) => meteredLeaf(pool, planOf(work), checkpoint, work),
    // The pool is closed by whoever opened it.
    async close() {},
  }
}

/** Results of two interpreters are not compared. */
function versionOf(interpreter: Uint8Array): EngineVersion {
  const build = hash('sha256', interpreter).slice(0, 12)
  return { name: 'vcp-quickjs', version: `${sandboxEngine.version}+${build}` }
}

function blobsOf({ inputs }: TaskOf<typeof type>): readonly BlobNeed[] {
  return [{ cid: inputs.script, bytesMax: limits.wasmModuleBytesMax }]
}
