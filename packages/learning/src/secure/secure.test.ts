import { hkdfSync } from 'node:crypto'
import type { PeerId, Signature, UnmaskRequest } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { rehearsal, run, seeded, take } from '../testing/secure-rounds.ts'
import { agreementKey, seal, unseal } from './key-agreement.ts'
import { addMask } from './masks.ts'
import { neighbourhoods, planFor } from './neighbourhood.ts'
import { addNoiseShare, sigmaOfShare } from './noise-share.ts'
import type { SecureRound } from './secure-round.ts'
import { SecureServer } from './secure-server.ts'
import { combine, split } from './shamir.ts'

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))

describe('a round of secure aggregation', () => {
  test('opens to the exact sum, and every node sent what says nothing', () => {
    const { sum, expected, survivors } = run(rehearsal(5))
    expect(take(sum)).toEqual(expected)
    expect(survivors).toBe(5)
  })

  // Seven nodes: five are needed. Two may go, wherever they go.
  test.each([
    { beforeShares: 1 },
    { beforeShares: 2 },
    { beforeWords: 1 },
    { beforeWords: 2 },
    { beforeSignature: 1 },
    { beforeSignature: 2 },
    { beforeAnswer: 1 },
    { beforeAnswer: 2 },
    { beforeShares: 1, beforeWords: 1 },
    { beforeWords: 1, beforeSignature: 1 },
    { beforeWords: 1, beforeAnswer: 1 },
  ])('opens to the sum of those that stayed, with silent nodes %o', (silent) => {
    const { sum, expected } = run(rehearsal(7), silent)
    expect(take(sum)).toEqual(expected)
  })

  test.each([{ beforeShares: 3 }, { beforeWords: 3 }, { beforeSignature: 3 }, { beforeAnswer: 3 }])(
    'is not opened where fewer than two thirds are left, %o',
    (silent) => {
      expect(run(rehearsal(7), silent).sum).toMatchObject({ ok: false, code: 'NO_ELIGIBLE_NODE' })
    },
  )

  test('opens on a graph in which each node knows a part of the others', () => {
    const many = rehearsal(60, { length: 8, assumed: { dropout: 0.05, corrupt: 0.05 } })
    const plan = take(planFor(60, many.round.assumed))
    expect(plan.neighbours).toBeLessThan(40)
    const { sum, expected } = run(many, { beforeShares: 1, beforeWords: 1, beforeAnswer: 1 })
    expect(take(sum)).toEqual(expected)
  })

  test('sends words that look like chance, and unlike in every round', () => {
    const { nodes, units } = rehearsal(4, { length: 4_000 })
    const adverts = nodes.map(({ advert }) => advert)
    const shares = nodes.flatMap((node) => take(node.shareKeys(adverts)))
    const me = nodes[0]!.advert.peer_id
    const words = take(
      nodes[0]!.mask(
        shares.filter(({ to }) => to === me),
        units[0]!,
      ),
    )
    const ones = words.reduce((sum, word) => sum + word.toString(2).replaceAll('0', '').length, 0)
    expect(Math.abs(ones / (4_000 * 32) - 0.5)).toBeLessThan(0.006)
    expect(new Set(words).size).toBeGreaterThan(3_990)
  })

  test('refuses sums that would not fit, and fewer than three nodes', () => {
    const wide = rehearsal(4, { unitsMax: 2 ** 29 })
    const adverts = wide.nodes.map(({ advert }) => advert)
    expect(wide.nodes[0]!.shareKeys(adverts)).toMatchObject({ code: 'TOO_LARGE' })
    const two = rehearsal(2)
    expect(two.nodes[0]!.shareKeys(two.nodes.map(({ advert }) => advert))).toMatchObject({
      code: 'INVALID',
    })
    const { nodes } = rehearsal(3)
    const three = nodes.map(({ advert }) => advert)
    const inbox = nodes.slice(1).flatMap((node) => take(node.shareKeys(three)))
    take(nodes[0]!.shareKeys(three))
    const mine = inbox.filter(({ to }) => to === nodes[0]!.advert.peer_id)
    const large = new Int32Array(50).fill(2 ** 20 + 1)
    expect(nodes[0]!.mask(mine, large)).toMatchObject({ code: 'INVALID' })
  })
})

/** Five nodes that have sent their words; the last has gone silent. */
function afterWords(given: Partial<SecureRound> = {}) {
  const { round, nodes, units } = rehearsal(7, given)
  const server = new SecureServer(round)
  for (const { advert } of nodes) take(server.takeAdvert(advert))
  const adverts = take(server.closeAdverts())
  for (const node of nodes) {
    take(server.takeShares(node.advert.peer_id, take(node.shareKeys(adverts))))
  }
  const inboxes = take(server.closeShares())
  for (const [i, node] of nodes.slice(0, 6).entries()) {
    take(node.mask(inboxes.get(node.advert.peer_id)!, units[i]!))
    take(server.takeWords(node.advert.peer_id))
  }
  const closed = server.closeWords()
  return { server, nodes, closed, survivors: closed.ok ? closed.value : [] }
}

describe('a server that is up to no good', () => {
  test('is refused both kinds of share of one node', () => {
    const { server, nodes, survivors } = afterWords()
    for (const node of nodes.slice(0, 6)) {
      const signature = take(node.signSurvivors(survivors))
      take(server.takeSignature({ peer_id: node.advert.peer_id, signature }))
    }
    const request = take(server.closeSignatures())
    const both: UnmaskRequest = { ...request, dropped: [...request.dropped, survivors[0]!] }
    expect(nodes[1]!.unmask(both)).toMatchObject({ ok: false, code: 'NOT_ALLOWED' })
    // First the one kind, then the other: the second is not answered.
    const answer = take(nodes[1]!.unmask(request))
    expect(answer.seeds.map(({ of }) => of).sort()).toEqual(survivors)
    expect(answer.mask_keys.map(({ of }) => of)).toEqual([nodes[6]!.advert.peer_id])
    expect(nodes[1]!.unmask(request)).toMatchObject({ ok: false, code: 'CONFLICT' })
  })

  test('cannot show one set to some nodes and another to the rest', () => {
    const { server, nodes, survivors } = afterWords()
    const fewer = survivors.filter((peer) => peer !== nodes[5]!.advert.peer_id)
    const signedBy = (some: typeof nodes, set: readonly PeerId[]) =>
      some.map((node) => ({
        peer_id: node.advert.peer_id,
        signature: take(node.signSurvivors(set)),
      }))
    const first = signedBy(nodes.slice(0, 3), survivors)
    const second = signedBy(nodes.slice(3, 5), fewer)
    const request = { survivors: [...survivors], dropped: [], signatures: first }
    expect(nodes[0]!.unmask(request)).toMatchObject({
      code: 'NOT_ALLOWED',
      reason: expect.stringContaining('3 neighbours signed'),
    })
    const other = { survivors: fewer, dropped: [nodes[5]!.advert.peer_id], signatures: second }
    expect(nodes[0]!.unmask(other)).toMatchObject({ code: 'NOT_ALLOWED' })
    expect(nodes[3]!.unmask(other)).toMatchObject({ code: 'NOT_ALLOWED' })
    expect(nodes[0]!.signSurvivors(fewer)).toMatchObject({ code: 'CONFLICT' })
    expect(server.takeSignature(second[0]!)).toMatchObject({ code: 'SIGNATURE_INVALID' })
  })

  test('cannot count one signature for several nodes', () => {
    const { nodes, survivors } = afterWords()
    const signature = take(nodes[0]!.signSurvivors(survivors))
    take(nodes[1]!.signSurvivors(survivors))
    const signatures = survivors.map((peer) => ({ peer_id: peer, signature }))
    const request = { survivors: [...survivors], dropped: [], signatures }
    expect(nodes[1]!.unmask(request)).toMatchObject({ code: 'NOT_ALLOWED' })
  })

  test('cannot put keys of its own in the place of a node, nor leave a node out', () => {
    const { nodes, round } = rehearsal(5)
    const adverts = nodes.map(({ advert }) => advert)
    const swapped = { ...adverts[1]!, cipher_key: adverts[2]!.cipher_key }
    const unsigned = { ...adverts[1]!, signature: '0'.repeat(128) as Signature }
    for (const forged of [swapped, unsigned]) {
      const roster = [adverts[0]!, forged, ...adverts.slice(2)]
      expect(nodes[0]!.shareKeys(roster)).toMatchObject({ code: 'SIGNATURE_INVALID' })
      expect(new SecureServer(round).takeAdvert(forged)).toMatchObject({
        code: 'SIGNATURE_INVALID',
      })
    }
    expect(nodes[0]!.shareKeys(adverts.slice(1))).toMatchObject({ code: 'INVALID' })
    expect(nodes[0]!.shareKeys([...adverts, adverts[1]!])).toMatchObject({ code: 'INVALID' })
  })

  test('cannot bring in who was not announced, nor hide a node among fewer than asked', () => {
    const keysOf = (count: number, given: Partial<SecureRound>) => {
      const { nodes } = rehearsal(count, given)
      return { nodes, adverts: nodes.map(({ advert }) => advert) }
    }
    const all = keysOf(5, {}).adverts
    const members = new Set(all.slice(0, 4).map((advert) => advert.peer_id))
    const { nodes, adverts } = keysOf(5, { members })
    const stranger = { code: 'SIGNER_UNEXPECTED' }
    expect(nodes[0]!.shareKeys(adverts)).toMatchObject(stranger)
    expect(nodes[0]!.shareKeys(adverts.slice(0, 4)).ok).toBe(true)
    const { round } = rehearsal(5, { members })
    expect(new SecureServer(round).takeAdvert(adverts[4]!)).toMatchObject(stranger)
    const few = keysOf(4, { nodesMin: 5 })
    expect(few.nodes[0]!.shareKeys(few.adverts)).toMatchObject({ code: 'NO_ELIGIBLE_NODE' })
    const strict = afterWords({ nodesMin: 7 })
    expect(strict.closed).toMatchObject({ code: 'NO_ELIGIBLE_NODE' })
    const six = strict.nodes.slice(0, 6).map(({ advert }) => advert.peer_id)
    expect(strict.nodes[0]!.signSurvivors(six)).toMatchObject({ code: 'INVALID' })
  })

  test('cannot have a set opened that is too small to hide in, or lacks the node itself', () => {
    const { nodes, survivors } = afterWords()
    expect(nodes[0]!.signSurvivors(survivors.slice(0, 4))).toMatchObject({ code: 'INVALID' })
    const without = survivors.filter((peer) => peer !== nodes[0]!.advert.peer_id)
    expect(nodes[0]!.signSurvivors(without)).toMatchObject({ code: 'INVALID' })
    expect(nodes[0]!.signSurvivors([...survivors.slice(1), survivors[1]!])).toMatchObject({
      ok: false,
    })
  })

  test('cannot read or change the shares it passes on', () => {
    const { nodes, units } = rehearsal(4)
    const adverts = nodes.map(({ advert }) => advert)
    const shares = nodes.flatMap((node) => take(node.shareKeys(adverts)))
    const inbox = shares.filter(({ to }) => to === nodes[0]!.advert.peer_id)
    const [first, ...rest] = inbox
    const flipped = first!.sealed.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
    const changed = [{ ...first!, sealed: flipped }, ...rest]
    expect(nodes[0]!.mask(changed, units[0]!)).toMatchObject({ code: 'INVALID' })
    const swapped = [{ ...first!, from: rest[0]!.from }, ...rest.slice(1)]
    expect(nodes[0]!.mask(swapped, units[0]!)).toMatchObject({ code: 'INVALID' })
    expect(nodes[0]!.mask([first!], units[0]!)).toMatchObject({ code: 'INVALID' })
  })
})

describe('nodes that are up to no good', () => {
  test('are found out by one false share, where there is one to spare', () => {
    const { server, nodes, survivors } = afterWords()
    for (const node of nodes.slice(0, 6)) {
      const signature = take(node.signSurvivors(survivors))
      take(server.takeSignature({ peer_id: node.advert.peer_id, signature }))
    }
    const request = take(server.closeSignatures())
    const answers = nodes.slice(0, 6).map((node) => take(node.unmask(request)))
    const lie = answers[2]!.seeds.map((each) => ({ ...each, share: 'ab'.repeat(32) }))
    answers[2] = { ...answers[2]!, seeds: lie }
    for (const answer of answers.slice(0, 5)) take(server.takeAnswer(answer))
    expect(server.masks()).toMatchObject({ ok: false, code: 'INVALID' })
    take(server.takeAnswer(answers[5]!))
    expect(server.masks().ok).toBe(true)
  })

  test('are not heard twice, out of turn or under another name', () => {
    const { server, nodes } = afterWords()
    expect(server.takeAdvert(nodes[0]!.advert)).toMatchObject({ code: 'ROUND_CLOSED' })
    expect(server.takeWords(nodes[6]!.advert.peer_id)).toMatchObject({ code: 'ROUND_CLOSED' })
    expect(server.takeSignature({ peer_id: 'x' })).toMatchObject({ code: 'INVALID' })
    const { round } = rehearsal(3)
    const fresh = new SecureServer(round)
    take(fresh.takeAdvert(nodes[0]!.advert))
    expect(fresh.takeAdvert(nodes[0]!.advert)).toMatchObject({ code: 'UPDATE_KNOWN' })
    expect(fresh.closeShares()).toMatchObject({ code: 'ROUND_CLOSED' })
  })
})

describe('a plan of neighbours', () => {
  test('takes every pair among few, and a part of the pairs among many', () => {
    expect(take(planFor(3, { dropout: 0.1, corrupt: 0.1 }))).toEqual({
      neighbours: 2,
      threshold: 3,
      survivorsMin: 3,
    })
    for (const nodes of [100, 300, 1_000]) {
      const plan = take(planFor(nodes, { dropout: 0.1, corrupt: 0.1 }))
      expect(plan.neighbours).toBeLessThan(nodes / 2)
      expect(plan.threshold).toBeGreaterThan((2 * (plan.neighbours + 1)) / 3)
    }
    expect(planFor(100, { dropout: 0.2, corrupt: 0.2 })).toMatchObject({ code: 'INVALID' })
  })

  test('is the same from both ends, and another with every digest', () => {
    const peers = rehearsal(30).nodes.map(({ advert }) => advert.peer_id)
    const near = neighbourhoods(peers, 8, 'a')
    for (const [peer, others] of near) {
      expect(new Set(others).size).toBe(8)
      for (const other of others) expect(near.get(other)).toContain(peer)
    }
    expect(neighbourhoods(peers.toReversed(), 8, 'a')).toEqual(near)
    expect(neighbourhoods(peers, 8, 'b')).not.toEqual(near)
  })
})

describe('the parts', () => {
  test('share a secret so that the threshold brings it back and fewer do not', () => {
    const secret = hex('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f')
    const shares = split(secret, 9, 6, seeded(1))
    expect(combine(shares.slice(0, 6))).toEqual(secret)
    expect(combine(shares.slice(3, 9))).toEqual(secret)
    expect(combine(shares.toReversed())).toEqual(secret)
    expect(combine(shares.slice(0, 5))).not.toEqual(secret)
    expect(combine(split(secret, 255, 171, seeded(2)).slice(60, 231))).toEqual(secret)
    expect(() => split(secret, 256, 3, seeded(1))).toThrow(RangeError)
  })

  test('leave any value of the secret as likely, given one share fewer', () => {
    // One byte, two of three: with the first share alone, every secret fits one second share.
    const first = split(Uint8Array.of(77), 3, 2, seeded(3))[0]!
    const fitting = new Set<number>()
    for (let value = 0; value < 256; value++) {
      fitting.add(combine([first, { at: 2, bytes: Uint8Array.of(value) }])[0]!)
    }
    expect(fitting.size).toBe(256)
  })

  test('agree by RFC 7748, and on nothing with a key of small order', () => {
    const alice = hex('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a')
    const bob = agreementKey(
      hex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'),
    )
    expect(bob.publicKey).toEqual(
      hex('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f'),
    )
    const point = hex('4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742')
    const derived = new Uint8Array(hkdfSync('sha256', point, new Uint8Array(0), 'x', 32))
    expect(bob.agree(alice, 'x')).toEqual(derived)
    expect(bob.agree(alice, 'y')).not.toEqual(derived)
    const carol = agreementKey(new Uint8Array(32).fill(6))
    expect(carol.agree(bob.publicKey, 'x')).toEqual(bob.agree(carol.publicKey, 'x'))
    expect(bob.agree(new Uint8Array(32), 'x')).toBeNull()
    expect(bob.agree(new Uint8Array(5), 'x')).toBeNull()
  })

  test('seal so that nothing changed is opened', () => {
    const key = new Uint8Array(32).fill(4)
    const sealed = seal(key, Uint8Array.of(1, 2, 3))
    expect(unseal(key, sealed)).toEqual(Uint8Array.of(1, 2, 3))
    sealed[0]! ^= 1
    expect(unseal(key, sealed)).toBeNull()
    expect(unseal(key, new Uint8Array(3))).toBeNull()
  })

  test('mask with all 256 bits of a seed', () => {
    const masked = (seed: Uint8Array) => {
      const words = new Uint32Array(2)
      addMask(words, seed, 1)
      return words.join()
    }
    const seeds = Array.from({ length: 256 }, (_, bit) => {
      const seed = new Uint8Array(32)
      seed[bit >> 3] = 1 << (bit & 7)
      return seed
    })
    expect(new Set([new Uint8Array(32), ...seeds].map(masked)).size).toBe(257)
    expect(() => addMask(new Uint32Array(1), new Uint8Array(4), 1)).toThrow(RangeError)
  })

  test('take a mask off as it was put on', () => {
    const words = Uint32Array.from({ length: 40_000 }, (_, i) => i)
    addMask(words, new Uint8Array(32).fill(8), 1)
    addMask(words, new Uint8Array(32).fill(8), -1)
    expect(words.every((word, i) => word === i)).toBe(true)
  })
})

describe('noise that nobody adds alone', () => {
  test('adds up to the deviation that the accountant was told', () => {
    const how = { sigma: 60, honestMin: 9 }
    expect(take(sigmaOfShare(how))).toBe(20)
    const sum = new Int32Array(8_000)
    for (let node = 0; node < 9; node++) {
      take(addNoiseShare(sum, how, 2 ** 20, seeded(node)))
    }
    const variance = sum.reduce((total, unit) => total + unit * unit, 0) / sum.length
    expect(variance / 3_600).toBeGreaterThan(0.94)
    expect(variance / 3_600).toBeLessThan(1.06)
  })

  test('refuses parts that are too coarse, and numbers that lose their room', () => {
    expect(sigmaOfShare({ sigma: 3, honestMin: 9 })).toMatchObject({ code: 'INVALID' })
    const how = { sigma: 60, honestMin: 9 }
    expect(addNoiseShare(new Int32Array(100), how, 10, seeded(1))).toMatchObject({
      code: 'TOO_LARGE',
    })
  })
})
