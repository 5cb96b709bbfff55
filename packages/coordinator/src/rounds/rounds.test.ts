// Trainings over the mesh, with nodes that send what a test says and a real aggregator.
import { cidOf, type TaskSpec } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { createMemoryDisk } from '../journal/memory-journal.ts'
import type { ScriptedNode } from '../testing/scripted-node.ts'
import { deltaOf, smallTraining } from '../testing/small-training.ts'
import {
  contribute,
  one,
  roundsOf,
  started,
  submitted,
  upload,
} from '../testing/training-server.ts'

const kept = { ok: true, value: { kept: true } }

async function begun(task: TaskSpec = smallTraining(), count = 2) {
  const server = await started({ newcomerCreditsMicro: 10_000 })
  return { server, nodes: await submitted(server, task, count) }
}

/** To the next round that it is asked for. */
async function train(node: ScriptedNode, bytes: Uint8Array) {
  return contribute(node, await node.asked('train'), bytes)
}

describe('a training over the mesh', () => {
  test('goes round by round to a model that the coordinator has measured', async () => {
    const { server, nodes } = await begun()
    for (const node of nodes) expect(await train(node, deltaOf(1))).toMatchObject(kept)
    for (const node of nodes) expect(await train(node, deltaOf(1))).toMatchObject(kept)
    expect(await nodes[0]!.asked('withdraw')).toMatchObject({ reason: 'the training is complete' })
    const [first, second] = roundsOf(server)
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
    expect(await train(nodes[0]!, new Uint8Array(100))).toMatchObject(bad)
    for (const node of nodes.slice(1)) await train(node, deltaOf(1))
    await nodes[1]!.asked('withdraw')
    expect(roundsOf(server)).toMatchObject([
      { state: 'finalised', updates_accepted: 2, refused: 1 },
    ])
  }, 30_000)

  test('leaves out what fails its gates, and pays nobody for it', async () => {
    const quality = { accuracy_min: 0.6, loss_max: 2, cosine_min: -1 }
    const task = smallTraining({ rounds: 1, quality }, { reward_micro: 1_000 })
    const { server, nodes } = await begun(task, 3)
    await train(nodes[0]!, deltaOf(-1))
    for (const node of nodes.slice(1)) await train(node, deltaOf(1))
    await nodes[1]!.asked('withdraw')
    expect(roundsOf(server)).toMatchObject([{ accuracy: 1, refused: 1 }])
    const { points } = server.loop.state.tasks.get(one)!.training!
    const others = nodes.slice(1).map(({ peerId }) => [peerId, 15_000_000] as const)
    expect(points).toEqual(new Map(others))
  }, 30_000)

  test('adds noise of its own where nodes are what is protected, and accounts for it', async () => {
    const budget = { epsilon: 100, delta: 1e-5 }
    const privacy = { unit: 'node', budget, clip_norm: 1, noise_multiplier: 2 }
    const { server, nodes } = await begun(smallTraining({ rounds: 2, privacy }))
    for (let round = 0; round < 2; round++) {
      for (const node of nodes) expect(await train(node, deltaOf(0.1))).toMatchObject(kept)
    }
    await nodes[0]!.asked('withdraw')
    const [first, second] = roundsOf(server)
    expect(first!.epsilon_spent).toBeGreaterThan(0)
    expect(second!.epsilon_spent).toBeGreaterThan(first!.epsilon_spent!)
    // An accuracy of one node's update would be a release that no noise covers.
    const { points } = server.loop.state.tasks.get(one)!.training!
    expect([...points.values()]).toEqual([20_000_000, 20_000_000])
  }, 30_000)

  test('has the clip norm follow the lengths of updates, by their count', async () => {
    const budget = { epsilon: 900, delta: 1e-5 }
    // So little that of the count's there is none in all but one of 100,000 rounds.
    const privacy = { unit: 'node', budget, clip_norm: 1, noise_multiplier: 0.1 }
    const task = smallTraining({ rounds: 2, privacy, adaptive_clipping: true })
    const { server, nodes } = await begun(task)
    for (let round = 0; round < 2; round++) {
      for (const node of nodes) expect(await train(node, deltaOf(5))).toMatchObject(kept)
    }
    await nodes[0]!.asked('withdraw')
    const [first, second] = roundsOf(server)
    expect(first!.clip_norm).toBe(1)
    // Both are beyond it: up by the most that a round may move it.
    expect(second!.clip_norm).toBeCloseTo(Math.exp(0.2 * 0.5), 12)
    // Both of length 7: a model of two of them whole would be sure of every point.
    expect(first!.loss).toBeGreaterThan(0.1)
  }, 30_000)

  test('by fedbuff moves with the first updates, and takes a slow node’s later', async () => {
    const task = smallTraining({ rounds: 3, strategy: 'fedbuff', updates_min: 2 })
    const { server, nodes } = await begun(task, 3)
    const [quick, other, slow] = nodes as [ScriptedNode, ScriptedNode, ScriptedNode]
    const late = await slow.asked('train')
    for (const node of [quick, other]) await train(node, deltaOf(1))
    // The model of the second round is there, and the slow one is not asked to begin anew.
    const next = await quick.asked('train')
    expect(await contribute(slow, late, deltaOf(1))).toMatchObject(kept)
    const second = roundsOf(server).find(({ round_id }) => round_id === next.round.round_id)
    expect(second).toMatchObject({ number: 2, updates_accepted: 1 })
    expect(slow.asks.filter(({ ask }) => ask === 'train')).toHaveLength(1)
    await train(other, deltaOf(1))
    for (const node of [slow, other]) await train(node, deltaOf(1))
    await slow.asked('withdraw')
    expect(roundsOf(server).map(({ state }) => state)).toEqual(Array(3).fill('finalised'))
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
    const nodes = await submitted(first, smallTraining({ rounds: 1 }), 2)
    await train(nodes[0]!, deltaOf(1))
    await nodes[1]!.asked('train')
    await first.stop()
    const second = await started({ disk }, first.network)
    await upload(second)
    const [round] = roundsOf(second)
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
