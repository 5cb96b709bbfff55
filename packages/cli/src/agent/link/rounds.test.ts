import {
  assignProtocol,
  cidOf,
  type Nonce,
  type RoundId,
  type RoundNotice,
  type RoundOrder,
  roundsTopic,
  signMessage,
} from '@vcp/protocol'
import { expect, test } from 'vitest'
import { createMemoryNetwork, scriptedCoordinator } from './testing/coordinator.ts'
import { first, linked, node, placesOf, taskId } from './testing/linked.ts'

const model = cidOf('raw', new Uint8Array(8))
const roundId = '01900000-0000-7000-8000-0000000000aa' as RoundId
const order: RoundOrder = { round_id: roundId, number: 1, model, closes_at_ms: 60_000 }

async function joined() {
  const network = createMemoryNetwork()
  const coordinator = await scriptedCoordinator(network, first)
  const { told, toldOf } = await linked(network, placesOf(coordinator))
  await toldOf('joined')
  return { mesh: coordinator.host.mesh, told, toldOf }
}

test('a round that is ordered is told to the core, and noted', async () => {
  const { mesh, toldOf } = await joined()
  const ask = { ask: 'train', task_id: taskId, lease_epoch: 2, round: order } as const
  expect(await mesh.streams.ask(node.peerId, assignProtocol, ask)).toMatchObject({
    value: { answered: 'noted' },
  })
  expect(await toldOf('round-ordered')).toMatchObject({ taskId, leaseEpoch: 2, order })
})

test('of rounds that everybody is told of, those are told on that have closed', async () => {
  const { mesh, told, toldOf } = await joined()
  const say = (notice: RoundNotice, number: number) => {
    const stamp = { nonce: `${number}0`.repeat(16) as Nonce, atMs: Date.now() }
    return mesh.gossip.publish(roundsTopic, signMessage('round-notice', notice, first, stamp))
  }
  await say({ notice: 'opened', task_id: taskId, ...order }, 1)
  await say(
    { notice: 'closed', task_id: taskId, round_id: roundId, state: 'abandoned', model: null },
    2,
  )
  expect(await toldOf('round-closed')).toEqual({ type: 'round-closed', taskId, roundId })
  expect(told.filter(({ type }) => type.startsWith('round-'))).toHaveLength(1)
})
