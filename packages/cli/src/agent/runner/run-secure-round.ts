// A node's part in a secure round, once it has trained: keys, shares, words, and its share in the
// opening of the sum. Keys and shares of others are in memory alone: a node that died has forgotten
// them, and can open nothing a second time.
import {
  addNoiseShare,
  SecureNode,
  type SecureRound,
  type SecureUnits,
  secureNoise,
  secureRound,
  secureUnits,
  systemRandom,
  updateUnits,
} from '@vcp/learning'
import { createNativeVerify } from '@vcp/mesh'
import {
  type Digest,
  type Offer,
  type Outcome,
  pass,
  type RoundOrder,
  refuse,
  type SecureAnswer,
  type SecureAsk,
  type SecureSaid,
  type Signer,
} from '@vcp/protocol'
import type { TrainingTask } from '../../engines/trainer.ts'
import type { SecureShelf } from './secure-shelf.ts'

/** The way to the coordinator, whoever that is by then. */
export interface RoundLine {
  /** Rejects with the reason of the signal when that aborts. */
  ask(ask: SecureAsk, signal: AbortSignal): Promise<Outcome<SecureAnswer>>
}

export interface SecureRoundParts {
  readonly signer: Signer
  readonly line: RoundLine
  readonly shelf: SecureShelf
  readonly offer: Offer
  readonly task: TrainingTask
  readonly order: RoundOrder
  readonly signal: AbortSignal
}

export interface Hidden {
  /** Of the words that may be told to everybody. */
  readonly words: Digest
  /** Helps to open the sum; when it ends, nothing is known of the keys here. */
  open(signal: AbortSignal): Promise<Outcome<null>>
}

/** Hides the update that lies on the shelf among those of the others. */
export async function hideUpdate(
  parts: SecureRoundParts,
  update: Digest,
): Promise<Outcome<Hidden>> {
  const { order, signer, signal, task } = parts
  const members = order.members ?? []
  if (!members.includes(signer.peerId)) {
    return refuse('INVALID', 'this node is not among those that the round was announced for')
  }
  const { privacy } = task.inputs
  const units = secureUnits(members.length, privacy)
  const asked = { roundId: order.round_id, members, verify: createNativeVerify() }
  const round = secureRound(asked, task.inputs)
  if (!units.ok) return units
  if (!round.ok) return round
  const node = new SecureNode(round.value, signer, systemRandom())
  const inbox = await exchangeKeys(parts, node)
  if (!inbox.ok) return inbox
  const words = await mask(parts, node, {
    update,
    inbox: inbox.value,
    round: round.value,
    units: units.value,
  })
  if (!words.ok) return words
  signal.throwIfAborted()
  return pass({ words: words.value, open: (until) => open(parts, node, until) })
}

async function exchangeKeys(parts: SecureRoundParts, node: SecureNode) {
  const { signal } = parts
  const others = await say(parts, { step: 'keys', advert: node.advert }, 'share', signal)
  if (!others.ok) return others
  const shares = node.shareKeys(others.value.adverts)
  if (!shares.ok) return shares
  const came = await say(parts, { step: 'shares', shares: [...shares.value] }, 'mask', signal)
  return came.ok ? pass(came.value.inbox) : came
}

interface ToMask {
  readonly update: Digest
  readonly inbox: Parameters<SecureNode['mask']>[0]
  readonly round: SecureRound
  readonly units: SecureUnits
}

async function mask(
  { shelf, task: { inputs } }: SecureRoundParts,
  node: SecureNode,
  { update, inbox, round, units }: ToMask,
): Promise<Outcome<Digest>> {
  const numbers = updateUnits(await shelf.take(update), units)
  if (!numbers.ok) return numbers
  const noise = secureNoise(inputs.privacy, units, node.roster!)
  const noisy =
    noise === null
      ? pass(null)
      : addNoiseShare(numbers.value, noise, round.unitsMax, systemRandom())
  if (!noisy.ok) return noisy
  const words = node.mask(inbox, numbers.value)
  if (!words.ok) return words
  const { buffer, byteOffset, byteLength } = words.value
  return pass(await shelf.show(new Uint8Array(buffer, byteOffset, byteLength)))
}

async function open(
  parts: SecureRoundParts,
  node: SecureNode,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  const arrived = await say(parts, { step: 'words' }, 'sign', signal)
  if (!arrived.ok) return arrived
  const signature = node.signSurvivors(arrived.value.survivors)
  if (!signature.ok) return signature
  const said = { step: 'survivors', signature: signature.value } as const
  const asked = await say(parts, said, 'open', signal)
  if (!asked.ok) return asked
  const answer = node.unmask(asked.value.request)
  if (!answer.ok) return answer
  const rest = await say(parts, { step: 'opening', answer: answer.value }, 'rest', signal)
  return rest.ok ? pass(null) : rest
}

type AnswerOf<Next extends SecureAnswer['next']> = Extract<SecureAnswer, { readonly next: Next }>

/** Says it until the next step is there; an answer to another step is refused. */
async function say<Next extends SecureAnswer['next']>(
  { line, offer, order }: SecureRoundParts,
  said: SecureSaid,
  next: Next,
  signal: AbortSignal,
): Promise<Outcome<AnswerOf<Next>>> {
  const { task_id, lease_epoch } = offer
  const ask = { task_id, lease_epoch, round_id: order.round_id, said }
  for (;;) {
    const answer = await line.ask(ask, signal)
    if (!answer.ok) return answer
    if (answer.value.next === next) return pass(answer.value as AnswerOf<Next>)
    if (answer.value.next === 'wait') continue
    const reason = `the coordinator asks to ${answer.value.next} after ${said.step}`
    return refuse('PEER_MISBEHAVED', reason)
  }
}
