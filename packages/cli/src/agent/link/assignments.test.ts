import { assignProtocol, cidOf, type Offer, TaskSpec } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { createMemoryNetwork, scriptedCoordinator } from './testing/coordinator.ts'
import { first, leaf, linked, node, placesOf, second, taskId } from './testing/linked.ts'

describe('what is asked of a node', () => {
  const module = cidOf('raw', new Uint8Array(8))
  const offer: Offer = {
    task_id: taskId,
    peer_id: node.peerId,
    lease_epoch: 1,
    lease_ends_at_ms: 1,
    task: TaskSpec.parse({
      task_type: 'wasm_execution',
      inputs: { module, call: { kind: 'wasi' } },
    }),
  }
  const reveal = { ask: 'reveal', task_id: taskId, lease_epoch: 1 } as const

  test('is answered to the coordinator that it joined, and to nobody else', async () => {
    const network = createMemoryNetwork()
    const coordinator = await scriptedCoordinator(network, first)
    const stranger = network.host(second, () => false)
    const { toldOf } = await linked(network, placesOf(coordinator))
    await toldOf('joined')
    const { streams } = coordinator.host.mesh
    const noted = await streams.ask(node.peerId, assignProtocol, reveal)
    expect(noted).toMatchObject({ ok: true, value: { answered: 'noted' } })
    const trace = { ...reveal, ask: 'trace', level: 1, index: 0 } as const
    expect(await streams.ask(node.peerId, assignProtocol, trace)).toMatchObject({
      ok: true,
      value: { below: [leaf, leaf] },
    })
    expect(await stranger.mesh.streams.ask(node.peerId, assignProtocol, reveal)).toMatchObject({
      ok: false,
      code: 'SIGNER_UNEXPECTED',
    })
  })

  test('is an offer to this node, or refused', async () => {
    const network = createMemoryNetwork()
    const coordinator = await scriptedCoordinator(network, first)
    const { toldOf } = await linked(network, placesOf(coordinator))
    await toldOf('joined')
    const ask = (offer: Offer) =>
      coordinator.host.mesh.streams.ask(node.peerId, assignProtocol, { ask: 'offer', offer })
    const accepted = { answer: 'accept', task_id: taskId, lease_epoch: 1 }
    expect(await ask(offer)).toMatchObject({ ok: true, value: { answer: accepted } })
    const foreign = { ...offer, peer_id: second.peerId }
    expect(await ask(foreign)).toMatchObject({ ok: false, code: 'SIGNER_UNEXPECTED' })
  })
})
