// The server's part in secure aggregation: it passes messages on, and finds the masks that are left
// on the sum of those that stayed. The words themselves it need not hold: whoever adds them up is
// given the masks.
import { createHash } from 'node:crypto'
import {
  Advert,
  type Digest,
  isSignedBy,
  type Outcome,
  type PeerId,
  parse,
  pass,
  refuse,
  SealedShares,
  SurvivorSignature,
  UnmaskAnswer,
  type UnmaskRequest,
} from '@vcp/protocol'
import { agreementKey } from './key-agreement.ts'
import type { Mask } from './masks.ts'
import { advertBytes, rosterDigest, survivorBytes } from './messages.ts'
import { neighbourhoods, type Plan } from './neighbourhood.ts'
import {
  fits,
  holdersOf,
  isMember,
  maskPurpose,
  planOf,
  type Roster,
  type SecureRound,
} from './secure-round.ts'
import { combine, type Share } from './shamir.ts'

interface Known {
  readonly digest: Digest
  readonly plan: Plan
  readonly neighbours: ReadonlyMap<PeerId, readonly PeerId[]>
}

type Kind = 'seeds' | 'mask_keys'

export class SecureServer {
  readonly #round: SecureRound
  readonly #adverts = new Map<PeerId, Advert>()
  readonly #sealed = new Map<PeerId, readonly SealedShares[]>()
  readonly #survivors = new Set<PeerId>()
  readonly #signatures: SurvivorSignature[] = []
  readonly #answers = new Map<PeerId, UnmaskAnswer>()
  #roster: Known | null = null
  #step: 'adverts' | 'shares' | 'words' | 'signatures' | 'answers' = 'adverts'

  constructor(round: SecureRound) {
    this.#round = round
  }

  /** Who hides whom; null until no more keys are taken. */
  get roster(): Roster | null {
    if (this.#roster === null) return null
    const { digest, plan } = this.#roster
    return { digest, nodes: this.#adverts.size, survivorsMin: plan.survivorsMin }
  }

  /** The keys that a node has shown; null while it has shown none. */
  advertOf(peer: PeerId): Advert | null {
    return this.#adverts.get(peer) ?? null
  }

  takeAdvert(message: unknown): Outcome<null> {
    const read = parse(Advert, message)
    if (!read.ok) return read
    const { peer_id: peer, round_id: roundId, signature } = read.value
    if (this.#step !== 'adverts' || roundId !== this.#round.roundId) return closed()
    if (!isMember(this.#round, peer)) {
      return refuse('SIGNER_UNEXPECTED', `${peer} was not announced for this round`)
    }
    if (this.#adverts.has(peer)) return refuse('UPDATE_KNOWN', `${peer} has shown its keys`)
    if (!isSignedBy(peer, advertBytes(read.value), signature, this.#round.verify)) {
      return refuse('SIGNATURE_INVALID', `the keys of ${peer} are not signed by it`)
    }
    this.#adverts.set(peer, read.value)
    return pass(null)
  }

  /** No more nodes; the keys of all, for all. */
  closeAdverts(): Outcome<readonly Advert[]> {
    if (this.#step !== 'adverts') return closed()
    const room = fits(this.#round, this.#adverts.size)
    if (!room.ok) return room
    const plan = planOf(this.#round, this.#adverts.size)
    if (!plan.ok) return plan
    const adverts = [...this.#adverts.values()]
    const digest = rosterDigest(adverts)
    const neighbours = neighbourhoods([...this.#adverts.keys()], plan.value.neighbours, digest)
    this.#roster = { digest, plan: plan.value, neighbours }
    this.#step = 'shares'
    return pass(adverts)
  }

  /** All shares of one node, one for each of its neighbours. */
  takeShares(from: PeerId, messages: readonly unknown[]): Outcome<null> {
    const expected = this.#roster?.neighbours.get(from)
    if (this.#step !== 'shares' || expected === undefined) return closed()
    if (this.#sealed.has(from)) return refuse('UPDATE_KNOWN', `${from} has shared its keys`)
    const shares: SealedShares[] = []
    for (const message of messages.slice(0, expected.length)) {
      const read = parse(SealedShares, message)
      if (!read.ok) return read
      shares.push(read.value)
    }
    const to = new Set(shares.map((share) => share.to))
    const isWhole = messages.length === expected.length && expected.every((peer) => to.has(peer))
    if (!isWhole || shares.some((share) => share.from !== from)) {
      return refuse('INVALID', `${from} has not sent one share to each of its neighbours`)
    }
    this.#sealed.set(from, shares)
    return pass(null)
  }

  /** What each node that shared its keys is to be given: the shares of its neighbours that did. */
  closeShares(): Outcome<ReadonlyMap<PeerId, readonly SealedShares[]>> {
    if (this.#step !== 'shares' || this.#roster === null) return closed()
    const fault = this.#tooFew(this.#sealed.size)
    if (fault !== null) return fault
    const inboxes = new Map<PeerId, SealedShares[]>([...this.#sealed.keys()].map((to) => [to, []]))
    for (const shares of this.#sealed.values()) {
      for (const share of shares) inboxes.get(share.to)?.push(share)
    }
    this.#step = 'words'
    return pass(inboxes)
  }

  /** Words of this node are there. */
  takeWords(from: PeerId): Outcome<null> {
    if (this.#step !== 'words' || !this.#sealed.has(from)) return closed()
    if (this.#survivors.has(from)) return refuse('UPDATE_KNOWN', `${from} has sent its words`)
    this.#survivors.add(from)
    return pass(null)
  }

  /** Whose words arrived: for each of them to sign. */
  closeWords(): Outcome<readonly PeerId[]> {
    if (this.#step !== 'words') return closed()
    const fault = this.#tooFew(this.#survivors.size)
    if (fault !== null) return fault
    this.#step = 'signatures'
    return pass([...this.#survivors].sort())
  }

  takeSignature(message: unknown): Outcome<null> {
    const read = parse(SurvivorSignature, message)
    if (!read.ok) return read
    const { peer_id: peer, signature } = read.value
    if (this.#step !== 'signatures' || this.#roster === null || !this.#survivors.has(peer)) {
      return closed()
    }
    const bytes = survivorBytes(this.#roster.digest, [...this.#survivors])
    if (!isSignedBy(peer, bytes, signature, this.#round.verify)) {
      return refuse('SIGNATURE_INVALID', `${peer} has not signed this set`)
    }
    this.#signatures.push(read.value)
    return pass(null)
  }

  closeSignatures(): Outcome<UnmaskRequest> {
    if (this.#step !== 'signatures') return closed()
    const fault = this.#tooFew(new Set(this.#signatures.map((each) => each.peer_id)).size)
    if (fault !== null) return fault
    this.#step = 'answers'
    const survivors = [...this.#survivors].sort()
    return pass({ survivors, dropped: this.#dropped(), signatures: this.#signatures })
  }

  takeAnswer(message: unknown): Outcome<null> {
    const read = parse(UnmaskAnswer, message)
    if (!read.ok) return read
    const { from } = read.value
    if (this.#step !== 'answers' || !this.#survivors.has(from)) return closed()
    if (this.#answers.has(from)) return refuse('UPDATE_KNOWN', `${from} has answered`)
    this.#answers.set(from, read.value)
    return pass(null)
  }

  /** What lies on the sum of the survivors' words; refused where too few have answered. The state
   *  stays as it is, so it may be tried again when more have. */
  masks(): Outcome<readonly Mask[]> {
    const roster = this.#roster
    if (this.#step !== 'answers' || roster === null) return closed()
    const masks: Mask[] = []
    for (const peer of this.#survivors) {
      const { seed_digest: digest } = this.#adverts.get(peer)!
      const seed = this.#secretOf(peer, 'seeds', roster, (secret) => sha256Hex(secret) === digest)
      if (!seed.ok) return seed
      masks.push({ seed: seed.value, sign: 1 })
    }
    for (const peer of this.#dropped()) {
      const key = hexOf(this.#adverts.get(peer)!.mask_key)
      const isKey = (secret: Uint8Array) => key.equals(agreementKey(secret).publicKey)
      const secret = this.#secretOf(peer, 'mask_keys', roster, isKey)
      if (!secret.ok) return secret
      const mask = agreementKey(secret.value)
      for (const other of roster.neighbours.get(peer)!) {
        if (!this.#survivors.has(other)) continue
        const theirs = new Uint8Array(hexOf(this.#adverts.get(other)!.mask_key))
        const seed = mask.agree(theirs, maskPurpose(roster.digest, peer, other))
        if (seed === null) return refuse('INVALID', `the key of ${other} is none`)
        // The survivor added it where its name comes first.
        masks.push({ seed, sign: other < peer ? 1 : -1 })
      }
    }
    return pass(masks)
  }

  /** Nodes that others have masked with, and that sent no words. */
  #dropped(): PeerId[] {
    return [...this.#sealed.keys()].filter((peer) => !this.#survivors.has(peer)).sort()
  }

  #tooFew(count: number) {
    const least = this.#roster?.plan.survivorsMin ?? 0
    return count >= least
      ? null
      : refuse('NO_ELIGIBLE_NODE', `${count} are left; ${least} are needed`)
  }

  #secretOf(
    peer: PeerId,
    kind: Kind,
    { plan, neighbours }: Known,
    isRight: (secret: Uint8Array) => boolean,
  ): Outcome<Uint8Array> {
    const shares: Share[] = []
    for (const [i, holder] of holdersOf(peer, neighbours.get(peer)!).entries()) {
      const share = this.#answers.get(holder)?.[kind].find(({ of }) => of === peer)?.share
      if (share !== undefined) shares.push({ at: i + 1, bytes: hexOf(share) })
    }
    if (shares.length < plan.threshold) {
      const few = `${shares.length} shares of ${peer} came; ${plan.threshold} are needed`
      return refuse('NO_ELIGIBLE_NODE', few)
    }
    // Windows around the ring of shares: one share that is false is outside of at least one, where
    // there is a share to spare.
    for (let from = 0; from < shares.length; from++) {
      const window = [...shares.slice(from), ...shares.slice(0, from)].slice(0, plan.threshold)
      const secret = combine(window)
      if (isRight(secret)) return pass(secret)
    }
    return refuse('INVALID', `the shares of ${peer} do not give what it advertised`)
  }
}

function closed() {
  return refuse('ROUND_CLOSED', 'the round does not take this message now, or not from this node')
}

function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function hexOf(text: string): Buffer {
  return Buffer.from(text, 'hex')
}
