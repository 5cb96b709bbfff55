import { describe, expect, test } from 'vitest'
import { keyOf, proofBy, trapdoor } from '../testing/trapdoor.ts'
import { verificationKeyFrom } from './verification-key.ts'
import { type Claim, claimFrom } from './verify.ts'
import { verifyBatch } from './verify-batch.ts'

const secrets = trapdoor(1, 2)
const opening = verificationKeyFrom(keyOf(secrets))
if (!opening.ok) throw new Error(opening.reason)
const key = opening.value
const claims = Array.from({ length: 8 }, (_, i) => claimed(i, [BigInt(i), 3n]))

describe('a batch', () => {
  test('of valid proofs passes, also when it is empty or holds one proof twice', () => {
    expect(oks(claims)).toEqual(new Array(8).fill(true))
    expect(oks([])).toEqual([])
    expect(oks([claims[0]!, claims[0]!])).toEqual([true, true])
  })

  test.each([[[0]], [[7]], [[2, 3]], [[0, 4, 5]], [[0, 1, 2, 3, 4, 5, 6, 7]]])(
    'names the false ones among its proofs: %j',
    (places) => {
      const batch = claims.map((claim, i) => (places.includes(i) ? withSignal(claim) : claim))
      expect(oks(batch)).toEqual(claims.map((_, i) => !places.includes(i)))
    },
  )

  test('finds two false proofs whose errors would cancel without weights', () => {
    const [first, second] = claims as [Claim, Claim]
    const shift = first.proof.c.double().subtract(second.proof.c)
    const forged = [
      { ...first, proof: { ...first.proof, c: first.proof.c.add(shift) } },
      { ...second, proof: { ...second.proof, c: second.proof.c.subtract(shift) } },
    ]
    expect(oks(forged)).toEqual([false, false])
  })

  test('leaves no claim out, even where all that was drawn is zeros', () => {
    const verdicts = verifyBatch(key, [withSignal(claims[0]!)], (count) => new Uint8Array(count))
    expect(verdicts).toMatchObject([{ ok: false, code: 'ZK_PROOF_INVALID' }])
  })

  test('refuses a claim with too few signals and still takes the others', () => {
    const short = { ...claims[1]!, signals: [1n] }
    expect(oks([claims[0]!, short, claims[2]!])).toEqual([true, false, true])
  })
})

function oks(batch: readonly Claim[]): boolean[] {
  return verifyBatch(key, batch, random(99)).map(({ ok }) => ok)
}

/** Bytes that a seed gives, so that a failure can be had again. */
function random(seed: number) {
  let state = seed
  return (count: number) =>
    Uint8Array.from({ length: count }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state >>> 24
    })
}

function withSignal(claim: Claim): Claim {
  return { ...claim, signals: [claim.signals[0]!, 4n] }
}

function claimed(seed: number, signals: bigint[]): Claim {
  const claim = claimFrom(proofBy(secrets, signals, seed), signals.map(String))
  if (!claim.ok) throw new Error(claim.reason)
  return claim.value
}
