// What a network goes through with processes that are killed, stopped and cut off; the long form is
// `npm run faults`.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryKnownLogs, runTask, type VerifiedResult } from '@vcp/client'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createCensus } from '../network/census.ts'
import { eventually } from '../network/eventually.ts'
import { type Network, type NodeAtWork, openNetwork, removeFolder } from '../network/network.ts'
import { statusOf } from '../network/node-status.ts'
import { startVcp } from '../network/program.ts'
import { longTask } from '../network/small-task.ts'
import { type Books, openBooks } from './books.ts'
import { type Counts, examine, leftFiles, programsOf } from './examine.ts'
import { startLoad } from './load.ts'
import { goodLine } from './tcp-proxy.ts'

const patienceMs = 120_000
const folder = mkdtempSync(join(tmpdir(), 'vcp-e2e-faults-'))
const census = createCensus()
let network: Network
let books: Books
let [first, second]: NodeAtWork[] = []

beforeAll(async () => {
  network = await openNetwork({ folder, chance: Math.random })
  ;[first, second] = await Promise.all([network.addNode('first'), network.addNode('second')])
  books = openBooks(network.connection)
}, patienceMs)

afterAll(async () => {
  census.take(programsOf(network))
  expect(await network.stop()).toEqual([])
  expect(census.orphans([])).toEqual([])
  expect(leftFiles(network)).toEqual([])
  removeFolder(folder)
}, patienceMs)

const noCounts = (): Counts => ({ acknowledged: 0, verified: 0, failed: 0 })
let load: ReturnType<typeof startLoad> | null = null

/** After each harm all that must hold holds. */
afterEach(async () => {
  const counts = noCounts()
  load ??= startLoad(network.connection, { perSecond: 20, openMax: 1 })
  expect(await examine({ network, books, census }, load, counts)).toEqual([])
  expect(counts.failed).toBe(0)
  load = null
}, patienceMs)

function pi(throws: number): Promise<VerifiedResult> {
  return runTask(network.connection, longTask(throws), { knownLogs: memoryKnownLogs() })
}

async function whoHas(): Promise<NodeAtWork> {
  const holds = async () => {
    for (const node of network.nodes) {
      const status = await statusOf(node.socket)
      if (status?.tasks.some(({ stage }) => stage === 'running')) return node
    }
    return null
  }
  const node = await eventually(20_000, (found: NodeAtWork | null) => found !== null, holds)
  if (node === null) throw new Error('nobody runs the task')
  return node
}

function underLoad(): void {
  load = startLoad(network.connection, { perSecond: 30, openMax: 100 })
}

async function verifiedCount(more: number): Promise<void> {
  const count = () => [...(load?.tasks.values() ?? [])].filter((it) => it !== null).length
  const least = count() + more
  expect(await eventually(60_000, (now: number) => now >= least, count)).toBeGreaterThanOrEqual(
    least,
  )
}

test(
  'a node that is killed in the middle of a task leaves it to the network',
  async () => {
    const result = pi(500_000_000)
    const node = await whoHas()
    node.program.signal('SIGSTOP')
    census.take([node.program.pid])
    await node.program.kill()
    await node.start()
    const { level, output } = await result
    expect({ level, output: new TextDecoder().decode(output) }).toMatchObject({
      level: 'signed',
      output: expect.stringContaining('3.14'),
    })
  },
  patienceMs,
)

test(
  'a coordinator that is killed under load has all that it acknowledged',
  async () => {
    underLoad()
    await verifiedCount(20)
    await network.coordinator.program.kill()
    await network.coordinator.start()
    await verifiedCount(20)
  },
  patienceMs,
)

test(
  'a node that sleeps and wakes goes on',
  async () => {
    underLoad()
    await verifiedCount(10)
    first!.program.signal('SIGSTOP')
    await verifiedCount(10)
    first!.program.signal('SIGCONT')
    await verifiedCount(20)
  },
  patienceMs,
)

test(
  'a line that is cut is found again',
  async () => {
    underLoad()
    await verifiedCount(10)
    second!.line.become({ isCut: true })
    await eventually(
      20_000,
      (state: string | undefined) => state !== 'joined',
      async () => (await statusOf(second!.socket))?.coordinators[0]?.state,
    )
    await verifiedCount(10)
    second!.line.become(goodLine)
  },
  patienceMs,
)

test(
  'a second agent on a data folder is refused, and the first goes on',
  async () => {
    const { dataDir, line } = first!
    const at = `/ip4/127.0.0.1/tcp/${line.port}/p2p/${network.coordinator.peerId}`
    const argv = ['node', 'start', '--json', '--data-dir', dataDir, '--coordinator', at]
    const other = startVcp(argv)
    expect(await other.ended).toEqual({ code: 3, signal: null })
    expect(other.said()).toContain('DATA_FOLDER_IN_USE')
    expect(await statusOf(first!.socket)).not.toBeNull()
  },
  patienceMs,
)
