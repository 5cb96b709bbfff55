import * as z from 'zod'
import { AccountId, OwnerAddress } from '../ids.ts'
import { limits } from '../limits.ts'
import { Count, Moment } from '../quantities.ts'
import { route } from './route.ts'

export const UserName = z
  .string()
  .min(limits.userNameCharactersMin)
  .max(limits.userNameCharactersMax)
  .regex(/^[A-Za-z0-9_]+$/)

export const Password = z
  .string()
  .min(limits.passwordCharactersMin)
  .max(limits.passwordCharactersMax)

export const roles = ['admin', 'operator', 'submitter'] as const
export const Role = z.enum(roles)

export const scopes = [
  'nodes:read',
  'nodes:write',
  'tasks:read',
  'tasks:write',
  'ledger:read',
  'admin',
] as const
export const Scope = z.enum(scopes)

export const AccessToken = z.string().min(16).max(4_096)
export const RefreshToken = z
  .string()
  .length(67)
  .regex(/^rt_[A-Za-z0-9_-]{64}$/)
export const ApiKey = z
  .string()
  .length(36)
  .regex(/^vcp_[A-Za-z0-9_-]{32}$/)

const Session = z.strictObject({
  account_id: AccountId,
  access_token: AccessToken,
  token_type: z.literal('Bearer'),
  expires_in: Count.max(86_400),
  refresh_token: RefreshToken,
})

const ApiKeyInfo = z.strictObject({
  key_id: z.string().min(1).max(64),
  name: z.string().min(1).max(limits.labelCharactersMax),
  scopes: z.array(Scope).min(1).max(scopes.length),
  created_at: Moment,
  last_used_at: Moment.nullable(),
})

const Credentials = z.strictObject({ username: UserName, password: Password })
const authRoute = { access: 'public', rate: 'auth' } as const

export const authRoutes = {
  register: route('POST /api/v1/auth/register', {
    ...authRoute,
    summary: 'open an account',
    body: Credentials.extend({ setup_token: z.string().min(16).max(128).optional() }),
    status: 201,
    answer: z.strictObject({ account_id: AccountId, username: UserName, role: Role }),
    refusals: ['CONFLICT'],
  }),
  login: route('POST /api/v1/auth/login', {
    ...authRoute,
    summary: 'sign in with a password',
    body: Credentials,
    answer: Session,
    refusals: ['UNAUTHENTICATED'],
  }),
  refresh: route('POST /api/v1/auth/refresh', {
    ...authRoute,
    summary: 'exchange a refresh token; using one twice revokes its family',
    body: z.strictObject({ refresh_token: RefreshToken }),
    answer: Session,
    refusals: ['UNAUTHENTICATED'],
  }),
  logout: route('POST /api/v1/auth/logout', {
    access: 'public',
    summary: 'sign out: the refresh token and all that came from the same signing in are revoked',
    body: z.strictObject({ refresh_token: RefreshToken }),
    status: 204,
    answer: 'none',
  }),
  walletChallenge: route('POST /api/v1/auth/wallet/challenge', {
    ...authRoute,
    summary: 'ask for a message to sign in with a wallet (EIP-4361)',
    body: z.strictObject({ address: OwnerAddress }),
    answer: z.strictObject({ message: z.string().max(2_048), expires_at: Moment }),
  }),
  walletLogin: route('POST /api/v1/auth/wallet', {
    ...authRoute,
    summary: 'sign in with a wallet',
    body: z.strictObject({
      message: z.string().max(2_048),
      signature: z
        .string()
        .length(132)
        .regex(/^0x[0-9a-f]{130}$/),
    }),
    answer: Session,
    refusals: ['UNAUTHENTICATED', 'SIGNATURE_INVALID'],
  }),
  validateApiKey: route('GET /api/v1/auth/api-key/validate', {
    access: 'api_key',
    rate: 'auth',
    summary: 'ask what an API key may do',
    answer: ApiKeyInfo,
    refusals: ['UNAUTHENTICATED'],
  }),
  createApiKey: route('POST /api/v1/auth/api-keys', {
    rate: 'auth',
    summary: 'make an API key; the key itself is shown this once',
    body: ApiKeyInfo.pick({ name: true, scopes: true }),
    status: 201,
    answer: ApiKeyInfo.extend({ api_key: ApiKey }),
    refusals: ['NOT_ALLOWED'],
  }),
  listApiKeys: route('GET /api/v1/auth/api-keys', {
    rate: 'auth',
    summary: 'list your API keys',
    answer: z.strictObject({ api_keys: z.array(ApiKeyInfo) }),
  }),
  revokeApiKey: route('DELETE /api/v1/auth/api-keys/{id}', {
    rate: 'auth',
    summary: 'revoke an API key',
    params: z.strictObject({ id: z.string().min(1).max(64) }),
    status: 204,
    answer: 'none',
    refusals: ['NOT_FOUND'],
  }),
} as const
