import { describe, expect, test } from 'vitest'
import { createAuditTrail, standardAudit } from './audit-trail.ts'
import { createMemoryStore } from './memory-store.ts'
import type { AuditRow } from './store.ts'

const row = (n: number): AuditRow => ({
  atMs: n,
  accountId: null,
  action: `action-${n}`,
  subject: null,
  outcome: 'refused',
  requestId: 'r',
  address: null,
})
const unexpected = (error: unknown) => {
  throw error
}

describe('the audit trail', () => {
  test('is written, in order', async () => {
    const { audit: table } = createMemoryStore()
    const policy = standardAudit
    const trail = createAuditTrail({ table, policy, nowMs: () => 10, onFailure: unexpected })
    for (const n of [1, 2, 3]) trail.record(row(n))
    await trail.flush()
    trail.record(row(4))
    await trail.flush()
    const actions = (await table.page(null, 10)).map(({ action }) => action)
    expect(actions).toEqual(['action-4', 'action-3', 'action-2', 'action-1'])
  })

  test('drops what is old and what is too much', async () => {
    const { audit: table } = createMemoryStore()
    const policy = { ...standardAudit, keepMs: 5, rowsMax: 2, pruneEvery: 1 }
    const trail = createAuditTrail({ table, policy, nowMs: () => 10, onFailure: unexpected })
    for (const n of [1, 2, 7, 8, 9]) trail.record(row(n))
    await trail.flush()
    expect((await table.page(null, 10)).map(({ atMs }) => atMs)).toEqual([9, 8])
  })

  test('takes so many and counts those it dropped', async () => {
    const { audit: table } = createMemoryStore()
    const policy = { ...standardAudit, waitingMax: 2 }
    const trail = createAuditTrail({ table, policy, nowMs: () => 10, onFailure: unexpected })
    for (const n of [1, 2, 3]) trail.record(row(n))
    await trail.flush()
    expect(trail.dropped).toBe(1)
    expect(await table.page(null, 10)).toHaveLength(2)
  })

  test('says that storage failed, and goes on when it works again', async () => {
    const { audit } = createMemoryStore()
    let works = false
    const table = {
      ...audit,
      append: (rows: readonly AuditRow[]) =>
        works ? audit.append(rows) : Promise.reject(new Error('disk')),
    }
    const failures: unknown[] = []
    const onFailure = (error: unknown) => failures.push(error)
    const trail = createAuditTrail({ table, policy: standardAudit, nowMs: () => 10, onFailure })
    trail.record(row(1))
    await trail.flush()
    works = true
    trail.record(row(2))
    await trail.flush()
    expect(failures).toHaveLength(1)
    expect(trail.dropped).toBe(1)
    expect(await table.page(null, 10)).toHaveLength(1)
  })
})
