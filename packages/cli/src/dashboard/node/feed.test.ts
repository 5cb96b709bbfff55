import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { agentClient } from '../../agent/api/client.ts'
import { playAgent } from '../../agent/api/testing/played-agent.ts'
import { sampleDetails } from '../../agent/api/testing/sample-details.ts'
import { sampleStatus } from '../../agent/api/testing/sample-status.ts'
import { systemTimers } from '../../agent/link/timers.ts'
import { temporaryFolder } from '../../testing/host.ts'
import { type NodeFacts, noted, nothingKnown } from './facts.ts'
import { followNode } from './feed.ts'

/** A machine that is busy with other tests takes its time. */
const patience = { timeout: 20_000 }

const logged = (message: string) =>
  `${JSON.stringify({ at: '2027-01-15T08:00:00.000Z', level: 'info', message })}\n`

function follow(folder: string) {
  const stop = new AbortController()
  const turners = new Set<() => void>()
  const state = { facts: nothingKnown(0) as NodeFacts, pane: 'tasks' }
  const followed = followNode({
    client: agentClient(folder, {}),
    logFiles: [join(folder, 'agent.log')],
    standing: async () => ({ standing: 'unknown', reason: 'the test says so' }),
    rounds: async () => ({ rounds: 'known', all: [] }),
    spending: async () => [],
    pane: () => state.pane,
    onPane(listener) {
      turners.add(listener)
      return () => void turners.delete(listener)
    },
    tell: (news) => {
      state.facts = noted(state.facts, news)
    },
    timers: systemTimers,
    signal: stop.signal,
  })
  onTestFinished(async () => {
    stop.abort()
    await followed
  })
  return {
    state,
    go(pane: string) {
      state.pane = pane
      for (const turned of turners) turned()
    },
  }
}

test('an agent is asked for what is looked at, and no more', async () => {
  const folder = temporaryFolder()
  await playAgent(folder)
  const { state, go } = follow(folder)
  await expect.poll(() => state.facts.status, patience).toEqual(sampleStatus)
  expect(state.facts).toMatchObject({ history: null, mesh: null, results: null, spending: null })
  go('mesh')
  await expect.poll(() => state.facts.mesh?.status, patience).toEqual(sampleDetails.mesh)
  go('evidence')
  await expect.poll(() => state.facts.results, patience).toEqual(sampleDetails.results)
  await expect
    .poll(() => state.facts.standing, patience)
    .toMatchObject({ reason: 'the test says so' })
  go('training')
  await expect.poll(() => state.facts.training, patience).toEqual(sampleDetails.training)
  await expect.poll(() => state.facts.spending, patience).toEqual([])
  expect(state.facts.history).toBeNull()
})

test('an agent that goes is said to be gone, and one that comes back is seen', async () => {
  const folder = temporaryFolder()
  const agent = await playAgent(folder)
  const { state } = follow(folder)
  await expect.poll(() => state.facts.status, patience).not.toBeNull()
  await agent.end()
  await expect.poll(() => state.facts.silent?.reason, patience).toContain('no agent runs')
  expect(state.facts.status).toEqual(sampleStatus)
  await playAgent(folder)
  await expect.poll(() => state.facts.silent, patience).toBeNull()
})

test('the log is read from its last lines on', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'agent.log')
  writeFileSync(file, `${logged('first')}half a line\n${logged('second')}`)
  const { state } = follow(folder)
  const messages = () => state.facts.logs.map(({ line }) => line.message)
  await expect.poll(messages, patience).toEqual(['first', 'second'])
  appendFileSync(file, logged('third'))
  await expect.poll(messages, patience).toEqual(['first', 'second', 'third'])
})
