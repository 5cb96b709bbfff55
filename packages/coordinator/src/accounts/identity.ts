// Who may do what. A role is what an account is; scopes are what one set of credentials may do, and
// never more than the account behind them.
import type { AccountId, routes } from '@vcp/protocol'
import type * as z from 'zod'

export type Role = z.infer<(typeof routes.register)['answer']>['role']
export type Scope = z.infer<(typeof routes.createApiKey)['body']>['scopes'][number]

const submitter: readonly Scope[] = ['nodes:read', 'tasks:read', 'tasks:write']
const operator: readonly Scope[] = [...submitter, 'nodes:write']

/** The log shows everybody's tasks, so reading it is not for everybody. */
export const scopesOf: Readonly<Record<Role, readonly Scope[]>> = {
  submitter,
  operator,
  admin: [...operator, 'ledger:read', 'admin'],
}

/** Who is calling, once the credentials have been checked. */
export interface Identity {
  readonly accountId: AccountId
  readonly role: Role
  readonly scopes: readonly Scope[]
  /** Null: somebody who signed in, not a program with a key. */
  readonly keyId: string | null
}
