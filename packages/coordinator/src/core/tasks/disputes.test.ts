import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import {
  type Digest,
  type EvidenceLevel,
  leafHash,
  nodeHash,
  type PeerId,
  sha256,
  traceDepth,
} from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { taskIdOf, wasmTask } from '../testing/samples.ts'
import { Scenario } from '../testing/scenario.ts'

const one = taskIdOf(1)
const text = new TextEncoder()

/** A trace of a hundred leaves, the last for ever; `false` from a leaf on where it is falsified. */
class Trace {
  readonly #levels: Digest[][]

  constructor(falseFrom = Number.POSITIVE_INFINITY) {
    const leaves = Array.from({ length: 2 ** traceDepth }, (_, index) => {
      const kept = Math.min(index, 99)
      return sha256(text.encode(`${kept >= falseFrom ? 'false' : 'true'} ${kept}`))
    })
    this.leaves = leaves
    this.#levels = [leaves.map((leaf) => bytesToHex(leafHash(hexToBytes(leaf))) as Digest)]
    for (let level = 0; level < traceDepth; level++) {
      const below = this.#levels[level]!
      this.#levels.push(
        Array.from({ length: below.length / 2 }, (_, index) => {
          const [left, right] = [below[2 * index]!, below[2 * index + 1]!]
          return bytesToHex(nodeHash(hexToBytes(left), hexToBytes(right))) as Digest
        }),
      )
    }
  }

  readonly leaves: readonly Digest[]

  get root(): Digest {
    return this.#levels[traceDepth]![0]!
  }

  below(level: number, index: number): readonly [Digest, Digest] {
    const below = this.#levels[level - 1]!
    return [below[2 * index]!, below[2 * index + 1]!]
  }
}

const honest = new Trace()

interface Fight {
  readonly scenario: Scenario
  readonly good: PeerId
  readonly bad: PeerId
}

function fight(
  bad: Trace,
  others: readonly string[] = ['n3'],
  level: EvidenceLevel = 'signed',
): Fight {
  const scenario = new Scenario()
  const [goodId, badId] = ['n1', 'n2'].map((name) => scenario.node(name))
  scenario.submit(one, wasmTask({ verification: { quorum: 2, level } }))
  for (const name of others) scenario.node(name)
  scenario.accept(one, goodId!)
  scenario.accept(one, badId!)
  scenario.commit(one, goodId!, 'right', honest.root)
  scenario.commit(one, badId!, 'wrong', bad.root)
  scenario.reveal(one, goodId!, 'right', honest.root)
  scenario.reveal(one, badId!, 'wrong', bad.root)
  return { scenario, good: goodId!, bad: badId! }
}

/** Answers every question of the dispute as its party would; gives the number of questions. */
function answerAll({ scenario, good, bad }: Fight, falsified: Trace): number {
  let asked = 0
  for (let at = 0; at < scenario.effects.length; at++) {
    const effect = scenario.effects[at]!
    if (effect.type !== 'ask-for-trace') continue
    asked += 1
    const { peerId, leaseEpoch, level, index } = effect
    expect([good, bad]).toContain(peerId)
    const below = (peerId === good ? honest : falsified).below(level, index)
    const lease = { peerId, taskId: one, leaseEpoch }
    scenario.tell({ type: 'trace-answered', ...lease, level, index, below })
  }
  return asked
}

describe('a dispute', () => {
  test('comes to the first leaf that differs, and the referee decides', () => {
    const falsified = new Trace(37)
    const at = fight(falsified)
    expect(answerAll(at, falsified)).toBe(2 * traceDepth)
    const [rerun] = at.scenario.wanted('ask-for-rerun')
    expect(rerun).toMatchObject({ checkpoint: 37 })
    expect([at.good, at.bad]).not.toContain(rerun!.peerId)
    at.scenario.tell({
      type: 'rerun-answered',
      peerId: rerun!.peerId,
      taskId: one,
      checkpoint: 37,
      leaf: honest.leaves[37]!,
    })
    expect(at.scenario.task(one)).toMatchObject({ state: 'completed', level: 'refereed' })
    expect(at.scenario.state.nodes.get(at.bad)).toMatchObject({ disputesLost: 1, failed: 1 })
    expect(at.scenario.state.nodes.get(at.good)).toMatchObject({ disputesLost: 0, succeeded: 1 })
  })

  test('over a task that wants replicas is followed by another node, and nothing was shown', () => {
    const falsified = new Trace(37)
    const at = fight(falsified, ['n3', 'n4'], 'replicated')
    answerAll(at, falsified)
    const { scenario, good, bad } = at
    const [{ peerId: referee } = { peerId: good }] = scenario.wanted('ask-for-rerun')
    const leaf = honest.leaves[37]!
    const answer = { peerId: referee, taskId: one, checkpoint: 37, leaf }
    scenario.tell({ type: 'rerun-answered', ...answer })
    const next = scenario.holders(one).find((peerId) => peerId !== good)!
    expect([scenario.task(one).state, next === bad]).toEqual(['verifying', false])
    expect(scenario.task(one).assignments.every((each) => each.revealedIndex === null)).toBe(true)
    scenario.accept(one, next)
    scenario.commit(one, next, 'right', honest.root)
    scenario.reveal(one, next, 'right', honest.root)
    expect(scenario.task(one)).toMatchObject({ state: 'completed', level: 'replicated' })
    expect(scenario.state.nodes.get(bad)).toMatchObject({ disputesLost: 1, failed: 1 })
  })

  test('is lost by who answers with hashes that do not hash to what it said before', () => {
    const at = fight(new Trace(37))
    const [, asked] = at.scenario.wanted('ask-for-trace')
    const { leaseEpoch, level, index } = asked!
    const below = new Trace(5).below(level, index)
    const answer = { peerId: at.bad, taskId: one, leaseEpoch, level, index, below }
    const { reply } = at.scenario.tell({ type: 'trace-answered', ...answer })
    expect(reply).toMatchObject({ ok: false, code: 'PROOF_INVALID' })
    expect(at.scenario.task(one)).toMatchObject({ state: 'completed', level: 'refereed' })
    expect(at.scenario.state.nodes.get(at.bad)!.disputesLost).toBe(1)
  })

  test('without anybody to referee is left to one more copy', () => {
    const falsified = new Trace(37)
    const at = fight(falsified, [])
    answerAll(at, falsified)
    expect(at.scenario.task(one)).toMatchObject({ state: 'verifying', copies: 3, dispute: null })
  })

  test('is asked about anew after a restart', () => {
    const falsified = new Trace(37)
    const at = fight(falsified)
    expect(at.scenario.replayed().tasks.get(one)!.dispute).toMatchObject({ level: traceDepth })
  })

  test('is taken up by another referee when the first does not answer', () => {
    const falsified = new Trace(37)
    const at = fight(falsified, ['n3', 'n4'])
    answerAll(at, falsified)
    const [first] = at.scenario.wanted('ask-for-rerun')
    for (let minutes = 0; minutes < 6; minutes++) {
      at.scenario.pass(60_000)
      for (const name of at.scenario.state.nodes.keys()) at.scenario.heartbeat(name)
    }
    const [, second] = at.scenario.wanted('ask-for-rerun')
    expect(second).toBeDefined()
    expect(second!.peerId).not.toBe(first!.peerId)
  })
})
