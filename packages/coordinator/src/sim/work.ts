// The tasks of a simulation, and what is true of them: the results that honest nodes come to, and
// those that others make up.
import {
  type AccountId,
  type Cid,
  cidOf,
  type Digest,
  type Envelope,
  type Nonce,
  type PeerId,
  type Receipt,
  type Signature,
  type TaskId,
  TaskSpec,
  taskDigest,
  uuidV7From,
} from '@vcp/protocol'
import type { Chance } from './chance.ts'
import { programs, type Trace, traceOf } from './traces.ts'

export const engine = { name: 'vcp-sandbox', version: '1.1' }

const text = new TextEncoder()
const modelIn = cidOf('raw', text.encode('a program, or a model'))
const rightOutput = cidOf('raw', text.encode('right'))
const someDigest = 'bb'.repeat(32) as Digest
const signature = 'cc'.repeat(64) as Signature
const nonce = '00'.repeat(16) as Nonce

const circuit = {
  from: 'files',
  r1cs: modelIn,
  proving_key: modelIn,
  verification_key: modelIn,
  witness_generator: modelIn,
  public_order: ['context'],
}

export interface Work {
  readonly taskId: TaskId
  readonly ownerId: AccountId
  readonly spec: TaskSpec
  readonly digest: Digest
  /** Which trace its runs leave; null for none. */
  readonly program: number | null
}

/** What a run comes to. */
export interface Result {
  readonly output: Cid
  readonly trace: Trace | null
  readonly isRight: boolean
}

export function idOf(number: number): string {
  const random = new Uint8Array(10)
  new DataView(random.buffer).setUint32(6, number)
  return uuidV7From(1_790_000_000_000, random)
}

export function newWork(chance: Chance, number: number, ownerId: AccountId): Work {
  const types = { wasm_execution: 6, computation: 3, federated_learning: 2, zk_proof: 2 }
  const type = chance.weighted(types)
  const inputs = inputsOf(chance, type)
  const isProof = type === 'zk_proof'
  const spec = TaskSpec.parse({
    task_type: type,
    inputs,
    requirements: {
      min_nodes: isProof ? 1 : nodesOf(chance, inputs),
      max_execution_seconds: chance.between(5, 60),
      min_health: chance.happens(0.9) ? 0 : 0.3,
      regions: chance.happens(0.1) ? ['eu-west'] : [],
    },
    verification: isProof
      ? { level: chance.happens(0.7) ? 'proved' : 'signed' }
      : {
          level: chance.weighted({ signed: 6, replicated: 3, refereed: 1 }),
          quorum: chance.happens(0.7) ? null : chance.between(1, 4),
        },
    timeouts: { match_seconds: chance.between(10, 90), deliver_seconds: chance.between(10, 40) },
    reward_micro: chance.happens(0.2) ? 0 : chance.between(1, 1_000),
    labels: { number: String(number) },
  })
  const hasTrace = type === 'wasm_execution' && chance.happens(0.8)
  return {
    taskId: idOf(1_000 + number) as TaskId,
    ownerId,
    spec,
    digest: taskDigest(spec),
    program: hasTrace ? chance.below(programs) : null,
  }
}

function nodesOf(chance: Chance, inputs: object): number {
  // More than a buffer takes, or no update would ever be late for one.
  if ('strategy' in inputs) return chance.between(1, 5)
  if ('secure_aggregation' in inputs && inputs.secure_aggregation) return chance.between(3, 4)
  return chance.happens(0.8) ? 1 : chance.between(1, 3)
}

function inputsOf(chance: Chance, type: TaskSpec['task_type']): object {
  if (type === 'wasm_execution') return { module: modelIn, call: { kind: 'wasi' } }
  if (type === 'computation') return { script: modelIn, input: null }
  if (type === 'zk_proof') return { circuit, public_inputs: {} }
  const isBuffered = chance.happens(0.4)
  const isSecure = !isBuffered && chance.happens(0.5)
  return {
    model: modelIn,
    loss: 'mse',
    dataset: 'digits',
    rounds: isBuffered ? chance.between(1, 6) : chance.between(1, 3),
    local_steps: 1,
    batch_size: 1,
    learning_rate: 0.1,
    privacy: null,
    updates_min: isSecure ? 3 : chance.between(1, 3),
    secure_aggregation: isSecure,
    round_seconds: chance.between(10, 60),
    ...(isBuffered && { strategy: 'fedbuff', server: { staleness_max: chance.between(0, 3) } }),
  }
}

/** Whoever makes results up makes them up by name, so that two who agree on a name agree. */
export function resultOf({ program }: Work, lie: { name: string; from: number } | null): Result {
  return {
    output: lie === null ? rightOutput : modelOf(lie.name),
    trace: program === null ? null : traceOf(program, lie),
    isRight: lie === null,
  }
}

export function isRightOutput(output: Cid): boolean {
  return output === rightOutput
}

export function modelOf(name: string): Cid {
  const known = models.get(name)
  if (known !== undefined) return known
  const made = cidOf('raw', text.encode(name))
  models.set(name, made)
  return made
}

/** A pure function's results, as with traces. */
const models = new Map<string, Cid>()

export function receiptOf(work: Work, leaseEpoch: number, result: Result): Receipt {
  return {
    task_id: work.taskId,
    task_type: work.spec.task_type,
    task_digest: work.digest,
    lease_epoch: leaseEpoch,
    module: modelIn,
    instrumented: someDigest,
    input: someDigest,
    output: result.output,
    output_bytes: 5,
    ending: { kind: 'ok' },
    gas: 1_000,
    trace_root: result.trace?.root ?? null,
    engine,
    started_at_ms: 0,
    ended_at_ms: 1,
  }
}

/** The signature is checked before the core is told, so here it is of the right form only. */
export function envelopeOf(peerId: PeerId, payload: Receipt): Envelope<'receipt'> {
  return { type: 'receipt', peer_id: peerId, nonce, at_ms: 0, payload, signature }
}
