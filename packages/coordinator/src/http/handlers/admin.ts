import { limits, momentOf, pass, refuse } from '@vcp/protocol'
import type { Handlers } from '../handler.ts'
import { readCursor, writeCursor } from './cursor.ts'
import type { HandlerParts } from './handlers.ts'

type Names = 'listUsers' | 'auditLog' | 'listThrottles' | 'overrideThrottle'

export function adminHandlers({ accounts, limiter }: HandlerParts): Pick<Handlers, Names> {
  const { store } = accounts
  return {
    async listUsers({ query }) {
      const asked = readCursor(query)
      if (!asked.ok) return asked
      const { after, limit } = asked.value
      const found = await store.accounts.list(after, limit)
      const users = found.map(({ accountId, userName, role, createdAtMs }) => ({
        account_id: accountId,
        username: userName,
        role,
        created_at: momentOf(createdAtMs),
      }))
      return pass({ users, next_cursor: cursorBehind(users, limit, (user) => user.account_id) })
    },
    async auditLog({ query }) {
      const asked = readCursor(query)
      if (!asked.ok) return asked
      const { after, limit } = asked.value
      const before = after === null ? null : Number(after)
      if (Number.isNaN(before)) return refuse('INVALID', 'query: cursor: of another list')
      await accounts.audit.flush()
      const found = await store.audit.page(before, limit)
      const entries = found.map(({ place: _, atMs, accountId, requestId, ...row }) => ({
        at: momentOf(atMs),
        account_id: accountId,
        ...row,
        request_id: requestId,
      }))
      return pass({ entries, next_cursor: cursorBehind(found, limit, (row) => `${row.place}`) })
    },
    async listThrottles() {
      const found = await store.rateOverrides.all()
      const overrides = found.slice(0, limits.pageItemsMax).map((each) => ({
        account_id: each.accountId,
        class: each.rateClass,
        per_minute: each.perMinute,
        burst: each.burst,
      }))
      return pass({ overrides })
    },
    async overrideThrottle({ body }) {
      const { account_id: accountId, class: rateClass, per_minute: perMinute, burst } = body
      const account = await store.accounts.byId(accountId)
      if (account === null) return refuse('NOT_FOUND', 'there is no such account')
      await store.rateOverrides.put({ accountId, rateClass, perMinute, burst })
      limiter.override(rateClass, accountId, { perMinute, burst })
      return pass(body)
    },
  }
}

function cursorBehind<Item>(
  items: readonly Item[],
  limit: number,
  keyOf: (item: Item) => string,
): string | null {
  const last = items.at(-1)
  return last === undefined || items.length < limit ? null : writeCursor(keyOf(last))
}
