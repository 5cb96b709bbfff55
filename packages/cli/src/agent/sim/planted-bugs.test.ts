// Disks that break their word on purpose: a simulation that finds none of them is worth nothing.
import { expect, test } from 'vitest'
import type { Writing } from './disk.ts'
import { simulate } from './simulate.ts'

/** The first seed in which a promise is broken; with an honest disk it is kept there. */
async function found(writing: () => Writing): Promise<string> {
  for (let seed = 1; seed <= 100; seed++) {
    const { broken } = await simulate(seed, { steps: 120, writing: writing() })
    if (broken === null) continue
    expect((await simulate(seed, { steps: 120 })).broken).toBeNull()
    return broken
  }
  return 'nothing'
}

test('a disk that says too soon that it has written is found', async () => {
  const late = (): Writing => {
    let held: Parameters<Writing>[0] = []
    return (changes) => {
      const before = held
      held = changes
      return before
    }
  }
  expect(await found(late)).toMatch(/without a lease on disk|not on disk/)
})

test('a disk that forgets reports is found', async () => {
  const forgetful: Writing = (changes) => changes.filter(({ name }) => !name.startsWith('report/'))
  expect(await found(() => forgetful)).toMatch(/report/)
})

test('a disk that forgets how leases ended is found', async () => {
  const forgetful: Writing = (changes) => changes.filter(({ name }) => !name.startsWith('ended/'))
  expect(await found(() => forgetful)).toMatch(/nothing says how it ended|answered|not on disk/)
})

test('a disk that writes half of what belongs together is found', async () => {
  const half: Writing = (changes) => changes.slice(0, Math.ceil(changes.length / 2))
  expect(await found(() => half)).not.toBe('nothing')
})
