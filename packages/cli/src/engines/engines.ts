// The engines of this version. A type of task with another engine is a folder and a line in
// `makers`; a type whose line is null is not offered by any node of this version.

import type { ProviderWish } from '@vcp/learning'
import {
  type Digest,
  type EngineVersion,
  type Outcome,
  type PeerId,
  type TaskSpec,
  type TaskType,
  taskTypes,
} from '@vcp/protocol'
import type { Pool, Protection } from '@vcp/sandbox'
import type { Engine, Readiness } from './engine.ts'
import type { Proving } from './prove/proving.ts'
import { openSandboxPool, tryOutSandbox } from './sandbox-pool.ts'
import type { Trainer } from './trainer.ts'

/** What engines are made of, and share. */
export interface EngineParts {
  readonly pool: Pool
  /** Whether a program runs to its end in a process like those of the pool. */
  readonly sandbox: Readiness
  /** Null where there is no node: nothing is signed for, so nothing can be proved for it. */
  readonly proving: Proving | null
}

/** What an engine has to know of the node that it runs for. */
export interface EngineNode {
  readonly peerId: PeerId
  /** The bytes that somebody has sealed to this node. */
  unseal(box: Uint8Array): Outcome<Uint8Array>
  /** A rapidsnark binary that the operator has installed. */
  readonly rapidsnark: string | null
}

/** A training has rounds, and a trainer; everything else has an engine, and a result. */
type RunType = Exclude<TaskType, 'federated_learning'>

type Makers = {
  readonly [Type in RunType]: ((parts: EngineParts) => Promise<Engine<Type> | null>) | null
}

const makers: Makers = {
  zk_proof: async ({ proving }) =>
    proving === null ? null : (await import('./prove/prove-engine.ts')).openProveEngine(proving),
  wasm_execution: async (parts) => (await import('./wasm/wasm-engine.ts')).openWasmEngine(parts),
  computation: async (parts) =>
    (await import('./computation/computation-engine.ts')).openComputationEngine(parts),
  connect_only: null,
}

export interface Engines {
  /** An engine for each type that can be run here; it is given tasks of its own type only. */
  readonly ready: ReadonlyMap<TaskType, Engine<TaskType>>
  /** Null where this machine does not train. */
  readonly trainer: Trainer | null
  /** The types for which there is an engine, but not on this machine. */
  readonly unready: readonly { readonly type: TaskType; readonly reason: string }[]
  /** What stands between the processes of the engines and this machine, and what does not. */
  readonly protections: readonly Protection[]
  /** Ends what runs; when it resolves no process of theirs is left. */
  close(): Promise<void>
}

export interface EnginesOptions {
  /** How many processes run tasks at the same time. */
  readonly seats: number
  readonly trial?: () => Promise<Readiness>
  /** Of the node, with its data sets and their budgets; null where nothing is trained or proved. */
  readonly dataDir?: string | null
  readonly node?: EngineNode | null
  /** What to train with. */
  readonly provider?: ProviderWish
}

export async function openEngines(options: EnginesOptions): Promise<Engines> {
  const { seats, trial = tryOutSandbox, dataDir = null, node = null, provider = 'cpu' } = options
  const [pool, sandbox, proving] = await Promise.all([
    openSandboxPool(seats),
    trial(),
    node === null || dataDir === null ? null : openProvingFor(node, dataDir),
  ])
  const parts = { pool, sandbox, proving }
  const trials = taskTypes.map((type) =>
    type === 'federated_learning' ? null : tryOut<Engine<TaskType>>(makers[type]?.(parts)),
  )
  const trying = Promise.all([Promise.all(trials), tryOut(trainerOf(dataDir, provider))] as const)
  const [found, training] = await trying.catch(async (error: unknown) => {
    await pool.close()
    throw error
  })
  const ready = found.flatMap((each) => (each?.isReady === true ? [each.engine] : []))
  const trainer = training?.isReady === true ? training.engine : null
  const unready = [...found, training].flatMap((each) =>
    each?.isReady === false ? [each.unready] : [],
  )
  return {
    ready: new Map(ready.map((engine) => [engine.type, engine])),
    trainer,
    unready,
    protections: pool.protections,
    async close() {
      await Promise.all([...ready, trainer].map((engine) => engine?.close()))
      await Promise.all([pool.close(), proving?.close()])
    },
  }
}

async function openProvingFor(node: EngineNode, dataDir: string): Promise<Proving> {
  return (await import('./prove/proving.ts')).openProving(node, dataDir)
}

async function trainerOf(dataDir: string | null, provider: ProviderWish): Promise<Trainer | null> {
  if (dataDir === null) return null
  return (await import('./train/train-engine.ts')).openTrainEngine({ dataDir, provider })
}

/** What a task takes, and what speaks against it; null where nothing here runs its type. */
export function needsOf(
  { ready, trainer }: Pick<Engines, 'ready' | 'trainer'>,
  { task, requester = null }: { readonly task: TaskSpec; readonly requester?: Digest | null },
) {
  if (task.task_type === 'federated_learning') return trainer?.needs(task, requester) ?? null
  return ready.get(task.task_type)?.needs(task) ?? null
}

/** What a node says of its engines when it registers. */
export function versionsOf({
  ready,
  trainer,
}: Pick<Engines, 'ready' | 'trainer'>): Partial<Record<TaskType, EngineVersion>> {
  const all = trainer === null ? [...ready.values()] : [...ready.values(), trainer]
  return Object.fromEntries(all.map(({ type, version }) => [type, version]))
}

type Tried<Kind> =
  | { readonly isReady: true; readonly engine: Kind }
  | { readonly isReady: false; readonly unready: { type: TaskType; reason: string } }

async function tryOut<Kind extends Pick<Engine<TaskType> | Trainer, 'type' | 'probe' | 'close'>>(
  opening: Promise<Kind | null> | undefined,
): Promise<Tried<Kind> | null> {
  const engine = await opening
  if (engine === undefined || engine === null) return null
  const readiness = await engine.probe()
  if (readiness.isReady) return { isReady: true, engine }
  await engine.close()
  return { isReady: false, unready: { type: engine.type, reason: readiness.reason } }
}
