import { expect, test } from 'vitest'
import { playAgent } from '../agent/api/testing/played-agent.ts'
import { sampleStatus } from '../agent/api/testing/sample-status.ts'
import { runCli } from '../cli.ts'
import { hostOf, run, temporaryFolder } from '../testing/host.ts'

/** A machine that is busy with other tests takes its time. */
const patience = { timeout: 20_000 }

test('without a terminal it prints a line of JSON a second, also of silence', async () => {
  const folder = temporaryFolder()
  const agent = await playAgent(folder)
  const stop = new AbortController()
  const { host, written } = hostOf({ signal: stop.signal })
  const ended = runCli(['dashboard', '--data-dir', folder], host)
  const lines = () => written.out.trim().split('\n').filter(Boolean)
  await expect.poll(() => lines().length, patience).toBeGreaterThan(0)
  expect(JSON.parse(lines()[0] ?? '')).toMatchObject({ status: sampleStatus })
  await agent.end()
  await expect.poll(() => lines().at(-1), patience).toContain('AGENT_NOT_RUNNING')
  stop.abort(new Error('enough'))
  expect(await ended).not.toBe(0)
})

test('it fails where no agent runs, and takes no words that it does not know', async () => {
  const folder = temporaryFolder()
  expect(await run(['dashboard', '--data-dir', folder])).toMatchObject({ exitCode: 5 })
  expect(await run(['dashboard', 'tasks', '--data-dir', folder])).toMatchObject({ exitCode: 2 })
  const { exitCode, err } = await run(['dashboard', '--theme', 'pink', '--data-dir', folder])
  expect(exitCode).toBe(2)
  expect(err).toMatch(/theme.*auto.*dark.*light/)
})
