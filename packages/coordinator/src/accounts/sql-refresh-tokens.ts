// Refresh tokens in a database. Two requests with one token may come at the same moment, to two
// processes even: the row is marked where it is found unmarked, in one statement, and only one
// does.
import type { AccountId } from '@vcp/protocol'
import type { Kysely } from 'kysely'
import type { RefreshTokenTable } from './store.ts'
import type { Tables } from './tables.ts'

export function refreshTokenTable(db: Kysely<Tables>): RefreshTokenTable {
  return {
    async add(row) {
      const values = {
        token_hash: row.tokenHash,
        family_id: row.familyId,
        account_id: row.accountId,
        expires_at_ms: row.expiresAtMs,
        is_used: 0,
      }
      await db.insertInto('refresh_tokens').values(values).execute()
    },
    rotate: (tokenHash, successor, nowMs) =>
      db.transaction().execute(async (step) => {
        const [marked] = await step
          .updateTable('refresh_tokens')
          .set({ is_used: 1 })
          .where('token_hash', '=', tokenHash)
          .where('is_used', '=', 0)
          .where('expires_at_ms', '>', nowMs)
          .returning(['account_id', 'family_id'])
          .execute()
        if (marked !== undefined) {
          const { tokenHash: token_hash, expiresAtMs: expires_at_ms } = successor
          const values = { token_hash, expires_at_ms, ...marked, is_used: 0 }
          await step.insertInto('refresh_tokens').values(values).execute()
          return { kind: 'rotated', accountId: marked.account_id as AccountId }
        }
        const known = step.selectFrom('refresh_tokens').where('token_hash', '=', tokenHash)
        const row = await known.selectAll().executeTakeFirst()
        if (row === undefined) return { kind: 'unknown' }
        if (row.is_used === 0) return { kind: 'expired' }
        await step.deleteFrom('refresh_tokens').where('family_id', '=', row.family_id).execute()
        return { kind: 'reused', accountId: row.account_id as AccountId }
      }),
    async revokeFamily(tokenHash) {
      const family = db
        .selectFrom('refresh_tokens')
        .select('family_id')
        .where('token_hash', '=', tokenHash)
      await db.deleteFrom('refresh_tokens').where('family_id', 'in', family).execute()
    },
    async prune(expiredByMs) {
      await db.deleteFrom('refresh_tokens').where('expires_at_ms', '<=', expiredByMs).execute()
    },
  }
}
