import { demandOf, type PeerId, profiles } from '@vcp/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type NodeRecord, operatorOf } from '../nodes/node-record.ts'
import { ana, peerOf, registrationOf, walletOf, wasmTask } from '../testing/samples.ts'
import { Matcher } from './matcher.ts'

const demand = demandOf('wasm_execution', wasmTask().requirements, profiles.open)
const key = 'what wasm asks for'

function nodeAt(slot: number): NodeRecord {
  const peerId: PeerId = peerOf(`n${slot}`)
  return {
    ...{ peerId, slot, ownerId: ana, registeredAtMs: 0, registration: registrationOf(`n${slot}`) },
    ...{ ownerAddress: null, status: 'online', mode: 'active' },
    ...{ succeeded: 0, failed: 0, disputesLost: 0 },
    ...{ trust: new Map(), unaudited: new Map(), recheckable: new Map() },
    ...{ open: new Set(), working: new Set(), lastSeenMs: 0, restsUntilMs: null },
    ...{ telemetry: null, health: 0.9, latencyMs: 20, isWatched: false },
  }
}

const step = fc.record({
  slot: fc.nat(5),
  what: fc.constantFrom('comes', 'pauses', 'goes', 'is bound'),
  owner: fc.constantFrom('o1', 'o2'),
})

test('a node of another operator is found exactly where there is one', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const matcher = new Matcher('weighted')
      // So that there is a pool from the beginning, which is then kept.
      matcher.count(key, demand)
      const nodes = new Map<number, NodeRecord>()
      for (const { slot, what, owner } of steps) {
        const node = nodes.get(slot) ?? nodeAt(slot)
        if (what === 'comes' || what === 'pauses') {
          node.mode = what === 'comes' ? 'active' : 'paused'
          nodes.set(slot, node)
          matcher.changed(node)
        } else if (what === 'goes') {
          if (nodes.delete(slot)) matcher.removed(node)
        } else {
          node.ownerAddress = walletOf(owner)
          if (nodes.has(slot)) matcher.rebound(node)
        }
        const fitting = [...nodes.values()].filter(({ mode }) => mode === 'active')
        for (const operator of [ana, walletOf('o1'), walletOf('o2')]) {
          const found = matcher.pickOther(key, demand, operator, () => 0.5)
          const others = fitting.filter((each) => operatorOf(each) !== operator)
          expect(found === null).toBe(others.length === 0)
          if (found !== null) expect(others).toContain(found)
        }
      }
    }),
  )
})
