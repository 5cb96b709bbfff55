// `vcp dev` as its user meets it: a network to try things on, and nothing left of it afterwards.
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { apiKey, connect, memoryKnownLogs, nameBlob, prepareTask, runTask } from '@vcp/client'
import { expect, onTestFinished, test } from 'vitest'
import { type DevNetwork, startDevNetwork } from './bench/dev-network.ts'
import { childrenOf } from './bench/processes.ts'
import { eventually } from './network/eventually.ts'

async function started(nodes: number): Promise<DevNetwork> {
  const network = await startDevNetwork(nodes)
  onTestFinished(() => void network.child.kill('SIGKILL'))
  return network
}

/** Those that are still there after a while. */
function leftOf(pids: readonly number[]): Promise<readonly number[]> {
  const living = () => pids.filter((pid) => existsSync(`/proc/${pid}/stat`))
  return eventually(20_000, (left: readonly number[]) => left.length === 0, living)
}

test('a network is started, used and stopped, and nothing is left of it', async () => {
  const network = await started(2)
  const folder = dirname(network.nodes[0]!.data_dir)
  const connection = connect({ url: network.url, credentials: apiKey(network.api_key) })
  const script = nameBlob(new TextEncoder().encode('return input.numbers.length'))
  const task = prepareTask(
    {
      task_type: 'computation',
      inputs: { script: script.cid, input: { numbers: [1, 2, 3] } },
      verification: { level: 'replicated', quorum: 2 },
    },
    { blobs: [script] },
  )
  const result = await runTask(connection, task, { knownLogs: memoryKnownLogs() })
  await connection.close()
  expect(new TextDecoder().decode(result.output).trim()).toBe('3')
  expect(result.level).toBe('replicated')

  const pids = childrenOf(network.child.pid!)
  expect(pids.length).toBeGreaterThanOrEqual(3)
  await network.stop()
  expect(network.child.exitCode).toBe(0)
  expect(await leftOf(pids)).toEqual([])
  expect(existsSync(folder)).toBe(false)
}, 60_000)

test('of a network whose starter is killed no process is left', async () => {
  const network = await started(1)
  const pids = childrenOf(network.child.pid!)
  const closed = once(network.child, 'close')
  network.child.kill('SIGKILL')
  await closed
  expect(await leftOf(pids)).toEqual([])
}, 60_000)
