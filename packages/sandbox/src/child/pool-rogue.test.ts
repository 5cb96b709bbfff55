import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { actTask, ample, ownCopy, processesOf, rogueProgram } from '../testing/pool-tasks.ts'
import { openPool, type Pool } from './pool.ts'

// Every child here was taken over from the first moment on.
let program: ReturnType<typeof ownCopy>
let pool: Pool

beforeAll(async () => {
  program = ownCopy(await rogueProgram())
  pool = await openPool({ program, size: 1 })
})
afterAll(async () => {
  await pool.close()
  const left = processesOf(program)
  program[Symbol.dispose]()
  expect(left).toEqual([])
})

function play(trick: string, deadlineMs = ample.deadlineMs) {
  return pool.submit(actTask(trick), { ...ample, deadlineMs, onProgress: () => undefined })
}

const unsaid = 'it said what it may not say'

describe('a child that was taken over', () => {
  test.each([
    ['answers for another task', 'stranger', unsaid],
    ['answers with wrong types', 'wrongType', unsaid],
    ['answers with a field more', 'extraField', unsaid],
    ['answers with a prototype', 'prototype', unsaid],
    ['answers with deep nesting', 'nesting', unsaid],
    ['answers with no JSON', 'notJson', 'it sent a frame that is malformed'],
    ['answers with gas below zero', 'negativeGas', unsaid],
    ['answers without bytes', 'noBlobs', unsaid],
    ['answers with bytes beyond the end', 'badBlob', 'it sent a frame that is malformed'],
    ['announces 4 GB and sends them', 'giant', 'it sent a frame that is too large'],
    ['comes up twice', 'readyAgain', unsaid],
    ['takes its task twice', 'takesTwice', 'it took its task twice'],
    ['reports without end', 'statusFlood', 'it reported more often than agreed'],
    ['writes without end', 'stderrFlood', 'it wrote too much'],
    ['exits', 'leaves', 'it ended with code 3'],
    ['hangs up', 'hangsUp', 'SIGKILL ended it'],
    ['exits before it takes any task', 'untaken', 'its child was gone before it began, twice'],
  ])('and %s has crashed, and the next one is asked', async (_, trick, detail) => {
    const before = process.memoryUsage.rss()
    expect(await play(trick)).toMatchObject({ kind: 'infrastructure', fault: 'crash', detail })
    expect(process.memoryUsage.rss() - before).toBeLessThan(500 * 1_048_576)
    expect(await play('honest')).toMatchObject({ kind: 'attestable', ending: { kind: 'ok' } })
  })

  test('and comes up again after its task is replaced', async () => {
    const [first] = processesOf(program)
    expect(await play('readyAfterwards')).toMatchObject({ kind: 'attestable' })
    // What it said afterwards is heard before or after this one is given to it, and never taken.
    expect(await play('honest')).toMatchObject({ kind: 'attestable' })
    expect(processesOf(program)).not.toContain(first)
  })

  test('and answers twice is believed once, and cannot answer for the next task', async () => {
    const results = await Promise.all(['twice', 'honest', 'honest'].map((trick) => play(trick)))
    expect(results.map(({ kind }) => kind)).toEqual(['attestable', 'attestable', 'attestable'])
  })

  test('and hears nothing any more is ended at its deadline', async () => {
    const result = await play('deaf', 200)
    expect(result).toMatchObject({ fault: 'timeout' })
    expect(result.wallMs).toBeLessThan(10_000)
    expect(await play('honest')).toMatchObject({ kind: 'attestable' })
  })
})
