import { openMemoryStore } from '@vcp/mesh'
import { type Cid, type Offer, openEnvelope, VcpError } from '@vcp/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  type GivenTraining,
  grantPoints,
  roundOrder,
  sectorModel,
  sectorRows,
  taskIdOf,
  trainingTask,
} from '../../engines/testing/training-work.ts'
import { openTrainEngine } from '../../engines/train/train-engine.ts'
import { temporaryFolder } from '../../testing/host.ts'
import type { Effect } from '../core/effects.ts'
import { openAgentFile } from '../store/agent-file.ts'
import { signer } from '../testing/kept-run.ts'
import { nobody } from '../testing/runner-at.ts'
import { createRunner, type RunnerInput } from './runner.ts'

const taskId = taskIdOf(1)
const given = trainingTask()
const model = given.task.inputs.model
const lease = { taskId, leaseEpoch: 1 }

interface At {
  readonly told: RunnerInput[]
  next<Type extends RunnerInput['type']>(type: Type): Promise<RunnerInput & { type: Type }>
  carryOut(effect: Extract<Effect, { type: `${string}-${'run' | 'round' | 'task'}` }>): void
  close(): Promise<void>
}

function offerOf({ task }: GivenTraining): Offer {
  const ends = { lease_epoch: 1, lease_ends_at_ms: Date.now() + 30_000 }
  return { task_id: taskId, peer_id: signer.peerId, ...ends, task }
}

async function machine(rows = sectorRows(200), examples = rows.length) {
  const dataDir = temporaryFolder()
  grantPoints(dataDir, { rows, examples })
  const trainer = await openTrainEngine({ dataDir })
  onTestFinished(() => trainer.close())
  const [store, kept] = [await openMemoryStore(200_000_000), openAgentFile(':memory:').kept]
  return { dataDir, trainer, store, kept }
}

/** A runner on a machine, whose neighbours have these blobs. */
function runnerOn(
  { trainer, store, kept }: Awaited<ReturnType<typeof machine>>,
  blobs: ReadonlyMap<Cid, Uint8Array> = given.blobs,
): At {
  const told: RunnerInput[] = []
  const waiting: ((input: RunnerInput) => void)[] = []
  const runner = createRunner({
    engines: { ready: new Map(), trainer },
    kept,
    store,
    source: {
      async fetch(cid) {
        const bytes = blobs.get(cid)
        if (bytes === undefined) throw new VcpError('BLOB_UNAVAILABLE', { message: `no ${cid}` })
        await store.put([bytes], { shape: 'whole' })
      },
    },
    signer,
    nowMs: Date.now,
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    line: nobody,
    coordinator: () => 'a test',
    async tell(input) {
      told.push(input)
      for (const hear of waiting) hear(input)
    },
  })
  onTestFinished(() => runner.close())
  return {
    told,
    carryOut: runner.carryOut,
    close: runner.close,
    next: (type) =>
      new Promise((resolve) => {
        waiting.push((input) => {
          if (input.type === type) resolve(input as RunnerInput & { type: typeof type })
        })
      }),
  }
}

async function roundEnd(at: At, number = 1, training = given, id = number) {
  const ended = at.next('round-ended')
  const order = roundOrder(training.task.inputs.model, number, id)
  at.carryOut({ type: 'start-round', offer: offerOf(training), order })
  const { end } = await ended
  return end
}

async function update(at: At, number = 1, id = number) {
  const end = await roundEnd(at, number, given, id)
  if (end.kind !== 'contributed') throw new Error(end.reason)
  return end.update
}

describe('a training', () => {
  test('says that it can be made, and contributes a signed update from the store', async () => {
    const here = await machine()
    const at = runnerOn(here)
    const begun = at.next('progress-made')
    at.carryOut({ type: 'start-run', offer: offerOf(given) })
    expect(await begun).toMatchObject({ ...lease, phase: 'running' })
    const one = await update(at)
    const { rounds } = given.task.inputs
    expect(at.told.at(-2)).toMatchObject({ type: 'progress-made', percent: 100 / rounds })
    expect(openEnvelope('update', one).ok).toBe(true)
    const { delta, base_model, privacy, examples } = one.payload
    expect({ base_model, examples }).toEqual({ base_model: model, examples: null })
    expect(privacy!.epsilon).toBeGreaterThan(0)
    expect(await here.store.manifest(delta)).not.toBeNull()
    expect(await here.store.remove(delta)).toBe(false)
    const two = await update(at, 2)
    expect(await here.store.remove(delta)).toBe(true)
    at.carryOut({ type: 'release-task', taskId })
    await at.close()
    expect(await here.store.remove(two.payload.delta)).toBe(true)
  })

  test('that was left after its update was paid for sends the same one', async () => {
    const here = await machine()
    const first = runnerOn(here)
    first.carryOut({ type: 'start-run', offer: offerOf(given) })
    const before = await update(first)
    await first.close()
    const second = runnerOn(here)
    second.carryOut({ type: 'start-run', offer: offerOf(given) })
    const after = await update(second, 1, 2)
    expect(after.payload.delta).toBe(before.payload.delta)
    expect(after.payload.privacy).toEqual(before.payload.privacy)
    expect(after.payload.round_id).not.toBe(before.payload.round_id)
  })

  test('that cannot be made here is told once, and no round of it is begun', async () => {
    const wrong = trainingTask({}, sectorModel(8, 'Det'))
    const at = runnerOn(await machine(), wrong.blobs)
    const ended = at.next('run-ended')
    at.carryOut({ type: 'start-run', offer: offerOf(wrong) })
    const order = roundOrder(wrong.task.inputs.model)
    at.carryOut({ type: 'start-round', offer: offerOf(wrong), order })
    expect((await ended).end).toMatchObject({ kind: 'failed', isOurs: false })
    await at.close()
    expect(at.told.filter(({ type }) => type === 'round-ended')).toEqual([])
  })

  test('misses a round of which nobody has the model', async () => {
    const here = await machine()
    const at = runnerOn(here)
    const begun = at.next('progress-made')
    at.carryOut({ type: 'start-run', offer: offerOf(given) })
    await begun
    await here.store.remove(model)
    const other = trainingTask({}, sectorModel(9))
    expect(await roundEnd(at, 1, other)).toMatchObject({ kind: 'missed' })
  })

  test('that is stopped in a round tells nothing of it, and has spent nothing', async () => {
    const here = await machine()
    const privacy = { budget: { epsilon: 50, delta: 1e-5 }, noise_multiplier: 50 }
    const long = trainingTask({ local_steps: 5_000, privacy })
    const at = runnerOn(here, long.blobs)
    at.carryOut({ type: 'start-run', offer: offerOf(long) })
    await at.next('progress-made')
    const order = roundOrder(long.task.inputs.model)
    at.carryOut({ type: 'start-round', offer: offerOf(long), order })
    await at.next('progress-made')
    at.carryOut({ type: 'stop-run', ...lease, reason: 'cancelled' })
    await at.close()
    expect(at.told.filter(({ type }) => type.endsWith('ended'))).toEqual([])
    expect(here.kept.tasks()).toEqual([])
    expect(here.trainer.needs(given.task, null).objection).toBeNull()
  })
})

describe('what leaves the machine', () => {
  const canary = '0.31415926'

  async function left() {
    const here = await machine([...sectorRows(60), `${canary},${canary},1`], 60)
    const at = runnerOn(here)
    at.carryOut({ type: 'start-run', offer: offerOf(given) })
    const { payload } = await update(at)
    const chunks: Uint8Array[] = []
    for await (const chunk of here.store.read(payload.delta)) chunks.push(chunk)
    return { said: JSON.stringify(at.told), blob: Buffer.concat(chunks) }
  }

  test('holds nothing of the data, and says neither a loss nor how much there is', async () => {
    const { said, blob } = await left()
    for (const place of [said, blob.toString('latin1')]) {
      for (const found of [canary, 'points.csv', 'sector']) expect(place).not.toContain(found)
    }
    const [number, double] = [Buffer.alloc(4), Buffer.alloc(8)]
    number.writeFloatLE(Number(canary))
    double.writeDoubleLE(Number(canary))
    expect(blob.includes(number) || blob.includes(double)).toBe(false)
    expect(said).not.toMatch(/\b61\b|"loss"|"norms?"|"count"/)
  })
})
