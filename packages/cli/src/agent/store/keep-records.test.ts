import { expect, test } from 'vitest'
import { startMs } from '../core/testing/samples.ts'
import { manualClock } from '../testing/manual-clock.ts'
import { RecordKeeper } from './keep-records.ts'
import { createMemoryDisk } from './memory-store.ts'
import type { Change } from './store.ts'

/** A keeper of changes that a test makes, which notes how many each write took. */
function keeperIn(crowd: { readonly isCrowded: boolean }) {
  const clock = manualClock(startMs)
  const store = createMemoryDisk().open()
  const writes: number[] = []
  const changes: Change[] = []
  const unexpected = () => expect.unreachable('nothing fails here')
  const keeper = new RecordKeeper({
    store: {
      ...store,
      write(taken) {
        writes.push(taken.length)
        return store.write(taken)
      },
    },
    clock,
    take: () => changes.splice(0),
    giveBack: unexpected,
    isCrowded: () => crowd.isCrowded,
    onStall: unexpected,
    onFreed: unexpected,
    onFailure: unexpected,
  })
  const change = (name: string) => {
    changes.push({ name, text: 'new' })
    return keeper.durable()
  }
  return { clock, writes, change }
}

test('in a crowd a write serves several turns, and none waits long', async () => {
  const { clock, writes, change } = keeperIn({ isCrowded: true })
  const first = change('lease/1')
  await clock.turn()
  await first
  const others = ['lease/2', 'lease/3'].map(async (name) => {
    const done = change(name)
    await clock.turn()
    return done
  })
  await clock.turn()
  expect(writes).toEqual([1])
  await clock.advance(8)
  await Promise.all(others)
  expect(writes).toEqual([1, 2])
})

test('without one, each turn has its own', async () => {
  const { clock, writes, change } = keeperIn({ isCrowded: false })
  for (const name of ['lease/1', 'lease/2']) {
    const done = change(name)
    await clock.turn()
    await done
  }
  expect(writes).toEqual([1, 1])
})

test('a clock that was set back keeps nobody waiting', async () => {
  const { clock, writes, change } = keeperIn({ isCrowded: true })
  const [first] = [change('lease/1'), await clock.turn()]
  await first
  await clock.sleep(-3_600_000)
  const second = change('lease/2')
  await clock.turn()
  await second
  expect(writes).toEqual([1, 1])
})
