// A node's part in secure aggregation (Bonawitz et al. 2017, SecAgg+). It only ever moves forward:
// each step is taken once, so no second request can make it say what the first kept hidden. Time
// and network are the caller's; messages are data.
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
  type SealedShares,
  type Signature,
  type Signer,
  type UnmaskAnswer,
  UnmaskRequest,
} from '@vcp/protocol'
import type { RandomSource } from '../noise/random-source.ts'
import { type AgreementKey, agreementKey, seal, secretBytes, unseal } from './key-agreement.ts'
import { addMask, addWords } from './masks.ts'
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
  sealPurpose,
} from './secure-round.ts'
import { split } from './shamir.ts'

interface Secrets {
  readonly cipher: AgreementKey
  readonly mask: AgreementKey
  readonly maskSecret: Uint8Array
  readonly seed: Uint8Array
}

interface Known {
  readonly digest: Digest
  readonly plan: Plan
  readonly adverts: ReadonlyMap<PeerId, Advert>
  readonly neighbours: readonly PeerId[]
}

interface HeldShares {
  readonly maskKey: Uint8Array
  readonly seed: Uint8Array
}

type Phase =
  | { readonly at: 'advertised' }
  | { readonly at: 'shared'; readonly roster: Known; readonly own: HeldShares }
  | { readonly at: 'masked'; readonly roster: Known; readonly held: Held }
  | {
      readonly at: 'signed'
      readonly roster: Known
      readonly held: Held
      readonly survivors: ReadonlySet<PeerId>
    }
  | { readonly at: 'answered' }

type Held = ReadonlyMap<PeerId, HeldShares>

export class SecureNode {
  readonly advert: Advert
  readonly #round: SecureRound
  readonly #signer: Signer
  readonly #random: RandomSource
  readonly #secrets: Secrets
  #phase: Phase = { at: 'advertised' }

  constructor(round: SecureRound, signer: Signer, random: RandomSource) {
    this.#round = round
    this.#signer = signer
    this.#random = random
    const [cipherSecret, maskSecret, seed] = [drawn(random), drawn(random), drawn(random)]
    const cipher = agreementKey(cipherSecret)
    const mask = agreementKey(maskSecret)
    this.#secrets = { cipher, mask, maskSecret, seed }
    const advert = {
      round_id: round.roundId,
      peer_id: signer.peerId,
      cipher_key: hex(cipher.publicKey),
      mask_key: hex(mask.publicKey),
      seed_digest: createHash('sha256').update(seed).digest('hex') as Digest,
    }
    const unsigned = { ...advert, signature: '' as Signature }
    this.advert = { ...advert, signature: signer.sign(advertBytes(unsigned)) }
  }

  /** Who hides whom; null until all keys have come, and after the last step. */
  get roster(): Roster | null {
    if (!('roster' in this.#phase)) return null
    const { digest, adverts, plan } = this.#phase.roster
    return { digest, nodes: adverts.size, survivorsMin: plan.survivorsMin }
  }

  /** Given all adverts: shares of both secrets, sealed to each neighbour. */
  shareKeys(adverts: readonly Advert[]): Outcome<readonly SealedShares[]> {
    if (this.#phase.at !== 'advertised') return outOfTurn('shared its keys')
    const roster = this.#readRoster(adverts)
    if (!roster.ok) return roster
    const { digest, neighbours, plan } = roster.value
    const me = this.#signer.peerId
    const holders = holdersOf(me, neighbours)
    const { maskSecret, seed, cipher } = this.#secrets
    const maskShares = split(maskSecret, holders.length, plan.threshold, this.#random)
    const seedShares = split(seed, holders.length, plan.threshold, this.#random)
    const sealed: SealedShares[] = []
    for (const [i, to] of holders.entries()) {
      if (to === me) continue
      const key = cipher.agree(
        unhex(roster.value.adverts.get(to)!.cipher_key),
        sealPurpose(digest, me, to),
      )
      if (key === null) return refuse('INVALID', `the key of ${to} is none`)
      const message = Buffer.concat([maskShares[i]!.bytes, seedShares[i]!.bytes])
      sealed.push({ from: me, to, sealed: hex(seal(key, message)) })
    }
    const mine = holders.indexOf(me)
    const own = { maskKey: maskShares[mine]!.bytes, seed: seedShares[mine]!.bytes }
    this.#phase = { at: 'shared', roster: roster.value, own }
    return pass(sealed)
  }

  /** Given the shares of its neighbours: its numbers under all masks. Neighbours that sent none are
   *  out, and no mask is agreed on with them. */
  mask(inbox: readonly SealedShares[], units: Int32Array): Outcome<Uint32Array> {
    if (this.#phase.at !== 'shared') return outOfTurn('masked its numbers')
    const { roster, own } = this.#phase
    const { unitsMax } = this.#round
    if (!units.every((unit) => Math.abs(unit) <= unitsMax)) {
      return refuse('INVALID', `a number is not within ±${unitsMax} units`)
    }
    const held = this.#unsealAll(inbox, roster)
    if (!held.ok) return held
    const me = this.#signer.peerId
    const words = new Uint32Array(units.length)
    addWords(words, units)
    addMask(words, this.#secrets.seed, 1)
    for (const peer of held.value.keys()) {
      const theirs = unhex(roster.adverts.get(peer)!.mask_key)
      const seed = this.#secrets.mask.agree(theirs, maskPurpose(roster.digest, me, peer))
      if (seed === null) return refuse('INVALID', `the key of ${peer} is none`)
      addMask(words, seed, me < peer ? 1 : -1)
    }
    const all = new Map([...held.value, [me, own]])
    this.#phase = { at: 'masked', roster, held: all }
    return pass(words)
  }

  /** Given whose words arrived: signs that set, and will open no other. */
  signSurvivors(survivors: readonly PeerId[]): Outcome<Signature> {
    if (this.#phase.at !== 'masked') return outOfTurn('signed a set')
    const { roster, held } = this.#phase
    const set = new Set(survivors)
    const isKnown = survivors.every((peer) => roster.adverts.has(peer))
    if (set.size !== survivors.length || !isKnown || !set.has(this.#signer.peerId)) {
      return refuse('INVALID', 'the set is not one of nodes of this round, each once, and this one')
    }
    if (set.size < roster.plan.survivorsMin) {
      const least = `${roster.plan.survivorsMin} are the least that hide each other`
      return refuse('INVALID', `${set.size} nodes are left; ${least}`)
    }
    this.#phase = { at: 'signed', roster, held, survivors: set }
    return pass(this.#signer.sign(survivorBytes(roster.digest, survivors)))
  }

  /** Given enough signatures of the same set: one share of each neighbour, never both. */
  unmask(request: unknown): Outcome<UnmaskAnswer> {
    if (this.#phase.at !== 'signed') return outOfTurn('opened its shares')
    const { roster, held, survivors } = this.#phase
    const read = parse(UnmaskRequest, request)
    if (!read.ok) return read
    const fault = this.#requestFault(read.value, roster, survivors)
    if (fault !== null) return refuse('NOT_ALLOWED', fault)
    const dropped = new Set(read.value.dropped)
    const seeds: UnmaskAnswer['seeds'] = []
    const maskKeys: UnmaskAnswer['mask_keys'] = []
    for (const [of, shares] of held) {
      if (survivors.has(of)) seeds.push({ of, share: hex(shares.seed) })
      else if (dropped.has(of)) maskKeys.push({ of, share: hex(shares.maskKey) })
    }
    this.#phase = { at: 'answered' }
    return pass({ from: this.#signer.peerId, seeds, mask_keys: maskKeys })
  }

  #requestFault(
    { survivors, dropped, signatures }: UnmaskRequest,
    roster: Known,
    signed: ReadonlySet<PeerId>,
  ): string | null {
    const asked = new Set(survivors)
    if (asked.size !== signed.size || survivors.some((peer) => !signed.has(peer))) {
      return 'the survivors are not those that this node signed'
    }
    const both = dropped.find((peer) => asked.has(peer))
    if (both !== undefined) return `${both} is named both as a survivor and as dropped`
    const bytes = survivorBytes(roster.digest, survivors)
    const holders = holdersOf(this.#signer.peerId, roster.neighbours)
    const agreed = holders.filter((holder) =>
      signatures.some(
        ({ peer_id: peer, signature }) =>
          peer === holder && isSignedBy(peer, bytes, signature, this.#round.verify),
      ),
    )
    if (agreed.length >= roster.plan.threshold) return null
    return `${agreed.length} neighbours signed this set; ${roster.plan.threshold} are needed`
  }

  #readRoster(adverts: readonly Advert[]): Outcome<Known> {
    const { roundId, verify } = this.#round
    const byPeer = new Map<PeerId, Advert>()
    for (const each of adverts) {
      const read = parse(Advert, each)
      if (!read.ok) return read
      const advert = read.value
      if (advert.round_id !== roundId || byPeer.has(advert.peer_id)) {
        return refuse(
          'INVALID',
          `the keys of ${advert.peer_id} are of another round, or come twice`,
        )
      }
      if (!isMember(this.#round, advert.peer_id)) {
        return refuse('SIGNER_UNEXPECTED', `${advert.peer_id} was not announced for this round`)
      }
      if (!isSignedBy(advert.peer_id, advertBytes(advert), advert.signature, verify)) {
        return refuse('SIGNATURE_INVALID', `the keys of ${advert.peer_id} are not signed by it`)
      }
      byPeer.set(advert.peer_id, advert)
    }
    const me = this.#signer.peerId
    if (byPeer.get(me)?.signature !== this.advert.signature) {
      return refuse('INVALID', 'the keys of this node are not among those that came back')
    }
    const room = fits(this.#round, byPeer.size)
    if (!room.ok) return room
    const plan = planOf(this.#round, byPeer.size)
    if (!plan.ok) return plan
    const digest = rosterDigest(adverts)
    const all = neighbourhoods([...byPeer.keys()], plan.value.neighbours, digest)
    return pass({ digest, plan: plan.value, adverts: byPeer, neighbours: all.get(me)! })
  }

  #unsealAll(inbox: readonly SealedShares[], roster: Known): Outcome<Map<PeerId, HeldShares>> {
    const me = this.#signer.peerId
    const held = new Map<PeerId, HeldShares>()
    for (const { from, to, sealed } of inbox) {
      if (to !== me || !roster.neighbours.includes(from) || held.has(from)) {
        return refuse('INVALID', `shares of ${from} that this node has not asked for`)
      }
      const theirs = unhex(roster.adverts.get(from)!.cipher_key)
      const key = this.#secrets.cipher.agree(theirs, sealPurpose(roster.digest, from, me))
      const message = key === null ? null : unseal(key, unhex(sealed))
      if (message === null || message.length !== 2 * secretBytes) {
        return refuse('INVALID', `the shares of ${from} cannot be opened`)
      }
      held.set(from, {
        maskKey: message.slice(0, secretBytes),
        seed: message.slice(secretBytes),
      })
    }
    // With itself.
    if (held.size + 1 >= roster.plan.threshold) return pass(held)
    const needed = `${roster.plan.threshold - 1} are needed`
    return refuse('INVALID', `${held.size} neighbours have shared their keys; ${needed}`)
  }
}

function outOfTurn(what: string) {
  return refuse('CONFLICT', `a node that has ${what}, or not come so far, does not do so again`)
}

function drawn(random: RandomSource): Uint8Array {
  const bytes = new Uint8Array(secretBytes)
  random.fill(bytes)
  return bytes
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function unhex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'))
}
