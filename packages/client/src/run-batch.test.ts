import { setTimeout as later } from 'node:timers'
import { type Evidence, limits, VcpError } from '@vcp/protocol'
import { expect, test } from 'vitest'
import { memoryKnownLogs } from './known-logs.ts'
import type { Pace } from './pace.ts'
import { type BatchOutcome, runBatch } from './run-batch.ts'
import type { PreparedTask } from './submit-task.ts'
import { serveFake } from './testing/fake-coordinator.ts'
import { connected, taskFor } from './testing/tasks.ts'

async function* tasks(count: number): AsyncGenerator<PreparedTask> {
  for (let i = 0; i < count; i += 1) yield taskFor(`task ${i}`)
}

async function all(outcomes: AsyncIterable<BatchOutcome>): Promise<readonly BatchOutcome[]> {
  const found: BatchOutcome[] = []
  for await (const outcome of outcomes) found.push(outcome)
  return found
}

/** Waits are over at once, and counted. */
function hurried(): Pace & { readonly waits: number[] } {
  const waits: number[] = []
  return {
    waits,
    nowMs: () => 0,
    wait: (ms) => {
      waits.push(ms)
      return new Promise((resolve) => later(resolve, 0))
    },
  }
}

test('many tasks come back, each verified, with few requests and few open at once', async () => {
  const fake = await serveFake()
  fake.outputOf = ({ task }) => Buffer.from(JSON.stringify(task.inputs))
  let openMax = 0
  const options = {
    knownLogs: memoryKnownLogs(),
    openMax: 40,
    onProgress: (sent: number, ended: number) => {
      openMax = Math.max(openMax, sent - ended)
    },
  }
  const outcomes = await all(runBatch(connected(fake), tasks(150), options))
  expect(outcomes).toHaveLength(150)
  expect(outcomes.filter(({ ok }) => !ok)).toEqual([])
  const ids = new Set(outcomes.map(({ item }) => item.submission.task_id))
  expect(ids.size).toBe(150)
  for (const outcome of outcomes.slice(0, 20)) {
    const said = JSON.stringify(outcome.item.submission.task.inputs)
    expect(outcome.ok && new TextDecoder().decode(outcome.result.output)).toBe(said)
  }
  expect(fake.count('submitTasks')).toBeLessThan(30)
  expect(fake.count('putBlob')).toBe(1)
  expect(openMax).toBeLessThanOrEqual(40)
})

test('small outputs come with their evidence and are checked, large ones fetched', async () => {
  const fake = await serveFake()
  const large = Buffer.alloc(limits.evidenceOutputBytesMax + 1, 'x')
  const isThird = (task: unknown) => JSON.stringify(task).includes('task 3')
  fake.outputOf = ({ task }) => (isThird(task) ? large : Buffer.from('y'))
  const options = { knownLogs: memoryKnownLogs() }
  const outcomes = await all(runBatch(connected(fake), tasks(6), options))
  const bytes = outcomes.map((each) => (each.ok ? each.result.output.length : null))
  expect(bytes.filter((each) => each === 1)).toHaveLength(5)
  expect(bytes).toContain(large.length)
  expect(fake.count('getBlob')).toBe(1)

  fake.tamperOutput = () => Buffer.from('z')
  const tampered = await all(runBatch(connected(fake), tasks(2), options))
  expect(tampered).toMatchObject([
    { ok: false, error: { code: 'VERIFICATION_FAILED' } },
    { ok: false, error: { code: 'VERIFICATION_FAILED' } },
  ])
})

test('what fails is told with its task, and the others go on', async () => {
  const fake = await serveFake()
  const failing = new Set<string>()
  fake.outputOf = (submission) => {
    const { task } = submission
    if (!JSON.stringify(task).includes('task 3')) return Buffer.from('fine')
    failing.add(submission.task_id)
    queueMicrotask(() => fake.fail(submission, 'it trapped'))
    return null
  }
  const outcomes = await all(runBatch(connected(fake), tasks(10), { knownLogs: memoryKnownLogs() }))
  const failed = outcomes.filter(({ ok }) => !ok)
  expect(failed.map(({ item }) => item.submission.task_id)).toEqual([...failing])
  expect(failed[0]).toMatchObject({ error: { code: 'NO_ELIGIBLE_NODE' } })
})

test('waits as long as the coordinator asks for', async () => {
  const fake = await serveFake()
  let refusals = 3
  fake.mishap = ({ name }) => {
    if (name !== 'submitTasks' || refusals === 0) return undefined
    refusals -= 1
    return { code: 'RATE_LIMITED', retryAfter: 7 }
  }
  const pace = hurried()
  const outcomes = await all(
    runBatch(connected(fake, { pace }), tasks(5), { knownLogs: memoryKnownLogs() }),
  )
  expect(outcomes.every(({ ok }) => ok)).toBe(true)
  expect(pace.waits.filter((ms) => ms === 7_000)).toHaveLength(3)
})

test('a batch that is sent again finds its results, and submits nothing twice', async () => {
  const fake = await serveFake()
  const items: PreparedTask[] = []
  for await (const item of tasks(20)) items.push(item)
  async function* again() {
    yield* items
  }
  await all(runBatch(connected(fake), again(), { knownLogs: memoryKnownLogs() }))
  const entries = fake.log.entries.length
  const outcomes = await all(runBatch(connected(fake), again(), { knownLogs: memoryKnownLogs() }))
  expect(outcomes.every(({ ok }) => ok)).toBe(true)
  expect(fake.log.entries).toHaveLength(entries)
})

test('a stream that breaks in the middle loses nothing', async () => {
  const fake = await serveFake()
  const held: (() => void)[] = []
  fake.outputOf = (submission) => {
    held.push(() => fake.complete(submission, Buffer.from('late')))
    if (held.length === 12) {
      queueMicrotask(() => {
        fake.cutStreams()
        for (const complete of held) complete()
      })
    }
    return null
  }
  const outcomes = await all(runBatch(connected(fake), tasks(12), { knownLogs: memoryKnownLogs() }))
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(12)
  expect(fake.count('listTasks') + fake.count('getTask')).toBeGreaterThan(0)
})

test('an id that comes twice is an error, not a task that never ends', async () => {
  const fake = await serveFake()
  fake.outputOf = () => null
  const item = taskFor()
  async function* twice() {
    yield item
    yield item
  }
  const running = all(runBatch(connected(fake), twice(), { knownLogs: memoryKnownLogs() }))
  await expect(running).rejects.toMatchObject({ code: 'CONFLICT' })
})

test('who stops taking results stops the batch', async () => {
  const fake = await serveFake()
  const options = { knownLogs: memoryKnownLogs(), openMax: 10 }
  for await (const outcome of runBatch(connected(fake), tasks(10_000), options)) {
    expect(outcome.ok).toBe(true)
    break
  }
  expect(fake.tasks.size).toBeLessThan(100)
})

test('that it is interrupted is the end of the batch, and the outcome of no task', async () => {
  const fake = await serveFake()
  fake.outputOf = () => null
  const stop = new AbortController()
  const reason = new VcpError('INTERRUPTED')
  const options = {
    knownLogs: memoryKnownLogs(),
    onProgress: (sent: number) => {
      if (sent === 5) stop.abort(reason)
    },
  }
  const seen: BatchOutcome[] = []
  async function run() {
    const connection = connected(fake, { signal: stop.signal })
    for await (const outcome of runBatch(connection, tasks(5), options)) seen.push(outcome)
  }
  await expect(run()).rejects.toBe(reason)
  expect(seen).toEqual([])
})

test('evidence is asked for many at a time, and again where there is no head', async () => {
  const fake = await serveFake()
  const unsigned = new Set<string>()
  fake.evidenceMishap = (taskId) => {
    if (unsigned.size === 3 || unsigned.has(taskId)) return undefined
    unsigned.add(taskId)
    return 'OVERLOADED'
  }
  const outcomes = await all(
    runBatch(connected(fake, { pace: hurried() }), tasks(60), { knownLogs: memoryKnownLogs() }),
  )
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(60)
  expect(unsigned.size).toBe(3)
  expect(fake.count('taskEvidence')).toBe(0)
  expect(fake.count('tasksEvidence')).toBeLessThan(30)
})

test('a result whose evidence is refused is the outcome of its task alone', async () => {
  const fake = await serveFake()
  let refused = ''
  fake.evidenceMishap = (taskId) => {
    if (refused === '') refused = taskId
    return refused === taskId ? 'CONFLICT' : undefined
  }
  const outcomes = await all(runBatch(connected(fake), tasks(12), { knownLogs: memoryKnownLogs() }))
  const failed = outcomes.filter(({ ok }) => !ok)
  expect(failed).toMatchObject([{ item: { submission: { task_id: refused } } }])
  expect(failed[0]).toMatchObject({ error: { code: 'CONFLICT' } })
})

test('evidence of another task in its place is no result', async () => {
  const fake = await serveFake()
  const ofOthers: Evidence[] = []
  fake.tamper = (evidence) => {
    ofOthers.push(evidence)
    return ofOthers.length === 2 ? ofOthers[0] : evidence
  }
  const outcomes = await all(runBatch(connected(fake), tasks(5), { knownLogs: memoryKnownLogs() }))
  const failed = outcomes.filter(({ ok }) => !ok)
  expect(failed).toMatchObject([{ error: { code: 'VERIFICATION_FAILED' } }])
})
