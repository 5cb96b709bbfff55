// Secure rounds over the mesh: nodes that do as a test says, with the keys and masks of real ones,
// and a real aggregator.
import {
  SecureNode,
  type SecureRound,
  secureRound,
  secureUnits,
  systemRandom,
  updateUnits,
} from '@vcp/learning'
import {
  type Cid,
  cidOf,
  type Outcome,
  type SecureAnswer,
  type SecureSaid,
  secureProtocol,
} from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { taskIdOf } from '../core/testing/samples.ts'
import { createMemoryDisk } from '../journal/memory-journal.ts'
import type { MeshedServer } from '../testing/meshed-server.ts'
import type { ScriptedNode } from '../testing/scripted-node.ts'
import { deltaOf, smallTraining } from '../testing/small-training.ts'
import {
  contribute,
  one,
  roundsOf,
  started,
  submitted,
  type TrainOrder,
  upload,
} from '../testing/training-server.ts'

const withinMs = 60_000
const sizes = [1, 2, -0.5, 0.25]
const hidden = { rounds: 1, updates_min: 3, secure_aggregation: true }

function take<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.reason}`)
  return outcome.value
}

/** A node that takes its steps one by one. */
class Hider {
  readonly order: TrainOrder
  readonly secure: SecureNode
  readonly #node: ScriptedNode
  readonly #server: () => MeshedServer

  constructor(node: ScriptedNode, order: TrainOrder, server: () => MeshedServer) {
    this.#node = node
    this.#server = server
    this.order = order
    const { round_id: roundId, members = [] } = order.round
    const asked = { privacy: null, updates_min: 3 }
    const round: SecureRound = take(secureRound({ roundId, members }, asked))
    this.secure = new SecureNode(round, node.signer, systemRandom())
  }

  say(said: SecureSaid) {
    const { task_id, lease_epoch, round } = this.order
    const ask = { task_id, lease_epoch, round_id: round.round_id, said }
    return this.#node.mesh.streams.ask(this.#server().hub.peerId, secureProtocol, ask)
  }

  async told<Next extends SecureAnswer['next']>(said: SecureSaid, next: Next) {
    for (;;) {
      const answer = take(await this.say(said))
      if (answer.next === next) return answer as SecureAnswer & { readonly next: Next }
      if (answer.next !== 'wait') throw new Error(`told to ${answer.next} after ${said.step}`)
    }
  }

  keys() {
    return this.told({ step: 'keys', advert: this.secure.advert }, 'share')
  }

  async shares() {
    const { adverts } = await this.keys()
    const shares = [...take(this.secure.shareKeys(adverts))]
    return this.told({ step: 'shares', shares }, 'mask')
  }

  words(size: number, { inbox }: Awaited<ReturnType<Hider['shares']>>): Uint8Array {
    const { members = [] } = this.order.round
    const units = take(updateUnits(deltaOf(size), take(secureUnits(members.length, null))))
    return new Uint8Array(take(this.secure.mask(inbox, units)).slice().buffer)
  }

  send(bytes: Uint8Array) {
    return contribute(this.#node, this.order, bytes)
  }

  async giveUp() {
    const { task_id, lease_epoch } = this.order
    await this.#node.report({
      ...{ report: 'run-failed', task_id, lease_epoch },
      ...{ reason: 'it is switched off', code: null },
    })
  }

  async open() {
    const { survivors } = await this.told({ step: 'words' }, 'sign')
    const signature = take(this.secure.signSurvivors(survivors))
    const { request } = await this.told({ step: 'survivors', signature }, 'open')
    const answer = take(this.secure.unmask(request))
    return this.say({ step: 'opening', answer })
  }
}

async function hiders(nodes: readonly ScriptedNode[], server: () => MeshedServer) {
  const orders = await Promise.all(nodes.map((node) => node.asked('train')))
  return nodes.map((node, at) => new Hider(node, orders[at]!, server))
}

async function begun() {
  const server = await started({ newcomerCreditsMicro: 10_000 })
  const nodes = await submitted(server, smallTraining(hidden), sizes.length)
  return { server, nodes, all: await hiders(nodes, () => server) }
}

/** The model that the same updates lead to where they are seen. */
async function seenModel(updates: readonly number[]): Promise<Cid> {
  const server = await started({ newcomerCreditsMicro: 10_000 })
  const task = smallTraining({ rounds: 1, updates_min: updates.length })
  const nodes = await submitted(server, task, updates.length)
  for (const [at, node] of nodes.entries()) {
    await contribute(node, await node.asked('train'), deltaOf(updates[at]!))
  }
  await nodes[0]!.asked('withdraw')
  return roundsOf(server)[0]!.model_out!
}

describe('a secure round', () => {
  test(
    'comes to the model that updates in plain sight lead to, and none was seen',
    async () => {
      const { server, nodes, all } = await begun()
      const inboxes = await Promise.all(all.map((each) => each.shares()))
      const words = all.map((each, at) => each.words(sizes[at]!, inboxes[at]!))
      for (const [at, each] of all.entries()) {
        expect(await each.send(words[at]!)).toMatchObject({ ok: true })
      }
      const [record] = server.loop.state.rounds.values()
      const updates = [...record!.updates.values()].map(({ delta }) => delta)
      expect(new Set(updates)).toEqual(new Set(words.map((bytes) => cidOf('raw', bytes))))
      const plain = sizes.map((size) => cidOf('raw', deltaOf(size)))
      await Promise.all(all.map((each) => each.open()))
      await nodes[0]!.asked('withdraw')
      const [round] = roundsOf(server)
      expect(round).toMatchObject({
        state: 'finalised',
        updates_accepted: 4,
        secure: { nodes: 4, roster: expect.stringMatching(/^[0-9a-f]{64}$/) },
      })
      expect(round!.model_out).toBe(await seenModel(sizes))
      for (const cid of plain) {
        const params = { cid }
        expect(await server.submitter.call('getBlob', { params })).toMatchObject({ status: 404 })
      }
    },
    withinMs,
  )

  test(
    'is opened without a node that went after it had shared its keys',
    async () => {
      const { server, nodes, all } = await begun()
      const inboxes = await Promise.all(all.map((each) => each.shares()))
      for (const [at, each] of all.slice(0, 3).entries()) {
        await each.send(each.words(sizes[at]!, inboxes[at]!))
      }
      await all[3]!.giveUp()
      await Promise.all(all.slice(0, 3).map((each) => each.open()))
      await nodes[0]!.asked('withdraw')
      const [round] = roundsOf(server)
      expect(round).toMatchObject({ updates_accepted: 3, secure: { nodes: 4 } })
      expect(round!.model_out).toBe(await seenModel(sizes.slice(0, 3)))
    },
    withinMs,
  )

  test(
    'is opened without a node that went after its words were in',
    async () => {
      const { server, nodes, all } = await begun()
      const inboxes = await Promise.all(all.map((each) => each.shares()))
      for (const [at, each] of all.entries()) await each.send(each.words(sizes[at]!, inboxes[at]!))
      const opened = all.slice(0, 3).map((each) => each.open())
      await all[3]!.giveUp()
      await Promise.all(opened)
      await nodes[0]!.asked('withdraw')
      expect(roundsOf(server)[0]!.model_out).toBe(await seenModel(sizes))
    },
    withinMs,
  )

  test(
    'is begun anew, with other keys, where too few are left to open it',
    async () => {
      const { server, nodes, all } = await begun()
      const inboxes = await Promise.all(all.map((each) => each.shares()))
      for (const [at, each] of all.slice(0, 2).entries()) {
        await each.send(each.words(sizes[at]!, inboxes[at]!))
      }
      for (const each of all.slice(2)) await each.giveUp()
      expect(await all[0]!.say({ step: 'words' })).toMatchObject({ code: 'ROUND_CLOSED' })
      expect(roundsOf(server)[0]).toMatchObject({ state: 'abandoned' })
      expect(server.loop.state.tasks.get(one)!.training!.roundsFailed).toBe(1)
      expect(nodes).toHaveLength(4)
    },
    withinMs,
  )

  test(
    'is begun anew by a coordinator that has died in the middle, and not held against it',
    async () => {
      const disk = createMemoryDisk()
      const first = await started({ disk })
      let server = first
      const nodes = await submitted(first, smallTraining(hidden), sizes.length)
      const all = await hiders(nodes, () => server)
      const inboxes = await Promise.all(all.map((each) => each.shares()))
      await all[0]!.send(all[0]!.words(1, inboxes[0]!))
      const [before] = roundsOf(first)
      expect(before).toMatchObject({ state: 'open', updates_accepted: 1 })
      await first.stop()
      server = await started({ disk }, first.network)
      await upload(server)
      for (const node of nodes) server.connect(node)
      for (const node of nodes) await node.register()
      expect(await all[0]!.say({ step: 'words' })).toMatchObject({ code: 'ROUND_CLOSED' })
      expect(roundsOf(server)[0]).toMatchObject({ state: 'abandoned' })
      expect(server.loop.state.tasks.get(one)!.training!.roundsFailed).toBe(0)
      const again = roundsOf(server)[1]!
      expect(again).toMatchObject({ state: 'open', number: 1, model_in: before!.model_in })
      expect(again.round_id).not.toBe(before!.round_id)
    },
    withinMs,
  )
})

describe('a node that is up to no good', () => {
  test(
    'is not heard for another, nor under another lease, nor with other keys than it showed first',
    async () => {
      const { server, nodes, all } = await begun()
      const { order } = all[0]!
      for (const wrong of [{ lease_epoch: order.lease_epoch + 1 }, { task_id: taskIdOf(2) }]) {
        const stale = new Hider(nodes[0]!, { ...order, ...wrong }, () => server)
        const keys = { step: 'keys', advert: stale.secure.advert } as const
        expect(await stale.say(keys)).toMatchObject({ code: 'ROUND_CLOSED' })
      }
      const said = { step: 'keys', advert: all[1]!.secure.advert } as const
      expect(await all[0]!.say(said)).toMatchObject({ code: 'SIGNER_UNEXPECTED' })
      const asked = all.slice(0, 3).map((each) => each.keys())
      const other = new Hider(nodes[0]!, order, () => server)
      await expect(other.keys()).rejects.toThrow('UPDATE_KNOWN')
      await all[3]!.keys()
      const adverts = await Promise.all(asked)
      expect(adverts[0]!.adverts).toHaveLength(4)
    },
    withinMs,
  )

  test(
    'has no words taken that are of another size, or that nobody masked with',
    async () => {
      const { server, all } = await begun()
      expect(await all[0]!.send(new Uint8Array(16))).toMatchObject({ code: 'ROUND_CLOSED' })
      const inboxes = await Promise.all(all.map((each) => each.shares()))
      expect(await all[0]!.send(new Uint8Array(20))).toMatchObject({ code: 'INVALID' })
      for (const [at, each] of all.slice(1).entries()) {
        expect(await each.send(each.words(sizes[at]!, inboxes[at + 1]!))).toMatchObject({
          ok: true,
        })
      }
      await Promise.all(all.slice(1).map((each) => each.open()))
      const [round] = roundsOf(server)
      expect(round).toMatchObject({ updates_accepted: 3, refused: 1 })
    },
    withinMs,
  )
})

describe('what a secure training cannot be asked for', () => {
  test.each([
    [{ quality: {} }, /secure aggregation hides them/],
    [{ server: { clip_norm: 1 } }, /secure aggregation hides them/],
    [{ update_format: 'int8' }, /use update_format fixed/],
    [{ updates_min: 2 }, /3 are the least/],
    [{ strategy: 'median' }, /compares single updates/],
    [
      {
        privacy: {
          ...{ unit: 'node', budget: { epsilon: 900, delta: 1e-5 } },
          ...{ clip_norm: 1e3, noise_multiplier: 1 },
        },
      },
      /bits behind the point/,
      { requirements: { min_nodes: 1_000 } },
    ],
  ])(
    'is refused with the reason: %o',
    async (inputs, reason, base?: object) => {
      const server = await started()
      await upload(server)
      const task = smallTraining({ ...hidden, ...inputs }, base)
      const answer = await server.submitter.call('submitTask', { body: { task_id: one, task } })
      expect(answer.status).toBe(422)
      expect(answer.field('message')).toMatch(reason)
    },
    withinMs,
  )
})
