// A coordinator that moves, and a key that is at work in two places.
import { cpSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryKnownLogs, runTask } from '@vcp/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../network/eventually.ts'
import {
  freePort,
  type Network,
  type NodeAtWork,
  openNetwork,
  removeFolder,
} from '../network/network.ts'
import { statusOf } from '../network/node-status.ts'
import { startVcp } from '../network/program.ts'
import { smallTask } from '../network/small-task.ts'

const patienceMs = 120_000
const folder = mkdtempSync(join(tmpdir(), 'vcp-e2e-places-'))
let network: Network
let node: NodeAtWork

beforeAll(async () => {
  network = await openNetwork({ folder, chance: Math.random, isAnnounced: true })
  node = await network.addNode('node', { place: network.coordinator.url })
}, patienceMs)

afterAll(async () => {
  await network.stop()
  removeFolder(folder)
}, patienceMs)

test(
  'a coordinator whose mesh moves to another port is found by its URL',
  async () => {
    const { coordinator, connection } = network
    const before = coordinator.meshPort
    coordinator.program.signal('SIGTERM')
    await coordinator.program.ended
    const http = Number(new URL(coordinator.url).port)
    await coordinator.start({ http, mesh: await freePort() })
    expect(coordinator.meshPort).not.toBe(before)

    const prepared = smallTask(11)
    const { level } = await runTask(connection, prepared, { knownLogs: memoryKnownLogs() })
    expect(level).toBe('signed')
  },
  patienceMs,
)

test(
  'of two agents with one key the older one learns of it and ends',
  async () => {
    const other = join(folder, 'other')
    mkdirSync(other, { mode: 0o700 })
    for (const name of ['node.key', 'binding.json', 'wallet.json', 'wallet.password']) {
      cpSync(join(node.dataDir, name), join(other, name))
    }
    const at = ['--data-dir', other, '--coordinator', network.coordinator.url]
    const twin = startVcp(['node', 'start', '--json', ...at, '--listen', '/ip4/127.0.0.1/tcp/0'])
    expect(await twin.first).toMatchObject({ peer_id: node.peerId })
    const { code } = await node.program.ended
    expect(code).not.toBe(0)
    expect(node.program.said()).toContain('NODE_KEY_IN_USE')
    const socket = String((await twin.first)['socket'])
    const state = async () => (await statusOf(socket))?.coordinators[0]?.state
    expect(await eventually(30_000, (now: string | undefined) => now === 'joined', state)).toBe(
      'joined',
    )
    await twin.kill()
  },
  patienceMs,
)
