// What engines share that make proofs: the node they are made for, the circuits that were built
// here, the keys on disk, and what stands between strangers' code and this machine.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type BuiltCircuit,
  builtCircuits,
  checkoutFolders,
  type ProofMaking,
  rapidsnarkProver,
  snarkjsProver,
} from '@vcp/proofs'
import type { DeclineReason, Digest, EngineVersion, ErrorCode, TaskSpec } from '@vcp/protocol'
import type { EngineResult, Work } from '../engine.ts'
import type { EngineNode } from '../engines.ts'
import { isolateProofs } from './isolation.ts'
import { createKeyFiles, type KeyFiles } from './key-files.ts'

export const proveEngine: EngineVersion = { name: 'vcp-prove', version: '1' }

export interface Proving {
  readonly node: EngineNode
  /** Of the circuits that come with vcp, by their keys. */
  readonly built: ReadonlyMap<Digest, BuiltCircuit>
  readonly keyFiles: KeyFiles
  /** How a proof is made for a task that may take so much of the machine. */
  making(memoryMb: number, signal: AbortSignal): ProofMaking
  close(): Promise<void>
}

/** Of proving keys on disk. */
const keyBytesMax = 536_870_912

/**
 * Everything that is written down for proofs lies in one folder of the node's. What an agent that
 * was killed has left there, the private inputs of a task too, goes when the next one opens it.
 */
export async function openProving(node: EngineNode, dataDir: string): Promise<Proving> {
  const within = join(dataDir, 'proving')
  const empty = () => rm(within, { recursive: true, force: true })
  await empty()
  const keyFiles = createKeyFiles(join(within, 'keys'), keyBytesMax)
  const cache = checkoutFolders()?.cache
  const [isolation, found] = await Promise.all([
    isolateProofs(),
    cache === undefined ? [] : builtCircuits(cache),
  ])
  return {
    node,
    built: new Map(found.map((circuit) => [circuit.digest, circuit])),
    keyFiles,
    making(memoryMb, signal) {
      const bounds = { signal, memoryBytesMax: memoryMb * 2 ** 20 }
      return {
        prover: node.rapidsnark === null ? snarkjsProver : rapidsnarkProver(node.rapidsnark),
        witnessBounds: { ...bounds, prefix: isolation.witness },
        proverBounds: { ...bounds, prefix: isolation.prover, within },
      }
    },
    close: empty,
  }
}

/** What is not here and cannot be fetched. */
export const dataMissing = { reason: 'data_missing', needs: null, has: null } as const

/** Whose proof it will be. */
export function holderOf({ node }: Proving, { taskId, leaseEpoch }: Work<never>) {
  if (leaseEpoch === undefined) throw new RangeError('a proof is made under a lease')
  return { taskId, nodeId: node.peerId, leaseEpoch }
}

/** How often those who wait are told that it goes on. */
const progressMs = 2_000

/** Ends what takes longer than the task may, and tells now and then that it goes on. */
export async function inTime(
  { requirements }: TaskSpec,
  { signal, onProgress }: Pick<Work<never>, 'signal' | 'onProgress'>,
  work: (signal: AbortSignal) => Promise<EngineResult>,
): Promise<EngineResult> {
  const seconds = requirements.max_execution_seconds
  const late = AbortSignal.timeout(seconds * 1_000)
  const telling = setInterval(() => onProgress(null, null), progressMs)
  try {
    const result = await work(AbortSignal.any([signal, late]))
    const isLate = result.kind === 'failed' && late.aborted
    return isLate ? failed(`it took longer than ${seconds} seconds`) : result
  } finally {
    clearInterval(telling)
  }
}

/** The task is to blame, or its submitter: another machine would do no better. */
export function failed(reason: string, by?: ErrorCode): EngineResult {
  const code = by === undefined ? null : (named[by] ?? null)
  return { kind: 'failed', reason, isOurs: false, code }
}

/** What of a task has no proof anywhere. */
const named: { readonly [Code in ErrorCode]?: DeclineReason } = {
  STATEMENT_FALSE: 'statement_false',
  CIRCUITS_DIFFER: 'circuits_differ',
}
