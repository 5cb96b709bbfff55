// What is whose. To everybody but its owner, and administrators, a thing is not there.
import type { AccountId, LedgerEvent } from '@vcp/protocol'
import type { Identity } from '../accounts/identity.ts'
import type { State } from '../core/state.ts'

export function maySee({ accountId, scopes }: Identity, ownerId: AccountId): boolean {
  return accountId === ownerId || scopes.includes('admin')
}

/** Whether an event is about anything of the viewer's: its account, its tasks, its nodes. */
export function maySeeEvent(viewer: Identity, event: LedgerEvent, state: State): boolean {
  if (viewer.scopes.includes('admin')) return true
  return ownersOf(event, state).includes(viewer.accountId)
}

/** What events name things by; those that are not in one have no such field. */
interface Named {
  readonly account_id?: AccountId
  readonly owner_id?: AccountId
  readonly task_id?: string | null
  readonly peer_id?: string
  readonly round_id?: string
  readonly round?: { readonly task_id: string }
  readonly receipt?: { readonly peer_id: string; readonly payload: { readonly task_id: string } }
  readonly one?: string
  readonly other?: string
  readonly winner?: string
  readonly loser?: string
  readonly from?: { readonly account_id?: AccountId }
  readonly to?: { readonly account_id?: AccountId }
}

function ownersOf(event: LedgerEvent, state: State): readonly (AccountId | undefined)[] {
  const named = event as Named
  const tasks = [named.task_id, named.round?.task_id, named.receipt?.payload.task_id]
  const round = named.round_id === undefined ? undefined : roundOf(state, named.round_id)
  const { one, other, winner, loser } = named
  const nodes = [named.peer_id, named.receipt?.peer_id, one, other, winner, loser]
  return [
    named.account_id,
    named.owner_id,
    named.from?.account_id,
    named.to?.account_id,
    ...[...tasks, round?.task_id].map((id) => taskOwner(state, id)),
    ...nodes.map((id) => nodeOwner(state, id)),
  ]
}

function roundOf(state: State, roundId: string) {
  return state.rounds.get(roundId as never)?.round
}

function taskOwner(state: State, taskId: string | null | undefined): AccountId | undefined {
  return taskId == null ? undefined : state.tasks.get(taskId as never)?.ownerId
}

function nodeOwner(state: State, peerId: string | undefined): AccountId | undefined {
  return peerId === undefined ? undefined : state.nodes.get(peerId as never)?.ownerId
}
