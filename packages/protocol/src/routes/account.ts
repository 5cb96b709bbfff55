import * as z from 'zod'
import { AccountId, Digest, OwnerAddress } from '../ids.ts'
import { AmountMicro, Count } from '../quantities.ts'
import { Role, Scope } from './auth.ts'
import { route } from './route.ts'

/** Who asks, what they may do, and what the books say of them. */
export const AccountStanding = z.strictObject({
  account_id: AccountId,
  /** What nodes are told this account is called: operators grant data sets to it. */
  requester: Digest.nullable().default(null),
  role: Role,
  /** Of the credentials that ask; never more than the role has. */
  scopes: z.array(Scope),
  balance_micro: AmountMicro,
  /** Put aside for tasks that have not ended; what is not earned of it comes back. */
  escrow_micro: AmountMicro,
  /** Who is paid for the work of this account's nodes, beside the account itself. */
  wallets: z.array(
    z.strictObject({ address: OwnerAddress, nodes: Count, balance_micro: AmountMicro }),
  ),
})
export type AccountStanding = z.infer<typeof AccountStanding>

export const accountRoutes = {
  getAccount: route('GET /api/v1/account', {
    summary: 'show your account: what you may do, and your credits',
    answer: AccountStanding,
  }),
} as const
