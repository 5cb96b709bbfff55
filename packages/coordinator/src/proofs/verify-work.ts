// Verifies what has come together: proofs for one key at once, since most of what a proof costs is
// then paid for once for all of them.

import {
  type Claim,
  claimFrom,
  openProofOutput,
  provableTask,
  type RandomBytes,
  type VerificationKey,
  verificationKeyFrom,
  verifyBatch,
} from '@vcp/proofs'
import { type Digest, type Outcome, pass } from '@vcp/protocol'
import type { Answered, Asked, ProofWork, Verified } from './proof-work.ts'

/** Keys whose lines are worked out; 140 KB with 7 signals, 410 KB with 64. */
const keysKept = 64

export type VerifyWork = (asked: readonly Asked[]) => readonly Answered[]

interface Open {
  readonly key: VerificationKey
  /** What is left to verify. */
  readonly claims: readonly Claim[]
  readonly verified: Verified
}

export function createVerifyWork(randomBytes: RandomBytes): VerifyWork {
  const keys = new Map<string, Outcome<VerificationKey>>()

  function keyOf(json: unknown): Outcome<VerificationKey> {
    const text = JSON.stringify(json) ?? ''
    const known = keys.get(text) ?? verificationKeyFrom(json)
    keys.delete(text)
    keys.set(text, known)
    const [oldest] = keys.keys()
    if (keys.size > keysKept && oldest !== undefined) keys.delete(oldest)
    return known
  }

  function opened(work: ProofWork): Outcome<Open> {
    const key = keyOf(work.keyJson)
    return key.ok ? openedWith(key.value, work) : key
  }

  return (asked) => {
    const found = asked.map(({ id, work }) => ({ id, open: opened(work) }))
    const groups = new Map<Digest, { id: number; claim: Claim; key: VerificationKey }[]>()
    for (const { id, open } of found) {
      if (!open.ok) continue
      const { key, claims } = open.value
      const more = claims.map((claim) => ({ id, claim, key }))
      groups.set(key.digest, [...(groups.get(key.digest) ?? []), ...more])
    }
    const verdicts = new Map<number, Outcome<true>>()
    for (const group of groups.values()) {
      if (group.length === 0) continue
      const claims = group.map(({ claim }) => claim)
      const outcomes = verifyBatch(group[0]!.key, claims, randomBytes)
      for (const [i, { id }] of group.entries()) {
        // One false proof among several is a false result.
        if (verdicts.get(id)?.ok !== false) verdicts.set(id, outcomes[i]!)
      }
    }
    return found.map(({ id, open }): Answered => {
      if (!open.ok) return { id, verdict: open }
      const outcome = verdicts.get(id) ?? pass(true)
      return { id, verdict: outcome.ok ? pass(open.value.verified) : outcome }
    })
  }
}

function openedWith(key: VerificationKey, work: ProofWork): Outcome<Open> {
  switch (work.work) {
    case 'key': {
      const provable = provableTask(work.task, key, work.terms)
      if (!provable.ok) return provable
      return pass({
        key,
        claims: [],
        verified: { key: key.digest, ...provable.value, setup: null },
      })
    }
    case 'claim': {
      const claim = claimFrom(work.proof, work.signals)
      if (!claim.ok) return claim
      const verified = { key: key.digest, isBound: false, setup: null }
      return pass({ key, claims: [claim.value], verified })
    }
    case 'output': {
      const open = openProofOutput({ ...work.of, key })
      if (!open.ok) return open
      const { claims, isBound, output } = open.value
      return pass({ key, claims, verified: { key: key.digest, isBound, setup: output.setup } })
    }
  }
}
