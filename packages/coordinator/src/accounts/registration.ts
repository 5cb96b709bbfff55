// How accounts come to be: with a name and a password, or by a wallet's first signing in. The first
// administrator shows a token that was printed when the coordinator first started.
import { AccountId, type Outcome, type OwnerAddress, pass, refuse, uuidV7From } from '@vcp/protocol'
import type { Role } from './identity.ts'
import { type KeyedHash, newToken } from './keyed-hash.ts'
import type { Passwords } from './passwords.ts'
import type { Account, AccountStore } from './store.ts'

export interface NewAccount {
  readonly userName: string
  readonly password: string
  readonly setupToken: string | null
}

export interface Registration {
  register(wanted: NewAccount): Promise<Outcome<Account>>
  /** The account of a wallet, made now where there is none yet. */
  ofWallet(address: OwnerAddress): Promise<Outcome<Account>>
  /** A token for the first administrator, the only one that works; null where there is one. */
  setupToken(): Promise<string | null>
}

export interface RegistrationParts {
  readonly store: AccountStore
  readonly passwords: Passwords
  readonly tokenHash: KeyedHash
  /** What a newcomer becomes; null: nobody may come in without an administrator's token. */
  readonly newcomerRole: Exclude<Role, 'admin'> | null
  nowMs(): number
  randomBytes(count: number): Uint8Array
}

export function createRegistration(parts: RegistrationParts): Registration {
  const { store, passwords, tokenHash, newcomerRole, nowMs, randomBytes } = parts

  function newAccountId(): AccountId {
    return AccountId.parse(uuidV7From(nowMs(), randomBytes(10)))
  }

  async function redeem(account: Account, setupToken: string): Promise<Outcome<Account>> {
    const admin: Account = { ...account, role: 'admin' }
    switch (await store.setup.redeem(tokenHash(setupToken), admin)) {
      case 'added':
        return pass(admin)
      case 'name-taken':
        return nameTaken(account)
      case 'token-unknown':
        return refuse('UNAUTHENTICATED', 'the setup token is wrong, or it was used')
    }
  }

  return {
    async register({ userName, password, setupToken }) {
      if (setupToken === null && newcomerRole === null) return closed
      const hashed = await passwords.hash(password)
      if (!hashed.ok) return hashed
      const account: Account = {
        accountId: newAccountId(),
        userName,
        passwordHash: hashed.value,
        address: null,
        role: newcomerRole ?? 'submitter',
        createdAtMs: nowMs(),
      }
      if (setupToken !== null) return redeem(account, setupToken)
      return (await store.accounts.add(account)) ? pass(account) : nameTaken(account)
    },
    async ofWallet(address) {
      const known = await store.accounts.byAddress(address)
      if (known !== null) return pass(known)
      if (newcomerRole === null) return closed
      const account: Account = {
        accountId: newAccountId(),
        userName: null,
        passwordHash: null,
        address,
        role: newcomerRole,
        createdAtMs: nowMs(),
      }
      if (await store.accounts.add(account)) return pass(account)
      // The same wallet signed in twice at once, and the other was first.
      const first = await store.accounts.byAddress(address)
      return first === null ? nameTaken(account) : pass(first)
    },
    async setupToken() {
      if (await store.setup.hasAdmin()) return null
      const token = newToken('setup', randomBytes)
      await store.setup.arm(tokenHash(token))
      return token
    },
  }
}

const closed = refuse('NOT_ALLOWED', 'this coordinator takes no new accounts')

function nameTaken({ userName }: Account) {
  return refuse('CONFLICT', `the name ${userName ?? ''} is taken`)
}
