// What the books say of one account: its credit, what of it is put aside, and what its nodes have
// brought to the wallets that they are bound to.
import type { AccountStanding, OwnerAddress } from '@vcp/protocol'
import type { Identity } from '../accounts/identity.ts'
import type { State } from '../core/state.ts'
import type { RequesterOf } from '../mesh/requester.ts'
import type { TaskIndex } from './task-index.ts'

export function standingOf(
  { accountId, role, scopes }: Identity,
  state: State,
  index: Pick<TaskIndex, 'of'>,
  requesterOf: RequesterOf,
): AccountStanding {
  const { books } = state
  return {
    account_id: accountId,
    requester: requesterOf(accountId),
    role,
    scopes: [...scopes],
    balance_micro: books.balance({ kind: 'account', account_id: accountId }),
    escrow_micro: index
      .of(accountId)
      .map((taskId) => books.balance({ kind: 'escrow', task_id: taskId }))
      .reduce((sum, each) => sum + each, 0),
    wallets: walletsOf(accountId, state),
  }
}

function walletsOf(accountId: Identity['accountId'], { nodes, books }: State) {
  const counts = new Map<OwnerAddress, number>()
  for (const { ownerId, ownerAddress } of nodes.values()) {
    if (ownerId !== accountId || ownerAddress === null) continue
    counts.set(ownerAddress, (counts.get(ownerAddress) ?? 0) + 1)
  }
  return [...counts].map(([address, count]) => ({
    address,
    nodes: count,
    balance_micro: books.balance({ kind: 'owner', address }),
  }))
}
