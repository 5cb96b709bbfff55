import { type Evidence, VcpError } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { memoryKnownLogs } from './known-logs.ts'
import { runTask } from './run-task.ts'
import type { TaskProgress } from './task-progress.ts'
import { serveFake } from './testing/fake-coordinator.ts'
import { FakeLog, keyOfLog } from './testing/fake-log.ts'
import { connected, taskFor } from './testing/tasks.ts'

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

async function failure(work: Promise<unknown>): Promise<VcpError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof VcpError) return error
  throw new Error(`no failure: ${String(error)}`)
}

describe('a task', () => {
  test('comes back as a result that was checked here', async () => {
    const fake = await serveFake()
    const seen: TaskProgress[] = []
    const task = taskFor()
    const result = await runTask(connected(fake), task, {
      knownLogs: memoryKnownLogs(),
      onProgress: (progress) => void seen.push(progress),
    })
    expect(text(result.output)).toBe('the output')
    expect(result).toMatchObject({ taskId: task.submission.task_id, level: 'signed' })
    const steps = Object.fromEntries(result.report.steps.map(({ step, result: is }) => [step, is]))
    expect(steps).toMatchObject({ task: 'ok', signatures: 'ok', inclusion: 'ok', output: 'ok' })
    expect(seen.at(-1)).toMatchObject({ status: 'completed' })
    expect(fake.blobs.size).toBe(2)
  })

  test('tells on its way who has it and how far it is', async () => {
    const fake = await serveFake()
    fake.outputOf = () => null
    const task = taskFor()
    const seen: string[] = []
    const running = runTask(connected(fake), task, {
      knownLogs: memoryKnownLogs(),
      onProgress: ({ status, nodes }) => {
        seen.push(`${status} ${nodes.length}`)
        if (seen.length === 1) fake.complete(task.submission, Buffer.from('late'))
      },
    })
    expect(text((await running).output)).toBe('late')
    expect(seen).toEqual([
      'pending 0',
      'assigned 1',
      'running 1',
      'running 1',
      'verifying 1',
      'completed 1',
    ])
  })

  test('is heard of again where the stream of events breaks', async () => {
    const fake = await serveFake()
    fake.outputOf = () => null
    const task = taskFor()
    let isFirst = true
    const running = runTask(connected(fake), task, {
      knownLogs: memoryKnownLogs(),
      onProgress: () => {
        if (!isFirst) return
        isFirst = false
        fake.cutStreams()
        fake.complete(task.submission, Buffer.from('meanwhile'))
      },
    })
    expect(text((await running).output)).toBe('meanwhile')
    expect(fake.count('getTask')).toBe(1)
  })

  test('is followed by asking where there is no stream of events at all', async () => {
    const fake = await serveFake()
    const task = taskFor()
    fake.mishap = ({ name }) => (name === 'events' ? { code: 'RATE_LIMITED' } : undefined)
    fake.outputOf = () => null
    const running = runTask(connected(fake), task, {
      knownLogs: memoryKnownLogs(),
      onProgress: () => fake.complete(task.submission, Buffer.from('asked')),
    })
    expect(text((await running).output)).toBe('asked')
  })

  test('is submitted once, however often it is sent', async () => {
    const fake = await serveFake()
    let cuts = 2
    fake.mishap = ({ name }) => {
      if (name !== 'submitTask' || cuts === 0) return undefined
      cuts -= 1
      return 'cut-after'
    }
    await runTask(connected(fake), taskFor(), { knownLogs: memoryKnownLogs() })
    expect(fake.count('submitTask')).toBe(3)
    const submitted = fake.log.entries.filter(({ event }) => event.type === 'task-submitted')
    expect(submitted).toHaveLength(1)
  })

  test.each([
    [true, 'TASK_FAILED', 7],
    [false, 'NO_ELIGIBLE_NODE', 6],
  ])('that failed says whether any node had it: %s', async (wasOffered, code, exitCode) => {
    const fake = await serveFake()
    fake.outputOf = () => null
    const task = taskFor()
    const { task_id } = task.submission
    let isFirst = true
    const running = runTask(connected(fake), task, {
      knownLogs: memoryKnownLogs(),
      onProgress: () => {
        if (!isFirst) return
        isFirst = false
        const peer_id = fake.log.signer.peerId
        const lease = { task_id, peer_id, lease_epoch: 1, lease_ends_at_ms: 1 }
        if (wasOffered) fake.log.append({ type: 'assignment-offered', ...lease })
        fake.fail(task.submission, 'nobody in time')
      },
    })
    const error = await failure(running)
    expect(error).toMatchObject({ code, exitCode })
    expect(error.message).toContain('nobody in time')
  })
})

describe('a result is not given', () => {
  const forgeries: readonly (readonly [string, (evidence: Evidence) => unknown, string])[] = [
    [
      'under another signature',
      (e) => withReceipt(e, { signature: 'ab'.repeat(64) }),
      'signatures',
    ],
    ['of another task', (e) => withPayload(e, { task_digest: 'cd'.repeat(32) }), 'task'],
    [
      'that is not in the log',
      (e) => ({ ...e, checkpoint: e.checkpoint.replace(/\n\d+\n/, '\n99\n') }),
      'log',
    ],
    ['of no form', (e) => ({ ...e, level: 'certain' }), 'another form'],
  ]

  test.each(forgeries)('%s', async (_, tamper, step) => {
    const fake = await serveFake()
    fake.tamper = tamper
    const error = await failure(
      runTask(connected(fake), taskFor(), { knownLogs: memoryKnownLogs() }),
    )
    expect(['VERIFICATION_FAILED', 'COORDINATOR_MISBEHAVED']).toContain(error.code)
    expect(error.message).toContain(step)
  })

  test('where other bytes came than were signed for', async () => {
    const fake = await serveFake()
    fake.tamper = (evidence) => {
      for (const [cid, bytes] of fake.blobs) {
        if (bytes.toString() === 'the output') fake.blobs.set(cid, Buffer.from('a lie'))
      }
      return evidence
    }
    fake.mishap = ({ name }) => {
      if (name === 'getBlob') fake.tamper(fake.tasks.values().next().value!.evidence!)
      return undefined
    }
    const error = await failure(
      runTask(connected(fake), taskFor(), { knownLogs: memoryKnownLogs() }),
    )
    expect(error).toMatchObject({ code: 'BLOB_CORRUPT', exitCode: 8 })
  })

  test('at a level below the one that was asked for', async () => {
    const fake = await serveFake()
    const more = { verification: { level: 'replicated', quorum: 2 } } as const
    const error = await failure(
      runTask(connected(fake), taskFor('hello', more), { knownLogs: memoryKnownLogs() }),
    )
    expect(error).toMatchObject({ code: 'VERIFICATION_WEAK', exitCode: 8 })
    expect(error.message).toContain('is signed; the task asked for replicated')
  })

  test('by a log whose key is another than at first', async () => {
    const knownLogs = memoryKnownLogs()
    const honest = await serveFake()
    await runTask(connected(honest), taskFor(), { knownLogs })
    const key = await knownLogs.find(honest.url)
    const other = await serveFake(new FakeLog(9))
    expect(key).toBe(keyOfLog(honest.log.signer))
    const kept = memoryKnownLogs({ [other.url]: key! })
    const error = await failure(runTask(connected(other), taskFor(), { knownLogs: kept }))
    expect(error).toMatchObject({ code: 'LOG_KEY_CHANGED', exitCode: 8 })
  })
})

function withReceipt(evidence: Evidence, change: object): unknown {
  const receipts = evidence.receipts.map((each) => ({
    ...each,
    receipt: { ...each.receipt, ...change },
  }))
  return { ...evidence, receipts }
}

function withPayload(evidence: Evidence, change: object): unknown {
  const [first] = evidence.receipts
  return withReceipt(evidence, { payload: { ...first!.receipt.payload, ...change } })
}
