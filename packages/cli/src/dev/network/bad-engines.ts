// Engines as a bad node has them, so that people can see it caught: one that lies about results,
// one that never ends, one that takes its node down. All else of the node is as it should be.
import { randomBytes } from 'node:crypto'
import { cidOf, type Digest, type ProofOutput, type TaskType, wantsProof } from '@vcp/protocol'
import { createTrace } from '@vcp/sandbox'
import type { Engine, EngineResult, Work } from '../../engines/engine.ts'
import type { Engines } from '../../engines/engines.ts'

export const faults = ['lies', 'stalls', 'crashes', 'forges'] as const
export type Fault = (typeof faults)[number]

type Run = (work: Work<TaskType>) => Promise<EngineResult>

const runs: { readonly [Each in Fault]: (honest: Run) => Run } = {
  lies: (honest) => async (work) => falsified(await honest(work)),
  stalls:
    () =>
    ({ signal }) =>
      new Promise((resolve) => {
        const reason = 'nobody waits for it any more'
        signal.addEventListener('abort', () => resolve({ kind: 'failed', reason, isOurs: false }))
      }),
  forges: (honest) => forgeries(honest),
  crashes: () => async () => {
    process.kill(process.pid, 'SIGKILL')
    return new Promise(() => {
      // The signal is on its way.
    })
  },
}

export function withFault(fault: Fault, engines: Engines): Engines {
  const entries = [...engines.ready].map(([type, engine]) => {
    const bad: Engine<TaskType> = {
      ...engine,
      type: engine.type,
      version: engine.version,
      probe: () => engine.probe(),
      needs: (task) => engine.needs(task),
      blobs: (task) => engine.blobs(task),
      run: runs[fault]((work) => engine.run(work)),
      rerun: (work, checkpoint) => engine.rerun(work, checkpoint),
      close: () => engine.close(),
    }
    return [type, bad] as const
  })
  return { ...engines, ready: new Map(entries), close: () => engines.close() }
}

/**
 * Of proofs the first is honest; the second is the first once more, whatever the task is; those
 * that follow have one point in the place of another. What is no proof is left as it is.
 */
function forgeries(honest: Run): Run {
  let first: Finished | null = null
  let isReplayed = false
  return async (work) => {
    const result = await honest(work)
    if (result.kind !== 'finished' || !wantsProof(work.task)) return result
    if (first === null) {
      first = result
      return result
    }
    if (isReplayed) return withOutput(result, changed(result.output))
    isReplayed = true
    return withOutput(result, first.output)
  }
}

type Finished = Extract<EngineResult, { kind: 'finished' }>

function withOutput(result: Finished, output: Uint8Array): Finished {
  const part = { ...result.part, output: cidOf('raw', output), output_bytes: output.length }
  return { ...result, output, part }
}

function changed(output: Uint8Array): Uint8Array {
  const { proof, ...rest } = JSON.parse(new TextDecoder().decode(output)) as ProofOutput
  const swapped = { ...proof, pi_a: proof['pi_c'] }
  return new TextEncoder().encode(JSON.stringify({ ...rest, proof: swapped }))
}

/** Another output, under a trace whose last checkpoint goes with it. */
function falsified(result: EngineResult): EngineResult {
  if (result.kind !== 'finished') return result
  const output = Uint8Array.from([...result.output, 0x21])
  const traceLeaves = [...result.traceLeaves]
  if (traceLeaves.length > 0) traceLeaves[traceLeaves.length - 1] = anyDigest()
  const part = {
    ...result.part,
    output: cidOf('raw', output),
    output_bytes: output.length,
    trace_root: traceLeaves.length === 0 ? null : createTrace(traceLeaves).root,
  }
  return { ...result, output, part, traceLeaves }
}

function anyDigest(): Digest {
  return randomBytes(32).toString('hex') as Digest
}
