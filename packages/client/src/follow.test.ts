import type { LedgerEvent } from '@vcp/protocol'
import { expect, test } from 'vitest'
import { follow, type Heard } from './follow.ts'
import { apiKey } from './index.ts'
import { type FakeCoordinator, serveFake } from './testing/fake-coordinator.ts'
import { connected } from './testing/tasks.ts'

const event: LedgerEvent = {
  type: 'task-failed',
  task_id: '019f0000-0000-7000-8000-000000000001' as never,
  reason: 'for a test',
}

/** Listens until the entry of a place has come, and says what was heard until then. */
async function heardUntil(
  fake: FakeCoordinator,
  index: number,
  on: (heard: Heard) => void,
): Promise<readonly (number | 'look')[]> {
  const all: (number | 'look')[] = []
  for await (const heard of follow(connected(fake), new AbortController().signal)) {
    all.push(heard === 'look' ? heard : heard.index)
    on(heard)
    if (heard !== 'look' && heard.index === index) break
  }
  return all
}

test('a stream that breaks goes on behind what was heard last', async () => {
  const fake = await serveFake()
  const all = await heardUntil(fake, 3, (heard) => {
    if (heard === 'look' && fake.log.entries.length === 0) fake.log.append(event)
    if (heard === 'look' || heard.index !== 0) return
    fake.cutStreams()
    for (let i = 0; i < 3; i += 1) fake.log.append(event)
  })
  expect(all.filter((each) => each !== 'look')).toEqual([0, 1, 2, 3])
  expect(all[0]).toBe('look')
  expect(fake.calls.at(-1)?.headers['last-event-id']).toBe('0')
})

test('a coordinator that is away for a moment is waited for', async () => {
  const fake = await serveFake()
  let refusals = 2
  fake.mishap = () => {
    refusals -= 1
    return refusals < 0 ? undefined : 'cut'
  }
  const all = await heardUntil(fake, 0, (heard) => {
    if (heard === 'look' && refusals < 0) fake.log.append(event)
  })
  expect(all).toEqual(['look', 'look', 'look', 0])
})

test('credentials that are refused end it', async () => {
  const fake = await serveFake()
  const stranger = connected(fake, { credentials: apiKey('another') })
  const heard = follow(stranger, new AbortController().signal)
  await expect(heard.next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
})
