// One secure round at the coordinator, step by step: what nodes have said, and what each of them is
// to be told next. It waits for whoever is still there, and for nobody beyond a step's time. In
// memory alone: who forgets a round cannot open it a second time.
import { type Mask, type Roster, type SecureRound, SecureServer } from '@vcp/learning'
import {
  type Advert,
  type Outcome,
  type PeerId,
  pass,
  type Refusal,
  refuse,
  type SealedShares,
  type SecureAnswer,
  type SecureSaid,
  type SecureStep,
  type UnmaskRequest,
} from '@vcp/protocol'

/** In their order; what nodes say at each. */
const steps = ['keys', 'shares', 'words', 'survivors', 'opening'] as const satisfies SecureStep[]

export interface GatheringTimes {
  /** The latest that keys are taken: what follows has to fit into the round. */
  readonly keysUntilMs: number
  /** For each step that is only a message. */
  readonly stepMs: number
  /** For words, which are as long as the model. */
  readonly wordsMs: number
}

/** Whom the round still waits for, of those who take part. */
export type IsThere = (peer: PeerId) => boolean

export class SecureGathering {
  readonly #server: SecureServer
  readonly #members: readonly PeerId[]
  readonly #times: GatheringTimes
  readonly #said = new Map<SecureStep, Set<PeerId>>(steps.map((step) => [step, new Set()]))
  #step: SecureStep | 'over' = 'keys'
  #untilMs: number
  #adverts: readonly Advert[] = []
  #inboxes: ReadonlyMap<PeerId, readonly SealedShares[]> = new Map()
  #survivors: readonly PeerId[] = []
  #request: UnmaskRequest | null = null
  #end: Outcome<readonly Mask[]> | null = null

  constructor(round: SecureRound, members: readonly PeerId[], times: GatheringTimes) {
    this.#server = new SecureServer(round)
    this.#members = members
    this.#times = times
    this.#untilMs = times.keysUntilMs
  }

  get step(): SecureStep | 'over' {
    return this.#step
  }

  /** When `advance` has something to do though nobody says anything. */
  get untilMs(): number {
    return this.#untilMs
  }

  get roster(): Roster | null {
    return this.#server.roster
  }

  /** The masks that are left on the sum, or why there is none; null while it is not over. */
  get end(): Outcome<readonly Mask[]> | null {
    return this.#end
  }

  /** Whether it is still before anybody is asked to open anything. */
  get isTakingUpdates(): boolean {
    return this.#step === 'keys' || this.#step === 'shares' || this.#step === 'words'
  }

  /** Nodes whose words are awaited. */
  awaitsWords(peer: PeerId): boolean {
    return this.#step === 'words' && this.#inboxes.has(peer)
  }

  /** What comes twice is heard once. */
  hear(from: PeerId, said: SecureSaid): Outcome<null> {
    const heard = this.#said.get(said.step)!
    if (!this.#isPast(said.step) && said.step !== this.#step) {
      return refuse('ROUND_CLOSED', `the round is at ${this.#step}, not at ${said.step}`)
    }
    // The words themselves have come, or not, as an update.
    if (said.step === 'words') return pass(null)
    if (heard.has(from)) return this.#again(from, said)
    if (this.#isPast(said.step)) {
      return refuse('ROUND_CLOSED', `the round is at ${this.#step}: ${from} came too late`)
    }
    const taken = this.#take(from, said)
    if (taken.ok) heard.add(from)
    return taken
  }

  /** What a node is to do that has done a step; null: nothing yet. */
  next(peer: PeerId, step: SecureStep): Outcome<SecureAnswer> | null {
    if (!this.#isPast(step)) return null
    if (this.#end?.ok === false) return refuse('ROUND_CLOSED', this.#end.reason)
    const out = refuse('ROUND_CLOSED', 'the round has gone on without this node')
    switch (step) {
      case 'keys':
        return pass({ next: 'share', adverts: [...this.#adverts] })
      case 'shares': {
        const inbox = this.#inboxes.get(peer)
        return inbox === undefined ? out : pass({ next: 'mask', inbox: [...inbox] })
      }
      case 'words':
        if (!this.#survivors.includes(peer)) return out
        return pass({ next: 'sign', survivors: [...this.#survivors] })
      case 'survivors':
        return this.#request === null ? out : pass({ next: 'open', request: this.#request })
      case 'opening':
        return pass({ next: 'rest' })
    }
  }

  /** Goes on to the next step where nobody is to be waited for any more. */
  advance(nowMs: number, isThere: IsThere): void {
    if (this.#step === 'words' || this.#step === 'over') return
    const said = this.#said.get(this.#step)!
    const isWhole = this.#expected().every((peer) => said.has(peer) || !isThere(peer))
    if (this.#step === 'opening') this.#tryToOpen(isWhole || nowMs >= this.#untilMs)
    else if (isWhole || nowMs >= this.#untilMs) this.#goOn(this.#closed(), nowMs)
  }

  /** Whether all words are there that will come; nobody but the core ends this step. */
  isWhole(nowMs: number, isThere: IsThere): boolean {
    if (this.#step !== 'words') return false
    return nowMs >= this.#untilMs || ![...this.#inboxes.keys()].some((peer) => isThere(peer))
  }

  /** No more words: those of these nodes are there. */
  closeWords(peers: Iterable<PeerId>, nowMs: number): void {
    this.#goOn(this.#wordsClosed(peers), nowMs)
  }

  fail(reason: Refusal): void {
    this.#end ??= reason
    this.#step = 'over'
  }

  #isPast(step: SecureStep): boolean {
    return this.#step === 'over' || steps.indexOf(step) < steps.indexOf(this.#step)
  }

  /** The keys of a node are what it said first: a node that was started anew has others. */
  #again(from: PeerId, said: SecureSaid): Outcome<null> {
    if (said.step !== 'keys') return pass(null)
    const before = this.#server.advertOf(from)
    const isSame = before?.signature === said.advert.signature
    return isSame ? pass(null) : refuse('UPDATE_KNOWN', `${from} has shown other keys`)
  }

  #take(from: PeerId, said: Exclude<SecureSaid, { step: 'words' }>): Outcome<null> {
    switch (said.step) {
      case 'keys':
        if (said.advert.peer_id !== from) return unexpected(from)
        return this.#server.takeAdvert(said.advert)
      case 'shares':
        return this.#server.takeShares(from, said.shares)
      case 'survivors':
        return this.#server.takeSignature({ peer_id: from, signature: said.signature })
      case 'opening':
        if (said.answer.from !== from) return unexpected(from)
        return this.#server.takeAnswer(said.answer)
    }
  }

  #expected(): readonly PeerId[] {
    if (this.#step === 'keys') return this.#members
    if (this.#step === 'shares') return this.#adverts.map((advert) => advert.peer_id)
    return this.#survivors
  }

  /** The step that follows one that nobody is waited for any more. */
  #closed(): Outcome<SecureStep> {
    if (this.#step === 'keys') {
      const adverts = this.#server.closeAdverts()
      if (adverts.ok) this.#adverts = adverts.value
      return adverts.ok ? pass('shares') : adverts
    }
    if (this.#step === 'shares') {
      const inboxes = this.#server.closeShares()
      if (inboxes.ok) this.#inboxes = inboxes.value
      return inboxes.ok ? pass('words') : inboxes
    }
    const request = this.#server.closeSignatures()
    if (request.ok) this.#request = request.value
    return request.ok ? pass('opening') : request
  }

  #wordsClosed(peers: Iterable<PeerId>): Outcome<SecureStep> {
    if (this.#step !== 'words') return refuse('ROUND_CLOSED', `the round ended at ${this.#step}`)
    for (const peer of peers) {
      const taken = this.#server.takeWords(peer)
      if (!taken.ok) return taken
    }
    const survivors = this.#server.closeWords()
    if (survivors.ok) this.#survivors = survivors.value
    return survivors.ok ? pass('survivors') : survivors
  }

  /** As soon as enough have answered, whoever is still to come. */
  #tryToOpen(isLast: boolean): void {
    const enough = this.#server.roster?.survivorsMin ?? 0
    if (!isLast && this.#said.get('opening')!.size < enough) return
    const masks = this.#server.masks()
    if (!masks.ok && !isLast) return
    this.#end = masks
    this.#step = 'over'
  }

  #goOn(step: Outcome<SecureStep>, nowMs: number): void {
    if (!step.ok) {
      this.fail(step)
      return
    }
    this.#step = step.value
    const { stepMs, wordsMs } = this.#times
    this.#untilMs = nowMs + (step.value === 'words' ? wordsMs : stepMs)
  }
}

function unexpected(from: PeerId) {
  return refuse('SIGNER_UNEXPECTED', `${from} does not speak for itself`)
}
