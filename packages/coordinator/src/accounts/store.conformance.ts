// What every store of accounts promises, whatever it is kept in.
import { type AccountId, type OwnerAddress, peerIdOf } from '@vcp/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Account, AccountStore, ApiKeyRow, AuditRow } from './store.ts'

const atMs = 1_790_000_000_000
const idOf = (n: number) => `019f0000-0000-7000-8000-${String(n).padStart(12, '0')}` as AccountId
const addressOf = (digit: string) => `0x${digit.repeat(40)}` as OwnerAddress

function accountOf(n: number, more: Partial<Account> = {}): Account {
  const userName = `user_${n}`
  const rest = { passwordHash: 'h', address: null, role: 'submitter', createdAtMs: atMs } as const
  return { accountId: idOf(n), userName, ...rest, ...more }
}

function keyOf(n: number, accountId = idOf(1)): ApiKeyRow {
  const rest = { name: 'ci', scopes: ['tasks:read', 'tasks:write'], createdAtMs: atMs } as const
  return { keyId: `key-${n}`, accountId, keyHash: `hash-${n}`, lastUsedAtMs: null, ...rest }
}

function auditOf(n: number): AuditRow {
  const rest = { accountId: null, subject: null, outcome: 'allowed', address: '192.0.2.1' } as const
  return { atMs: atMs + n, action: `action-${n}`, requestId: `r-${n}`, ...rest }
}

export function describeAccountStore(name: string, open: () => Promise<AccountStore>): void {
  describe(`accounts ${name}`, () => {
    let store: AccountStore
    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())

    test('are found by id, by name in any case, and by address', async () => {
      const ana = accountOf(1, { userName: 'Ana', address: addressOf('a') })
      expect(await store.accounts.add(ana)).toBe(true)
      expect(await store.accounts.byId(ana.accountId)).toEqual(ana)
      expect(await store.accounts.byUserName('aNA')).toEqual(ana)
      expect(await store.accounts.byAddress(addressOf('a'))).toEqual(ana)
      expect(await store.accounts.byId(idOf(2))).toBeNull()
      expect(await store.accounts.byUserName('An')).toBeNull()
      expect(await store.accounts.byAddress(addressOf('b'))).toBeNull()
    })

    test('are not added twice: not the id, the name or the address', async () => {
      await store.accounts.add(accountOf(1, { userName: 'Ana', address: addressOf('a') }))
      expect(await store.accounts.add(accountOf(1))).toBe(false)
      expect(await store.accounts.add(accountOf(2, { userName: 'ana' }))).toBe(false)
      expect(await store.accounts.add(accountOf(3, { address: addressOf('a') }))).toBe(false)
      expect(await store.accounts.list(null, 10)).toHaveLength(1)
    })

    test('may be without name and without address, many of them', async () => {
      for (const n of [1, 2]) {
        expect(await store.accounts.add(accountOf(n, { userName: null }))).toBe(true)
      }
    })

    test('are added once by requests that come at the same time', async () => {
      const tries = [1, 2, 3, 4].map((n) => store.accounts.add(accountOf(n, { userName: 'ana' })))
      expect((await Promise.all(tries)).filter((added) => added)).toHaveLength(1)
    })

    test('are listed page by page, in the order of their ids', async () => {
      for (const n of [3, 1, 2]) await store.accounts.add(accountOf(n))
      const ids = async (after: string | null) =>
        (await store.accounts.list(after, 2)).map(({ accountId }) => accountId)
      expect(await ids(null)).toEqual([idOf(1), idOf(2)])
      expect(await ids(idOf(2))).toEqual([idOf(3)])
      expect(await ids(idOf(3))).toEqual([])
    })

    test('take a new password hash', async () => {
      await store.accounts.add(accountOf(1))
      await store.accounts.setPasswordHash(idOf(1), 'dearer')
      expect(await store.accounts.byId(idOf(1))).toMatchObject({ passwordHash: 'dearer' })
    })

    test('keep hostile names as they are', async () => {
      const userName = "'; drop table accounts; --"
      await store.accounts.add(accountOf(1, { userName }))
      expect(await store.accounts.byUserName(userName)).toMatchObject({ userName })
    })

    test('have a first administrator by a token that works once', async () => {
      const admin = accountOf(1, { role: 'admin' })
      expect(await store.setup.hasAdmin()).toBe(false)
      expect(await store.setup.redeem('token', admin)).toBe('token-unknown')
      await store.setup.arm('older')
      await store.setup.arm('token')
      expect(await store.setup.redeem('older', admin)).toBe('token-unknown')
      const both = [admin, accountOf(2, { role: 'admin' })]
      const ends = await Promise.all(both.map((each) => store.setup.redeem('token', each)))
      expect(ends.sort()).toEqual(['added', 'token-unknown'])
      expect(await store.setup.hasAdmin()).toBe(true)
    })

    test('keep the setup token where the name was taken', async () => {
      await store.accounts.add(accountOf(1, { userName: 'ana' }))
      await store.setup.arm('token')
      const clash = accountOf(2, { userName: 'ANA', role: 'admin' })
      expect(await store.setup.redeem('token', clash)).toBe('name-taken')
      expect(await store.setup.redeem('token', accountOf(3, { role: 'admin' }))).toBe('added')
    })

    describe('refresh tokens', () => {
      const row = { tokenHash: 't1', familyId: 'f', accountId: idOf(1), expiresAtMs: atMs + 100 }
      const next = (n: number) => ({ tokenHash: `t${n}`, expiresAtMs: atMs + 200 })

      test('are exchanged for the next one', async () => {
        await store.refreshTokens.add(row)
        const rotated = { kind: 'rotated', accountId: idOf(1) }
        expect(await store.refreshTokens.rotate('t1', next(2), atMs)).toEqual(rotated)
        expect(await store.refreshTokens.rotate('t2', next(3), atMs)).toEqual(rotated)
        expect(await store.refreshTokens.rotate('t9', next(4), atMs)).toEqual({ kind: 'unknown' })
      })

      test('expire', async () => {
        await store.refreshTokens.add(row)
        const late = await store.refreshTokens.rotate('t1', next(2), atMs + 100)
        expect(late).toEqual({ kind: 'expired' })
        await store.refreshTokens.prune(atMs + 100)
        const gone = await store.refreshTokens.rotate('t1', next(2), atMs)
        expect(gone).toEqual({ kind: 'unknown' })
      })

      test('used twice take their whole family with them, and no other', async () => {
        await store.refreshTokens.add(row)
        await store.refreshTokens.add({ ...row, tokenHash: 'other', familyId: 'g' })
        await store.refreshTokens.rotate('t1', next(2), atMs)
        const reused = await store.refreshTokens.rotate('t1', next(3), atMs)
        expect(reused).toEqual({ kind: 'reused', accountId: idOf(1) })
        expect(await store.refreshTokens.rotate('t2', next(4), atMs)).toEqual({ kind: 'unknown' })
        const other = await store.refreshTokens.rotate('other', next(5), atMs)
        expect(other.kind).toBe('rotated')
      })

      test('are revoked with their family by one of them, and no other', async () => {
        await store.refreshTokens.add(row)
        await store.refreshTokens.add({ ...row, tokenHash: 'other', familyId: 'g' })
        await store.refreshTokens.rotate('t1', next(2), atMs)
        await store.refreshTokens.revokeFamily('unknown')
        await store.refreshTokens.revokeFamily('t1')
        expect(await store.refreshTokens.rotate('t2', next(3), atMs)).toEqual({ kind: 'unknown' })
        expect((await store.refreshTokens.rotate('other', next(4), atMs)).kind).toBe('rotated')
      })

      test('are exchanged once when two come at the same time', async () => {
        await store.refreshTokens.add(row)
        const both = [2, 3].map((n) => store.refreshTokens.rotate('t1', next(n), atMs))
        const kinds = (await Promise.all(both)).map(({ kind }) => kind)
        expect(kinds.sort()).toEqual(['reused', 'rotated'])
      })
    })

    test('have API keys, up to a number', async () => {
      expect(await store.apiKeys.add(keyOf(1), 2)).toBe(true)
      expect(await store.apiKeys.add(keyOf(2), 2)).toBe(true)
      expect(await store.apiKeys.add(keyOf(3), 2)).toBe(false)
      expect(await store.apiKeys.add(keyOf(4, idOf(2)), 2)).toBe(true)
      expect(await store.apiKeys.byHash('hash-1')).toEqual(keyOf(1))
      expect(await store.apiKeys.byHash('hash-3')).toBeNull()
      expect(await store.apiKeys.list(idOf(1))).toEqual([keyOf(1), keyOf(2)])
      await store.apiKeys.touch('key-1', atMs + 5)
      expect(await store.apiKeys.byHash('hash-1')).toMatchObject({ lastUsedAtMs: atMs + 5 })
    })

    test('remove API keys of their own only', async () => {
      await store.apiKeys.add(keyOf(1), 2)
      expect(await store.apiKeys.remove(idOf(2), 'key-1')).toBe(false)
      expect(await store.apiKeys.remove(idOf(1), 'key-1')).toBe(true)
      expect(await store.apiKeys.remove(idOf(1), 'key-1')).toBe(false)
    })

    test('take a thing once, however many ask at the same time', async () => {
      const tries = [1, 2, 3].map(() => store.once.take('nonce', atMs))
      expect((await Promise.all(tries)).filter((taken) => taken)).toHaveLength(1)
      expect(await store.once.take('nonce', atMs)).toBe(false)
      await store.once.prune(atMs)
      expect(await store.once.take('nonce', atMs)).toBe(true)
    })

    test('keep an audit log, the newest first, page by page', async () => {
      await store.audit.append([1, 2, 3].map(auditOf))
      const first = await store.audit.page(null, 2)
      expect(first.map(({ action }) => action)).toEqual(['action-3', 'action-2'])
      const second = await store.audit.page(first[1]!.place, 2)
      expect(second).toEqual([{ ...auditOf(1), place: expect.any(Number) }])
    })

    test('drop of the audit log what is old and what is too much', async () => {
      await store.audit.append(Array.from({ length: 2_500 }, (_, n) => auditOf(n)))
      await store.audit.prune(atMs + 1, 10_000)
      expect(await store.audit.page(null, 5_000)).toHaveLength(2_499)
      await store.audit.prune(0, 10)
      const left = await store.audit.page(null, 5_000)
      expect(left.map(({ atMs: at }) => at - atMs)).toEqual(
        Array.from({ length: 10 }, (_, n) => 2_499 - n),
      )
    })

    test('keep the newest binding of a node, as it was signed', async () => {
      const binding = {
        owner: addressOf('a'),
        peer_id: peerIdOf(new Uint8Array(32).fill(9)),
        network: 'test',
        issued_at_ms: atMs,
        expires_at_ms: atMs + 1,
        signature: `0x${'0'.repeat(130)}`,
      }
      expect(await store.bindings.get(binding.peer_id)).toBeNull()
      await store.bindings.put(binding)
      await store.bindings.put({ ...binding, owner: addressOf('b') })
      expect(await store.bindings.get(binding.peer_id)).toEqual({
        ...binding,
        owner: addressOf('b'),
      })
    })

    test('keep the newest rate of an account for each class', async () => {
      const rate = { accountId: idOf(1), rateClass: 'tasks', perMinute: 5, burst: 1 } as const
      await store.rateOverrides.put(rate)
      await store.rateOverrides.put({ ...rate, perMinute: 7 })
      await store.rateOverrides.put({ ...rate, rateClass: 'auth' })
      const all = await store.rateOverrides.all()
      expect(all).toHaveLength(2)
      expect(all).toContainEqual({ ...rate, perMinute: 7 })
    })
  })
}
