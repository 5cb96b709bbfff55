// A round of secure aggregation in one process, with nodes that go silent where the test says.
import { createPublicKey, verify } from 'node:crypto'
import {
  type Outcome,
  pass,
  type Refusal,
  type RoundId,
  signerFrom,
  type VerifySignature,
} from '@vcp/protocol'
import { type RandomSource, seededRandom } from '../noise/random-source.ts'
import { maskedSum } from '../secure/masked-sum.ts'
import { SecureNode } from '../secure/secure-node.ts'
import type { SecureRound } from '../secure/secure-round.ts'
import { SecureServer } from '../secure/secure-server.ts'

export const roundId = '01920000-0000-7000-8000-000000000001' as RoundId

/** How many nodes go silent before each of their messages. */
export interface Silent {
  readonly beforeShares?: number
  readonly beforeWords?: number
  readonly beforeSignature?: number
  readonly beforeAnswer?: number
}

export interface Rehearsed {
  readonly sum: Outcome<Int32Array>
  readonly survivors: number
  /** What the survivors' numbers add up to. */
  readonly expected: Int32Array
}

export interface Rehearsal {
  readonly round: SecureRound
  readonly nodes: readonly SecureNode[]
  readonly units: readonly Int32Array[]
  /** Runs what the server does, so that a benchmark can time it. */
  serve<T>(act: () => T): T
  /** Runs what whoever adds up does. */
  add<T>(act: () => T): T
}

export function seeded(number: number): RandomSource {
  const key = new Uint8Array(32)
  new DataView(key.buffer).setUint32(0, number)
  return seededRandom(key)
}

/** OpenSSL's Ed25519, which is fast and as strict with what these tests sign. */
export const nativeVerify: VerifySignature = (publicKey, bytes, signature) => {
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), publicKey])
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
  return verify(null, bytes, key, signature)
}

export function rehearsal(
  count: number,
  { length = 50, ...given }: Partial<SecureRound> & { readonly length?: number } = {},
): Rehearsal {
  const round: SecureRound = {
    roundId,
    unitsMax: 2 ** 20,
    assumed: { dropout: 0.1, corrupt: 0.1 },
    members: null,
    nodesMin: 3,
    verify: nativeVerify,
    ...given,
  }
  const nodes = Array.from({ length: count }, (_, i) => {
    const secret = new Uint8Array(32)
    seeded(10_000 + i).fill(secret)
    return new SecureNode(round, signerFrom(secret), seeded(i))
  })
  const units = nodes.map((_, node) =>
    Int32Array.from({ length }, (_, i) => ((node * 7919 + i * 104_729) % 2_001) - 1_000),
  )
  return { round, nodes, units, serve: (act) => act(), add: (act) => act() }
}

/** The whole round. Nodes that fall silent are the first that are left. */
export function run(
  { round, nodes, units, serve, add }: Rehearsal,
  silent: Silent = {},
): Rehearsed {
  const server = serve(() => new SecureServer(round))
  for (const { advert } of nodes) take(serve(() => server.takeAdvert(advert)))
  const adverts = take(serve(() => server.closeAdverts()))

  let active = nodes.slice(silent.beforeShares ?? 0)
  for (const node of active) {
    const shares = take(node.shareKeys(adverts))
    take(serve(() => server.takeShares(node.advert.peer_id, shares)))
  }
  const inboxes = serve(() => server.closeShares())
  if (!inboxes.ok) return refused(inboxes)

  active = active.slice(silent.beforeWords ?? 0)
  const sum = add(() => maskedSum(units[0]!.length))
  const expected = new Int32Array(units[0]!.length)
  for (const node of active) {
    const mine = units[nodes.indexOf(node)]!
    const words = take(node.mask(inboxes.value.get(node.advert.peer_id)!, mine))
    take(add(() => sum.add(words)))
    take(serve(() => server.takeWords(node.advert.peer_id)))
    for (let i = 0; i < expected.length; i++) expected[i]! += mine[i]!
  }
  const survivors = serve(() => server.closeWords())
  if (!survivors.ok) return refused(survivors)

  active = active.slice(silent.beforeSignature ?? 0)
  for (const node of active) {
    const signature = take(node.signSurvivors(survivors.value))
    take(serve(() => server.takeSignature({ peer_id: node.advert.peer_id, signature })))
  }
  const request = serve(() => server.closeSignatures())
  if (!request.ok) return refused(request)

  active = active.slice(silent.beforeAnswer ?? 0)
  for (const node of active) {
    const answer = take(node.unmask(request.value))
    take(serve(() => server.takeAnswer(answer)))
  }
  const masks = serve(() => server.masks())
  const opened = masks.ok ? pass(add(() => sum.open(masks.value))) : masks
  return { sum: opened, survivors: survivors.value.length, expected }
}

function refused(refusal: Refusal): Rehearsed {
  return { sum: refusal, survivors: 0, expected: new Int32Array(0) }
}

/** The value, of what is not to be refused. */
export function take<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.reason}`)
  return outcome.value
}
