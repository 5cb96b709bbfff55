import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { childrenOf } from '../bench/processes.ts'
import { createCensus } from './census.ts'
import { eventually } from './eventually.ts'

test('a child that outlives its program is an orphan, until it is gone too', async () => {
  const program = spawn('sh', ['-c', 'sleep 60 & wait'])
  const root = program.pid!
  const [child] = await eventually(
    5_000,
    (pids: readonly number[]) => pids.length === 1,
    () => childrenOf(root),
  )
  onTestFinished(() => void process.kill(child!, 'SIGKILL'))
  const census = createCensus()
  census.take([root])
  expect(census.orphans([root])).toEqual([])

  program.kill('SIGKILL')
  await once(program, 'exit')
  expect(census.orphans([])).toEqual([`${child} 60`])
})
