import { SecureNode, secureRound, systemRandom } from '@vcp/learning'
import { type Outcome, type RoundId, signerFrom } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { SecureGathering } from './secure-gathering.ts'

const roundId = '01920000-0000-7000-8000-000000000001' as RoundId
const signers = [1, 2, 3, 4].map((byte) => signerFrom(new Uint8Array(32).fill(byte)))
const members = signers.map(({ peerId }) => peerId)
const times = { keysUntilMs: 1_000, stepMs: 100, wordsMs: 500 }
const everybody = () => true
const nobody = () => false

function take<T>(outcome: Outcome<T> | null): T {
  if (outcome?.ok !== true) throw new Error(outcome?.reason ?? 'not yet')
  return outcome.value
}

function gathering() {
  const round = take(secureRound({ roundId, members }, { privacy: null, updates_min: 3 }))
  const nodes = signers.map((signer) => new SecureNode(round, signer, systemRandom()))
  const at = new SecureGathering(round, members, times)
  return { at, nodes }
}

/** So many show keys; those who share do so at once. */
function shared(count: number, sharing = count) {
  const { at, nodes } = gathering()
  for (const [i, { advert }] of nodes.slice(0, count).entries()) {
    take(at.hear(members[i]!, { step: 'keys', advert }))
  }
  at.advance(times.keysUntilMs, everybody)
  for (const [i, node] of nodes.slice(0, sharing).entries()) {
    const told = take(at.next(members[i]!, 'keys'))
    if (told.next !== 'share') throw new Error(told.next)
    const shares = [...take(node.shareKeys(told.adverts))]
    take(at.hear(members[i]!, { step: 'shares', shares }))
  }
  return { at, nodes }
}

describe('a step of a round', () => {
  test('ends when everybody who is there has done it, and not before', () => {
    const { at, nodes } = gathering()
    for (const [i, { advert }] of nodes.slice(0, 3).entries()) {
      take(at.hear(members[i]!, { step: 'keys', advert }))
      at.advance(0, everybody)
      expect(at.next(members[i]!, 'keys')).toBeNull()
    }
    expect(at.step).toBe('keys')
    at.advance(0, (peer) => peer !== members[3])
    expect(at.step).toBe('shares')
    expect(at.roster).toMatchObject({ nodes: 3, survivorsMin: 3 })
  })

  test('ends at its time, and goes on with those who are enough', () => {
    const { at } = shared(4, 3)
    at.advance(times.keysUntilMs + times.stepMs - 1, everybody)
    expect(at.step).toBe('shares')
    at.advance(times.keysUntilMs + times.stepMs, everybody)
    expect(at.step).toBe('words')
    expect(at.untilMs).toBe(times.keysUntilMs + times.stepMs + times.wordsMs)
    expect(members.map((peer) => at.awaitsWords(peer))).toEqual([true, true, true, false])
    expect(at.next(members[3]!, 'shares')).toMatchObject({ code: 'ROUND_CLOSED' })
  })

  test('ends the round where too few have done it', () => {
    const few = gathering()
    take(few.at.hear(members[0]!, { step: 'keys', advert: few.nodes[0]!.advert }))
    few.at.advance(times.keysUntilMs, everybody)
    expect(few.at.end).toMatchObject({ ok: false })
    expect(few.at.next(members[0]!, 'keys')).toMatchObject({ code: 'ROUND_CLOSED' })
    const { at } = shared(4, 2)
    at.advance(times.keysUntilMs + times.stepMs, everybody)
    expect(at.end).toMatchObject({ code: 'NO_ELIGIBLE_NODE' })
  })

  test('takes from a node what it says first, and nothing before its turn or after', () => {
    const { at, nodes } = shared(4)
    at.advance(times.keysUntilMs, everybody)
    const [node] = nodes
    const keys = { step: 'keys', advert: node!.advert } as const
    expect(at.hear(members[0]!, keys)).toEqual({ ok: true, value: null })
    const { nodes: others } = gathering()
    const anew = { step: 'keys', advert: others[0]!.advert } as const
    expect(at.hear(members[0]!, anew)).toMatchObject({ code: 'UPDATE_KNOWN' })
    const early = { step: 'survivors', signature: 'ab'.repeat(64) } as never
    expect(at.hear(members[0]!, early)).toMatchObject({ code: 'ROUND_CLOSED' })
    expect(at.hear('x' as never, { step: 'shares', shares: [] })).toMatchObject({
      code: 'ROUND_CLOSED',
    })
  })
})

describe('words', () => {
  test('have ended when nobody is there who owes any, or at their time', () => {
    const { at } = shared(4)
    at.advance(times.keysUntilMs, everybody)
    expect(at.isWhole(times.keysUntilMs, everybody)).toBe(false)
    expect(at.isWhole(times.keysUntilMs, nobody)).toBe(true)
    expect(at.isWhole(at.untilMs, everybody)).toBe(true)
  })

  test('of too few, or of a round that had not come to them, open nothing', () => {
    const { at } = shared(4)
    at.advance(times.keysUntilMs, everybody)
    at.closeWords(members.slice(0, 2), 0)
    expect(at.end).toMatchObject({ code: 'NO_ELIGIBLE_NODE' })
    const early = gathering()
    early.at.closeWords(members, 0)
    expect(early.at.end).toMatchObject({ code: 'ROUND_CLOSED' })
  })
})
