// The engines of this version. A type of task with another engine is a folder and a line in
// `makers`; a type whose line is null is not offered by any node of this version.
import { type EngineVersion, type TaskType, taskTypes } from '@vcp/protocol'
import type { Pool, Protection } from '@vcp/sandbox'
import type { Engine, Readiness } from './engine.ts'
import { openSandboxPool, tryOutSandbox } from './sandbox-pool.ts'

/** What engines are made of, and share. */
export interface EngineParts {
  readonly pool: Pool
  /** Whether a program runs to its end in a process like those of the pool. */
  readonly sandbox: Readiness
}

type Makers = {
  readonly [Type in TaskType]: ((parts: EngineParts) => Promise<Engine<Type>>) | null
}

const makers: Makers = {
  federated_learning: null,
  zk_proof: null,
  wasm_execution: async (parts) => (await import('./wasm/wasm-engine.ts')).openWasmEngine(parts),
  computation: async (parts) =>
    (await import('./computation/computation-engine.ts')).openComputationEngine(parts),
  connect_only: null,
}

export interface Engines {
  /** An engine for each type that can be run here; it is given tasks of its own type only. */
  readonly ready: ReadonlyMap<TaskType, Engine<TaskType>>
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
}

export async function openEngines(options: EnginesOptions): Promise<Engines> {
  const { seats, trial = tryOutSandbox } = options
  const [pool, sandbox] = await Promise.all([openSandboxPool(seats), trial()])
  const parts = { pool, sandbox }
  const trials = taskTypes.map((type) => tryOut(makers[type]?.(parts)))
  const found = await Promise.all(trials).catch(async (error: unknown) => {
    await pool.close()
    throw error
  })
  const ready = found.flatMap((each) => (each?.isReady === true ? [each.engine] : []))
  const unready = found.flatMap((each) => (each?.isReady === false ? [each.unready] : []))
  return {
    ready: new Map(ready.map((engine) => [engine.type, engine])),
    unready,
    protections: pool.protections,
    async close() {
      await Promise.all(ready.map((engine) => engine.close()))
      await pool.close()
    },
  }
}

/** What a node says of its engines when it registers. */
export function versionsOf({
  ready,
}: Pick<Engines, 'ready'>): Partial<Record<TaskType, EngineVersion>> {
  return Object.fromEntries([...ready].map(([type, { version }]) => [type, version]))
}

type Tried =
  | { readonly isReady: true; readonly engine: Engine<TaskType> }
  | { readonly isReady: false; readonly unready: { type: TaskType; reason: string } }

async function tryOut(opening: Promise<Engine<TaskType>> | undefined): Promise<Tried | null> {
  if (opening === undefined) return null
  const engine = await opening
  const readiness = await engine.probe()
  if (readiness.isReady) return { isReady: true, engine }
  await engine.close()
  return { isReady: false, unready: { type: engine.type, reason: readiness.reason } }
}
