// Hostile modules in the child as it ships: each ends as it has to, and the next task is served as
// if it had never been there.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HostileRun } from '../testing/hostile-run.ts'
import { hostileRuns } from '../testing/hostile-runs.ts'
import { moduleOf } from '../testing/module-builder.ts'
import { ample, ownCopy, processesOf } from '../testing/pool-tasks.ts'
import { runRequest } from '../testing/run-request.ts'
import { openPool, type Pool } from './pool.ts'
import type { PoolResult } from './pool-result.ts'
import { bundleFromSources } from './program.ts'

let program: ReturnType<typeof ownCopy>
let pool: Pool

beforeAll(async () => {
  program = ownCopy(await bundleFromSources())
  pool = await openPool({ program, size: 2 })
})
afterAll(async () => {
  await pool.close()
  const left = processesOf(program)
  program[Symbol.dispose]()
  expect(left).toEqual([])
})

function submit(run: HostileRun, requester = 'mallory'): Promise<PoolResult> {
  return pool.submit(
    {
      requester,
      module: run.bytes(),
      form: 'raw',
      memoryPagesMax: run.memoryPagesMax ?? 1_024,
      request: runRequest(run.request),
    },
    { ...ample, ...run.limits },
  )
}

const sum = {
  name: 'a sum',
  bytes: () => moduleOf({ export: 'f', results: ['i32'], body: 'i32.const 3 i32.const 4 i32.add' }),
  request: { call: { kind: 'function', function: 'f', arguments: [] } },
  expected: { ending: { kind: 'ok' }, results: [{ type: 'i32', value: 7 }], gas: 3 },
} as const satisfies HostileRun

describe('a hostile run', () => {
  test.each(hostileRuns)('ends as it has to: $name', async (run) => {
    const result = await submit(run)

    const kind = 'fault' in run.expected ? 'infrastructure' : 'attestable'
    expect(result).toMatchObject({ kind, ...run.expected })
  })

  test('leaves a pool that serves everybody, and no more children than it had', async () => {
    const requesters = ['mallory', 'ana', 'ben', 'mallory']
    const results = await Promise.all(requesters.map((requester) => submit(sum, requester)))

    for (const result of results) expect(result).toMatchObject(sum.expected)
    expect(processesOf(program)).toHaveLength(2)
  })
})
