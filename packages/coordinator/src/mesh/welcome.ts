// How nodes come in, and stay known. A node brings its owner's word: the account of that wallet, by
// the rules of signing in with it, is the node's owner. The stream says whose key asks, so nothing
// here can be replayed by anybody else, and a clock that is wrong keeps no node out.
import {
  type AccountId,
  type JoinAnswer,
  type JoinAsk,
  type JoinTerms,
  type Outcome,
  openEnvelope,
  type PeerId,
  pass,
  refuse,
  type SignedNodeBinding,
  type VerifySignature,
  verifyNodeBinding,
} from '@vcp/protocol'
import type { Accounts } from '../accounts/accounts.ts'
import { scopesOf } from '../accounts/identity.ts'
import type { NodeRecord } from '../core/nodes/node-record.ts'
import type { Cluster, NodeRegistry } from '../http/ports.ts'
import type { Loop } from '../loop/loop.ts'
import type { Present } from './present.ts'
import { createRuns } from './runs.ts'

export interface WelcomeParts {
  readonly loop: Pick<Loop, 'state' | 'tell'>
  readonly nodes: Pick<NodeRegistry, 'register'>
  readonly accounts: {
    readonly registration: Pick<Accounts['registration'], 'ofWallet'>
    readonly store: { readonly accounts: Pick<Accounts['store']['accounts'], 'byAddress'> }
  }
  readonly cluster: Pick<Cluster, 'accountOpened'>
  readonly present: Pick<Present, 'came' | 'left'>
  readonly verify: VerifySignature
  readonly terms: () => Omit<JoinTerms, 'at_ms'>
  nowMs(): number
  /** It is registered, and can be asked. */
  joined(peerId: PeerId): void
  /** It has registered from another agent: whatever the one before it is connected by can go. */
  replaced(peerId: PeerId): void
}

type Register = Extract<JoinAsk, { ask: 'register' }>
type Heartbeat = Extract<JoinAsk, { ask: 'heartbeat' }>

export type Welcome = (ask: JoinAsk, from: PeerId) => Promise<Outcome<JoinAnswer>>

export function createWelcome(parts: WelcomeParts): Welcome {
  const { loop, nodes, present, verify, terms, nowMs } = parts
  const { state } = loop
  const runs = createRuns()

  async function register(ask: Register, from: PeerId): Promise<Outcome<JoinAnswer>> {
    const opened = openEnvelope('registration', ask.registration, verify)
    if (!opened.ok) return opened
    if (opened.value.peer_id !== from) return anothers(opened.value.peer_id, from)
    if (runs.isReplaced(from, ask.run)) return elsewhere()
    const owner = await ownerOf(parts, from, ask.binding)
    if (!owner.ok) return owner
    const { ownerId, binding } = owner.value
    // Before the core knows of it: what it is offered at once can be said to it at once.
    present.came(from)
    const registered = await nodes.register(ownerId, opened.value, binding)
    if (!registered.ok) {
      if (!state.nodes.has(from)) present.left(from)
      return registered
    }
    const isOther = runs.registered(from, ask.run)
    parts.joined(from)
    if (isOther) parts.replaced(from)
    const told = { ...terms(), at_ms: nowMs() }
    return pass({ answered: 'registered', node: registered.value, terms: told })
  }

  async function heartbeat(ask: Heartbeat, from: PeerId): Promise<Outcome<JoinAnswer>> {
    const opened = openEnvelope('heartbeat', ask.heartbeat, verify)
    if (!opened.ok) return opened
    if (opened.value.peer_id !== from) return anothers(opened.value.peer_id, from)
    if (runs.isReplaced(from, ask.run)) return elsewhere()
    const telemetry = opened.value.payload
    return heard(from, await loop.tell({ type: 'heartbeat-received', peerId: from, telemetry }))
  }

  function heard(peerId: PeerId, told: Outcome<null>): Outcome<JoinAnswer> {
    if (!told.ok) return told
    const node = state.nodes.get(peerId)
    if (node === undefined) return gone(peerId)
    const { mode, ownerAddress: address } = node
    const earned = address === null ? null : state.books.balance({ kind: 'owner', address })
    const answer = { peer_id: peerId, mode, at_ms: nowMs(), earned_micro: earned }
    return pass({ answered: 'heard', ...answer })
  }

  return async (ask, from) => {
    switch (ask.ask) {
      case 'register':
        return register(ask, from)
      case 'heartbeat':
        return heartbeat(ask, from)
      case 'mode': {
        const node = state.nodes.get(from)
        if (node === undefined) return gone(from)
        const { ownerId } = node
        const asked = { peerId: from, ownerId, mode: ask.mode, reason: null }
        return heard(from, await loop.tell({ type: 'mode-asked', ...asked }))
      }
    }
  }
}

interface Owner {
  readonly ownerId: AccountId
  /** The word that counts; null where who is paid stays as it is. */
  readonly binding: SignedNodeBinding | null
}

/**
 * A node that is known keeps its owner, and who is paid for its work is changed by that owner's
 * wallet alone: whoever has stolen the key of a node must not be able to pay themselves.
 */
async function ownerOf(
  parts: WelcomeParts,
  peerId: PeerId,
  binding: SignedNodeBinding | null,
): Promise<Outcome<Owner>> {
  const known = parts.loop.state.nodes.get(peerId)
  if (binding === null) {
    if (known !== undefined) return pass({ ownerId: known.ownerId, binding: null })
    return refuse('BINDING_INVALID', 'a node that is not known brings the word of its owner')
  }
  if (binding.peer_id !== peerId) return refuse('BINDING_INVALID', 'it is for another node')
  const { network } = parts.terms()
  const verified = verifyNodeBinding(binding, { nowMs: parts.nowMs(), network })
  if (!verified.ok) return verified
  return known === undefined ? newOwner(parts, binding) : sameOwner(parts, known, binding)
}

async function newOwner(
  { accounts, cluster }: WelcomeParts,
  binding: SignedNodeBinding,
): Promise<Outcome<Owner>> {
  const account = await accounts.registration.ofWallet(binding.owner)
  if (!account.ok) return account
  const { accountId, role } = account.value
  if (!scopesOf[role].includes('nodes:write')) {
    return refuse('NOT_ALLOWED', `an account of the role ${role} has no nodes`)
  }
  const opened = await cluster.accountOpened(accountId)
  return opened.ok ? pass({ ownerId: accountId, binding }) : opened
}

async function sameOwner(
  { accounts }: WelcomeParts,
  { ownerId, ownerAddress }: NodeRecord,
  binding: SignedNodeBinding,
): Promise<Outcome<Owner>> {
  if (ownerAddress === binding.owner) return pass({ ownerId, binding })
  const account = await accounts.store.accounts.byAddress(binding.owner)
  if (account?.accountId === ownerId) return pass({ ownerId, binding })
  // Registered over HTTP, by an account that is paid itself: it goes on being paid.
  if (ownerAddress === null) return pass({ ownerId, binding: null })
  return refuse('CONFLICT', `the node is bound to the wallet ${ownerAddress}`)
}

function anothers(signer: PeerId, from: PeerId): Outcome<never> {
  return refuse('SIGNER_UNEXPECTED', `signed by ${signer}, sent by ${from}`)
}

function elsewhere(): Outcome<never> {
  return refuse('NODE_KEY_IN_USE', 'another agent has registered with this key since')
}

function gone(peerId: PeerId): Outcome<never> {
  return refuse('NOT_FOUND', `the node ${peerId} is not registered`)
}
