import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { compile, decodeModel, decodeUpdate, layoutOf, rdpEpsilon, valuesOf } from '@vcp/learning'
import { type Digest, type RoundOrder, sha256, type TaskId } from '@vcp/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openDatasetBook } from '../../datasets/dataset-book.ts'
import { openLedger } from '../../datasets/ledger-place.ts'
import { temporaryFolder } from '../../testing/host.ts'
import {
  type GivenTraining,
  type Granted,
  grantPoints,
  roundOrder,
  sectorModel,
  sectorRows,
  taskIdOf,
  trainingTask,
} from '../testing/training-work.ts'
import type { RoundResult, Trainer } from '../trainer.ts'
import { openTrainEngine } from './train-engine.ts'

interface At {
  readonly dataDir: string
  readonly trainer: Trainer
  readonly shelf: Map<Digest, Uint8Array>
  prepare(given: GivenTraining): ReturnType<Trainer['prepare']>
  contribute(given: GivenTraining, changes?: Changes): Promise<RoundResult>
  spent(payer: 'dataset' | 'task', name: string): number
}

interface Changes {
  readonly requester?: Digest | null
  readonly order?: RoundOrder
  readonly taskId?: TaskId
  readonly signal?: AbortSignal
  readonly onProgress?: (percent: number) => void
}

async function at(granted: Granted = {}): Promise<At> {
  const dataDir = temporaryFolder()
  grantPoints(dataDir, granted)
  const trainer = await openTrainEngine({ dataDir })
  onTestFinished(() => trainer.close())
  const shelf = new Map<Digest, Uint8Array>()
  const signal = new AbortController().signal
  const workOf = ({ task, blobs }: GivenTraining) => {
    const model = blobs.get(task.inputs.model)!
    return { taskId: taskIdOf(1), requester: null, task, model, signal }
  }
  return {
    dataDir,
    trainer,
    shelf,
    prepare: (given) => trainer.prepare(workOf(given)),
    contribute: (given, changes = {}) =>
      trainer.contribute({
        ...workOf(given),
        order: roundOrder(given.task.inputs.model),
        onProgress: () => undefined,
        shelf: {
          has: async (digest) => shelf.has(digest),
          async put(update) {
            const digest = sha256(update)
            shelf.set(digest, update)
            return digest
          },
        },
        ...changes,
      }),
    spent(payer, name) {
      const ledger = openLedger(dataDir)
      const account = ledger.account(payer, name)
      ledger.close()
      return account.ok ? account.value.spent.epsilon : 0
    },
  }
}

function made(result: RoundResult) {
  if (result.kind === 'failed') throw new Error(result.detail)
  return result
}

function valuesIn(bytes: Uint8Array, model = sectorModel()): Float64Array {
  const decoded = decodeModel(model)
  if (!decoded.ok) throw new Error(decoded.reason)
  const options = { mode: 'plain', loss: 'softmax-cross-entropy', batchSize: 8 } as const
  const graph = compile(decoded.value, options)
  if (!graph.ok) throw new Error(graph.reason)
  const update = decodeUpdate(bytes, layoutOf(graph.value.parameters))
  if (!update.ok) throw new Error(update.reason)
  return valuesOf(update.value)
}

describe('a contribution', () => {
  test('is paid for by data set and task, and says what the task has spent', async () => {
    const { contribute, shelf, spent } = await at()
    const given = trainingTask()
    const one = made(await contribute(given))
    const cost = { samplingRate: 0.1, noiseMultiplier: 1, steps: 10 }
    const { epsilon } = rdpEpsilon([cost], 1e-5)
    expect(one.privacy).toMatchObject({ epsilon, delta: 1e-5, steps: 10 })
    expect(one.examples).toBeNull()
    expect(valuesIn(shelf.get(one.digest)!)).toHaveLength(51)
    const next = { order: roundOrder(given.task.inputs.model, 2) }
    const two = made(await contribute(given, next))
    expect(two.privacy!.epsilon).toBeGreaterThan(epsilon)
    expect(spent('dataset', 'points')).toBe(two.privacy!.epsilon)
  })

  test('is the same for a round that is tried again on its model, and is paid once', async () => {
    const { contribute, spent } = await at()
    const given = trainingTask()
    const one = made(await contribute(given))
    const before = spent('dataset', 'points')
    const again = { order: roundOrder(given.task.inputs.model, 1, 9) }
    expect(made(await contribute(given, again)).digest).toBe(one.digest)
    expect(spent('dataset', 'points')).toBe(before)
  })

  test('is made and paid for anew where its bytes are gone', async () => {
    const { contribute, shelf, spent } = await at()
    const given = trainingTask()
    const one = made(await contribute(given))
    const before = spent('dataset', 'points')
    shelf.clear()
    expect(made(await contribute(given)).digest).not.toBe(one.digest)
    expect(spent('dataset', 'points')).toBeGreaterThan(before)
  })

  test('without privacy is made where the operator allows it, and nowhere else', async () => {
    const given = trainingTask({ privacy: null, local_steps: 60 })
    const open = await at({ allowPlain: true })
    const result = made(await open.contribute(given))
    expect(result).toMatchObject({ examples: 400, privacy: null })
    expect(valuesIn(open.shelf.get(result.digest)!).some((value) => value !== 0)).toBe(true)
    const closed = await at()
    expect(await closed.contribute(given)).toMatchObject({ code: 'operator_limit' })
    expect(closed.trainer.needs(given.task, null)).toMatchObject({
      objection: { reason: 'operator_limit' },
    })
    expect(closed.shelf.size).toBe(0)
  })

  test('of a node as the unit is no longer than it may be', async () => {
    const { contribute, shelf, spent } = await at()
    const budget = { epsilon: 50, delta: 1e-5 }
    const privacy = { unit: 'node', budget, clip_norm: 0.05, noise_multiplier: 2 }
    const result = made(await contribute(trainingTask({ privacy, local_steps: 30 })))
    expect(Math.hypot(...valuesIn(shelf.get(result.digest)!))).toBeLessThanOrEqual(0.05)
    const { epsilon } = rdpEpsilon([{ samplingRate: 1, noiseMultiplier: 2, steps: 1 }], 1e-5)
    expect(spent('dataset', 'points')).toBe(epsilon)
  })

  test('of a node is not shortened where the clip norm follows its length', async () => {
    const { contribute, shelf } = await at()
    const budget = { epsilon: 50, delta: 1e-5 }
    const privacy = { unit: 'node', budget, clip_norm: 0.05, noise_multiplier: 2 }
    const inputs = { privacy, local_steps: 30, adaptive_clipping: true }
    const result = made(await contribute(trainingTask(inputs)))
    expect(Math.hypot(...valuesIn(shelf.get(result.digest)!))).toBeGreaterThan(0.05)
  })

  test('is made although no example may be in any step', async () => {
    const { contribute } = await at({ rows: sectorRows(3), examples: 1_000_000 })
    const given = trainingTask({ batch_size: 1, local_steps: 3 })
    expect((await contribute(given)).kind).toBe('contributed')
  })
})

describe('a data set that is granted to one submitter', () => {
  const [ana, ben] = ['a', 'b'].map((digit) => digit.repeat(64)) as [Digest, Digest]

  test('is trained on for their tasks, and for those of nobody else', async () => {
    const { contribute, spent, shelf, trainer } = await at({ allow: [ana] })
    const given = trainingTask()
    expect(trainer.needs(given.task, ana).objection).toBeNull()
    expect((await contribute(given, { requester: ana })).kind).toBe('contributed')
    const before = spent('dataset', 'points')
    shelf.clear()
    for (const requester of [ben, null]) {
      expect(trainer.needs(given.task, requester).objection).toMatchObject({
        reason: 'not_granted',
        has: null,
      })
      const order = roundOrder(given.task.inputs.model, 2)
      expect(await contribute(given, { requester, order })).toMatchObject({ code: 'not_granted' })
    }
    expect(spent('dataset', 'points')).toBe(before)
    expect(shelf.size).toBe(0)
  })

  test('says nothing of itself to others, not even what budget is left', async () => {
    const { trainer, prepare, contribute } = await at({ allow: [], epsilon: 0.2 })
    const given = trainingTask()
    const objection = { reason: 'not_granted', needs: null, has: null }
    expect(trainer.needs(given.task, ana).objection).toEqual(objection)
    expect(await prepare(trainingTask({}, sectorModel(8, 'Det')))).toMatchObject({
      code: 'not_granted',
    })
    expect(await contribute(given, { requester: ana })).toMatchObject({ code: 'not_granted' })
  })

  test('and taken from them in the middle releases nothing, and is not paid for', async () => {
    const { contribute, dataDir, shelf, spent } = await at({ allow: [ana] })
    const book = openDatasetBook(dataDir)
    const given = trainingTask({ local_steps: 200 })
    const result = await contribute(given, {
      requester: ana,
      onProgress: () => book.put({ ...book.find('points')!, allow: [] }),
    })
    expect(result).toMatchObject({ code: 'not_granted' })
    expect(shelf.size).toBe(0)
    expect(spent('dataset', 'points')).toBe(0)
  })
})

describe('a budget', () => {
  test('that does not cover a round is not touched, and the offer is declined before', async () => {
    const { contribute, spent, trainer, shelf } = await at({ epsilon: 0.2 })
    const given = trainingTask()
    expect(trainer.needs(given.task, null)).toMatchObject({
      objection: { reason: 'budget_spent', has: 0.2 },
    })
    expect(await contribute(given)).toMatchObject({ kind: 'failed', code: 'budget_spent' })
    expect(spent('dataset', 'points')).toBe(0)
    expect(shelf.size).toBe(0)
  })

  test('is not overspent by two tasks at a time', async () => {
    const cost = (steps: number) =>
      rdpEpsilon([{ samplingRate: 0.1, noiseMultiplier: 1, steps }], 1e-5).epsilon
    // Room for three rounds of ten steps, and not for four.
    const epsilon = (cost(30) + cost(40)) / 2
    const { contribute, spent } = await at({ epsilon })
    const given = trainingTask()
    const [one, two] = [taskIdOf(1), taskIdOf(2)]
    const work = [1, 2].flatMap((number) =>
      [one, two].map((taskId) => {
        const order = roundOrder(given.task.inputs.model, number)
        return contribute(given, { order, taskId })
      }),
    )
    const results = await Promise.all(work)
    expect(results.filter(({ kind }) => kind === 'contributed')).toHaveLength(3)
    expect(results.find(({ kind }) => kind === 'failed')).toMatchObject({ code: 'budget_spent' })
    expect(spent('dataset', 'points')).toBe(cost(30))
  })

  test('gets back what was paid for a training that was stopped', async () => {
    const { contribute, spent, shelf } = await at({ epsilon: 900 })
    const stop = new AbortController()
    const budget = { epsilon: 900, delta: 1e-5 }
    const given = trainingTask({ local_steps: 3_000, privacy: { budget } })
    const work = contribute(given, { signal: stop.signal, onProgress: () => stop.abort() })
    await expect(work).rejects.toThrow()
    expect(spent('dataset', 'points')).toBe(0)
    expect(shelf.size).toBe(0)
  })

  test('that cannot be read is taken to be spent', async () => {
    const { trainer, dataDir, contribute } = await at()
    rmSync(`${dataDir}/privacy.sqlite-wal`, { force: true })
    writeFileSync(`${dataDir}/privacy.sqlite`, 'no database')
    const { task } = trainingTask()
    expect(trainer.needs(task, null)).toMatchObject({ objection: { reason: 'budget_spent' } })
    expect(await contribute(trainingTask())).toMatchObject({ kind: 'failed' })
  })
})

describe('what stands in the way of a training', () => {
  test('is said: there is no such data set', async () => {
    const { trainer, prepare, contribute, dataDir } = await at()
    const given = trainingTask()
    expect(trainer.needs(given.task, null).objection).toBeNull()
    expect(await prepare(given)).toBeNull()
    openDatasetBook(dataDir).remove('points')
    expect(trainer.needs(given.task, null).objection).toMatchObject({ reason: 'data_missing' })
    expect(await prepare(given)).toMatchObject({ code: 'data_missing' })
    expect(await contribute(given)).toMatchObject({ code: 'data_missing' })
  })

  test('is said: the data set was taken away in the middle', async () => {
    const { contribute, dataDir, shelf, spent } = await at()
    const book = openDatasetBook(dataDir)
    const given = trainingTask({ local_steps: 200 })
    const result = await contribute(given, { onProgress: () => book.remove('points') })
    expect(result).toMatchObject({ code: 'data_missing' })
    expect(shelf.size).toBe(0)
    expect(spent('dataset', 'points')).toBe(0)
  })

  test('is said with the name of the node that cannot be trained', async () => {
    const { prepare, spent } = await at()
    const fault = await prepare(trainingTask({}, sectorModel(8, 'Det')))
    expect(fault).toMatchObject({ code: null, isOurs: false })
    expect(fault!.reason).toMatch(/^MODEL_UNSUPPORTED: .*Det/)
    expect(spent('dataset', 'points')).toBe(0)
  })

  test('is said: the model takes more memory than there is for it', async () => {
    const { prepare } = await at()
    const fault = await prepare(trainingTask({}, sectorModel(800_000)))
    expect(fault).toMatchObject({ code: 'too_large', isOurs: false })
    // A model of that size takes a while to be made.
  }, 60_000)

  test('is said without a word of the data', async () => {
    const canary = 'canary-4711'
    const rows = [...sectorRows(20), `${canary},0.5,1`]
    const { prepare, contribute } = await at({ rows })
    const results = [await prepare(trainingTask()), await contribute(trainingTask())]
    for (const result of results) {
      const { reason, detail, code } = result as Extract<RoundResult, { kind: 'failed' }>
      expect(code).toBe('data_missing')
      expect(reason).not.toContain('points.csv')
      expect(reason).not.toMatch(/row|canary/)
      expect(detail).toContain('row 22')
    }
  })

  test('is said where the numbers run away, and the budget is as before', async () => {
    const { contribute, spent, shelf } = await at()
    const result = await contribute(trainingTask({ learning_rate: 1_000, local_steps: 50 }))
    expect(result).toMatchObject({ kind: 'failed', code: null })
    expect(spent('dataset', 'points')).toBe(0)
    expect(shelf.size).toBe(0)
  })
})

describe('a child that is killed', () => {
  test('trains again for what was paid', async () => {
    const { contribute, spent } = await at()
    const given = trainingTask({ local_steps: 400 })
    let kills = 0
    const result = await contribute(given, {
      onProgress() {
        if (kills === 2) return
        kills += 1
        killChildren()
      },
    })
    expect(result.kind).toBe('contributed')
    expect(kills).toBe(2)
    const cost = { samplingRate: 0.1, noiseMultiplier: 1, steps: 400 }
    expect(spent('dataset', 'points')).toBe(rdpEpsilon([cost], 1e-5).epsilon)
  })
})

/** The trainings of this process, which a machine short of memory might kill. */
function killChildren(): void {
  const list = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
  for (const pid of list.split(' ').filter(Boolean).map(Number)) {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    if (line.includes('child-main')) process.kill(pid, 'SIGKILL')
  }
}

test('a trainer says what it trains with, and why not with what was asked for', async () => {
  const provider = process.platform === 'win32' ? 'coreml' : 'directml'
  const dataDir = temporaryFolder()
  const trainer = await openTrainEngine({ dataDir, provider })
  onTestFinished(() => trainer.close())
  expect(await trainer.probe()).toEqual({ isReady: true })
  expect(trainer.version).toEqual({ name: 'vcp-learning', version: '1.0' })
  expect(trainer.notes).toEqual([expect.stringContaining(provider)])
})
