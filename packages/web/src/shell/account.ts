// Who the coordinator takes us for: asked once for each session, and shown wherever it matters.
import type { AccountStanding } from '@vcp/protocol'
import { ask } from '../api/ask.ts'
import { session } from '../api/session.ts'
import { createStore } from '../api/store.ts'

export const account = createStore<AccountStanding | null>(null)

export async function loadAccount(): Promise<void> {
  const who = session.value
  if (who === null) return account.set(null)
  const found = await ask('getAccount').catch(() => null)
  if (session.value?.name === who.name) account.set(found)
}

/** Whether these credentials may do what takes this scope; nobody knows until it was asked. */
export function hasScope(
  standing: AccountStanding | null,
  scope: AccountStanding['scopes'][number],
): boolean {
  return standing?.scopes.includes(scope) ?? false
}
