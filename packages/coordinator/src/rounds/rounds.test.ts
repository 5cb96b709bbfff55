// Trainings over the mesh, with nodes that send what a test says and a real aggregator.
import { cidOf, type TaskSpec } from '@vcp/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { taskIdOf } from '../core/testing/samples.ts'
import { createMemoryDisk } from '../journal/memory-journal.ts'
import { type MeshedServer, startMeshedServer } from '../testing/meshed-server.ts'
import type { ScriptedNode } from '../testing/scripted-node.ts'
import { deltaOf, heldOut, model, smallTraining, updateFor } from '../testing/small-training.ts'

const one = taskIdOf(1)
const kept = { ok: true, value: { kept: true } }

async function started(...options: Parameters<typeof startMeshedServer>): Promise<MeshedServer> {
  const server = await startMeshedServer(...options)
  onTestFinished(() => server.stop())
  return server
}

async function upload({ submitter }: MeshedServer): Promise<void> {
  for (const bytes of [model, heldOut]) {
    await submitter.call('putBlob', { params: { cid: cidOf('raw', bytes) }, body: bytes })
  }
}

async function begun(task: TaskSpec = smallTraining(), count = 2) {
  const server = await started({ newcomerCreditsMicro: 10_000 })
  await upload(server)
  const bytes = Array.from({ length: count }, (_, at) => at + 1)
  const nodes = await Promise.all(bytes.map((byte) => server.node(byte)))
  const requirements = { ...task.requirements, min_nodes: count }
  const body = { task_id: one, task: { ...task, requirements } }
  const { status, text } = await server.submitter.call('submitTask', { body })
  if (status !== 201) throw new Error(text)
  return { server, nodes }
}

async function contribute(node: ScriptedNode, bytes: Uint8Array) {
  const { round, lease_epoch, task_id } = await node.asked('train')
  await node.keep(bytes)
  const update = updateFor({ ...round, task_id }, lease_epoch, bytes)
  const envelope = node.sign('update', update)
  return node.report({ report: 'signed', envelope, output: null })
}

function rounds({ loop }: MeshedServer) {
  return [...loop.state.rounds.values()].map(({ round }) => round)
}

describe('a training over the mesh', () => {
  test('goes round by round to a model that the coordinator has measured', async () => {
    const { server, nodes } = await begun()
    for (const node of nodes) expect(await contribute(node, deltaOf(1))).toMatchObject(kept)
    for (const node of nodes) expect(await contribute(node, deltaOf(1))).toMatchObject(kept)
    expect(await nodes[0]!.asked('withdraw')).toMatchObject({ reason: 'the training is complete' })
    const [first, second] = rounds(server)
    expect(first).toMatchObject({ state: 'finalised', accuracy: 1, refused: 0 })
    expect(second).toMatchObject({ number: 2, model_in: first!.model_out })
    expect(second!.loss).toBeLessThan(first!.loss!)
    const { json } = await server.submitter.call('getTask', { params: { id: one } })
    expect(json).toMatchObject({ status: 'completed', result: { output: second!.model_out } })
    const params = { cid: second!.model_out! }
    expect(await server.submitter.call('getBlob', { params })).toMatchObject({ status: 200 })
  }, 30_000)

  test('takes no update that is not of its model, and goes on without it', async () => {
    const { server, nodes } = await begun(smallTraining({ rounds: 1 }), 3)
    const bad = { ok: false, code: 'INVALID' }
    expect(await contribute(nodes[0]!, new Uint8Array(100))).toMatchObject(bad)
    for (const node of nodes.slice(1)) await contribute(node, deltaOf(1))
    await nodes[1]!.asked('withdraw')
    expect(rounds(server)).toMatchObject([{ state: 'finalised', updates_accepted: 2, refused: 1 }])
  }, 30_000)

  test('leaves out what fails its gates, and pays nobody for it', async () => {
    const quality = { accuracy_min: 0.6, loss_max: 2, cosine_min: -1 }
    const task = smallTraining({ rounds: 1, quality }, { reward_micro: 1_000 })
    const { server, nodes } = await begun(task, 3)
    await contribute(nodes[0]!, deltaOf(-1))
    for (const node of nodes.slice(1)) await contribute(node, deltaOf(1))
    await nodes[1]!.asked('withdraw')
    expect(rounds(server)).toMatchObject([{ accuracy: 1, refused: 1 }])
    const { points } = server.loop.state.tasks.get(one)!.training!
    const others = nodes.slice(1).map(({ peerId }) => [peerId, 15_000_000] as const)
    expect(points).toEqual(new Map(others))
  }, 30_000)

  test('adds noise of its own where nodes are what is protected, and accounts for it', async () => {
    const budget = { epsilon: 100, delta: 1e-5 }
    const privacy = { unit: 'node', budget, clip_norm: 1, noise_multiplier: 2 }
    const { server, nodes } = await begun(smallTraining({ rounds: 2, privacy }))
    for (let round = 0; round < 2; round++) {
      for (const node of nodes) expect(await contribute(node, deltaOf(0.1))).toMatchObject(kept)
    }
    await nodes[0]!.asked('withdraw')
    const [first, second] = rounds(server)
    expect(first!.epsilon_spent).toBeGreaterThan(0)
    expect(second!.epsilon_spent).toBeGreaterThan(first!.epsilon_spent!)
    // An accuracy of one node's update would be a release that no noise covers.
    const { points } = server.loop.state.tasks.get(one)!.training!
    expect([...points.values()]).toEqual([20_000_000, 20_000_000])
  }, 30_000)

  test('has the clip norm follow the lengths of updates, by a noised count', async () => {
    const budget = { epsilon: 100, delta: 1e-5 }
    const privacy = { unit: 'node', budget, clip_norm: 1, noise_multiplier: 2 }
    const task = smallTraining({ rounds: 2, privacy, adaptive_clipping: true })
    const { server, nodes } = await begun(task)
    for (let round = 0; round < 2; round++) {
      for (const node of nodes) expect(await contribute(node, deltaOf(5))).toMatchObject(kept)
    }
    await nodes[0]!.asked('withdraw')
    const [first, second] = rounds(server)
    expect(first!.clip_norm).toBe(1)
    expect(second!.clip_norm).not.toBe(1)
    expect(second!.clip_norm).toBeGreaterThan(0.1)
    expect(second!.clip_norm).toBeLessThan(10)
    // Both of length 7: a model of two of them whole would be sure of every point.
    expect(first!.loss).toBeGreaterThan(0.1)
  }, 30_000)

  test('by fedbuff moves with the first updates, and takes a slow node’s later', async () => {
    const task = smallTraining({ rounds: 3, strategy: 'fedbuff', updates_min: 2 })
    const { server, nodes } = await begun(task, 3)
    const [quick, other, slow] = nodes as [ScriptedNode, ScriptedNode, ScriptedNode]
    const late = await slow.asked('train')
    for (const node of [quick, other]) await contribute(node, deltaOf(1))
    // The model of the second round is there, and the slow one is not asked to begin anew.
    const next = await quick.asked('train')
    await slow.keep(deltaOf(1))
    const update = updateFor({ ...late.round, task_id: one }, late.lease_epoch, deltaOf(1))
    const envelope = slow.sign('update', update)
    expect(await slow.report({ report: 'signed', envelope, output: null })).toMatchObject(kept)
    const second = rounds(server).find(({ round_id }) => round_id === next.round.round_id)
    expect(second).toMatchObject({ number: 2, updates_accepted: 1 })
    expect(slow.asks.filter(({ ask }) => ask === 'train')).toHaveLength(1)
    await contribute(other, deltaOf(1))
    for (const node of [slow, other]) await contribute(node, deltaOf(1))
    await slow.asked('withdraw')
    expect(rounds(server).map(({ state }) => state)).toEqual(Array(3).fill('finalised'))
  }, 30_000)

  test('orders a round from a node that was away', async () => {
    const { server, nodes } = await begun()
    await nodes[0]!.asked('train')
    server.cut(nodes[0]!)
    server.connect(nodes[0]!)
    await nodes[0]!.register()
    expect(await nodes[0]!.asked('train')).toMatchObject({ round: { number: 1 } })
  }, 30_000)

  test('goes on after its coordinator has died between two updates', async () => {
    const disk = createMemoryDisk()
    const first = await started({ disk })
    await upload(first)
    const nodes = await Promise.all([1, 2].map((byte) => first.node(byte)))
    const body = { task_id: one, task: smallTraining({ rounds: 1 }) }
    await first.submitter.call('submitTask', { body })
    await contribute(nodes[0]!, deltaOf(1))
    await nodes[1]!.asked('train')
    await first.stop()
    const second = await started({ disk }, first.network)
    await upload(second)
    const [round] = rounds(second)
    expect(round).toMatchObject({ state: 'open', updates_accepted: 1 })
  }, 30_000)
})

describe('a training is refused', () => {
  test.each([
    [{ strategy: 'krum', updates_min: 5, server: { byzantine_max: 2 } }, /at least 7/],
    [{ adaptive_clipping: true }, /for the privacy unit node alone/],
    [{ strategy: 'fedprox' }, /proximal/],
    [{ server: { byzantine_max: 1 } }, /is a mean/],
    [{ evaluation: null, quality: {} }, /held-out/],
    [{ loss: 'binary_cross_entropy' }, /held-out set/],
    [{ evaluation: cidOf('raw', new Uint8Array(3)) }, /is not here/],
    [
      {
        rounds: 50,
        privacy: { unit: 'node', budget: { epsilon: 1, delta: 1e-5 }, noise_multiplier: 1 },
      },
      /50 rounds at noise multiplier 1 cost epsilon/,
    ],
  ])(
    'for %o',
    async (inputs, reason) => {
      const server = await started()
      await upload(server)
      const body = { task_id: one, task: smallTraining(inputs) }
      const answer = await server.submitter.call('submitTask', { body })
      expect(answer.status).toBe(422)
      expect(answer.field('message')).toMatch(reason)
    },
    30_000,
  )
})
