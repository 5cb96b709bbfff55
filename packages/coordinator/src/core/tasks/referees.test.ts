// A referee is a node as well: what it says is weighed, and it is nobody's own.
import type { PeerId } from '@vcp/protocol'
import { expect, test } from 'vitest'
import { type Trace, traceOf } from '../../sim/traces.ts'
import { ana, peerOf, taskIdOf, walletOf, wasmTask } from '../testing/samples.ts'
import { Scenario } from '../testing/scenario.ts'

const one = taskIdOf(1)
const [truth, lie] = [traceOf(6, null), traceOf(6, { name: 'liar', from: 3 })]

/** The first comes to another result than the others, and all that is left is to referee. */
function disputed(quorum: number): { scenario: Scenario; liar: PeerId } {
  const scenario = new Scenario()
  const names = Array.from({ length: quorum }, (_, number) => `n${number}`)
  const [liar] = names.map((name) => scenario.node(name))
  scenario.submit(one, wasmTask({ verification: { quorum } }))
  for (const name of names) scenario.accept(one, peerOf(name))
  const told = (peerId: PeerId): [string, Trace] =>
    peerId === liar ? ['wrong', lie] : ['right', truth]
  for (const name of names) {
    const [output, { root }] = told(peerOf(name))
    scenario.commit(one, peerOf(name), output, root)
  }
  for (const { peerId } of scenario.wanted('ask-to-reveal')) {
    const [output, { root }] = told(peerId)
    scenario.reveal(one, peerId, output, root)
  }
  return { scenario, liar: liar! }
}

function answerAll(scenario: Scenario, liar: PeerId): void {
  for (let at = 0; at < scenario.effects.length; at++) {
    const effect = scenario.effects[at]!
    if (effect.type !== 'ask-for-trace') continue
    const { peerId, leaseEpoch, level, index } = effect
    const below = (peerId === liar ? lie : truth).below(level, index)
    const lease = { peerId, taskId: one, leaseEpoch }
    scenario.tell({ type: 'trace-answered', ...lease, level, index, below })
  }
}

function rerun(scenario: Scenario, trace: Trace): void {
  const { peerId, checkpoint } = scenario.wanted('ask-for-rerun')[0]!
  const leaf = trace.leaf(checkpoint)
  scenario.tell({ type: 'rerun-answered', peerId, taskId: one, checkpoint, leaf })
}

test('a referee that lies does not outweigh the nodes that it contradicts', () => {
  const { scenario, liar } = disputed(3)
  scenario.node('accomplice')
  answerAll(scenario, liar)
  rerun(scenario, lie)
  expect(scenario.task(one)).toMatchObject({ state: 'verifying', dispute: null, copies: 4 })
  expect(scenario.state.nodes.get(liar)).toMatchObject({ succeeded: 0, disputesLost: 0 })
})

test('where it is one word against another the referee decides', () => {
  const { scenario, liar } = disputed(2)
  scenario.node('referee')
  answerAll(scenario, liar)
  rerun(scenario, truth)
  expect(scenario.task(one)).toMatchObject({ state: 'completed', level: 'refereed' })
  expect(scenario.state.nodes.get(liar)!.disputesLost).toBe(1)
})

test('nobody referees who has come to the operator of a party meanwhile', () => {
  const { scenario, liar } = disputed(2)
  const owner = walletOf('referee')
  scenario.node('referee')
  const known = scenario.state.nodes.get(liar)!
  const binding = { owner, expiresAtMs: scenario.atMs + 1e9 }
  const { registration } = known
  scenario.tell({ type: 'node-registered', peerId: liar, ownerId: ana, registration, binding })
  answerAll(scenario, liar)
  expect(scenario.wanted('ask-for-rerun')).toEqual([])
  expect(scenario.task(one).assignments.at(-1)!.peerId).toBe(peerOf('referee'))
})
