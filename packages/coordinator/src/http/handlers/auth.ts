import { momentOf, type Outcome, pass } from '@vcp/protocol'
import type { Session } from '../../accounts/sessions.ts'
import type { ApiKeyRow } from '../../accounts/store.ts'
import type { Handlers } from '../handler.ts'
import type { HandlerParts } from './handlers.ts'

type Names =
  | 'register'
  | 'login'
  | 'refresh'
  | 'logout'
  | 'walletChallenge'
  | 'walletLogin'
  | 'validateApiKey'
  | 'createApiKey'
  | 'listApiKeys'
  | 'revokeApiKey'

export function authHandlers({ accounts, backend }: HandlerParts): Pick<Handlers, Names> {
  const { registration, sessions, wallets, apiKeys } = accounts
  return {
    async register({ body: { username, password, setup_token } }) {
      const wanted = { userName: username, password, setupToken: setup_token ?? null }
      const made = await registration.register(wanted)
      if (!made.ok) return made
      const { accountId, role } = made.value
      const opened = await backend.cluster.accountOpened(accountId)
      return opened.ok ? pass({ account_id: accountId, username, role }) : opened
    },
    async login({ body: { username, password } }) {
      const session = await sessions.withPassword(username, password)
      if (!session.ok) return session
      // Where the disk was full when they registered, their books are opened now.
      const opened = await backend.cluster.accountOpened(session.value.accountId)
      return opened.ok ? sessionAnswer(session) : opened
    },
    async refresh({ body }) {
      return sessionAnswer(await sessions.refresh(body.refresh_token))
    },
    async logout({ body }) {
      await sessions.end(body.refresh_token)
      return pass(null)
    },
    walletChallenge({ body }) {
      const { message, expiresAtMs } = wallets.challenge(body.address)
      return pass({ message, expires_at: momentOf(expiresAtMs) })
    },
    async walletLogin({ body: { message, signature } }) {
      const address = await wallets.verify(message, signature)
      if (!address.ok) return address
      const account = await registration.ofWallet(address.value)
      if (!account.ok) return account
      const opened = await backend.cluster.accountOpened(account.value.accountId)
      return opened.ok ? sessionAnswer(pass(await sessions.open(account.value))) : opened
    },
    async validateApiKey({ headers }) {
      const found = await apiKeys.find(String(headers['x-api-key']))
      return found.ok ? pass(keyInfo(found.value.row)) : found
    },
    async createApiKey({ identity, body: { name, scopes } }) {
      const made = await apiKeys.create(identity, name, scopes)
      if (!made.ok) return made
      return pass({ ...keyInfo(made.value.row), api_key: made.value.apiKey })
    },
    async listApiKeys({ identity }) {
      return pass({ api_keys: (await apiKeys.list(identity.accountId)).map(keyInfo) })
    },
    revokeApiKey: ({ identity, params }) => apiKeys.revoke(identity.accountId, params.id),
  }
}

function sessionAnswer(outcome: Outcome<Session>) {
  if (!outcome.ok) return outcome
  const { accountId, accessToken, refreshToken, expiresInSeconds } = outcome.value
  return pass({
    account_id: accountId,
    access_token: accessToken,
    token_type: 'Bearer' as const,
    expires_in: expiresInSeconds,
    refresh_token: refreshToken,
  })
}

function keyInfo({ keyId, name, scopes, createdAtMs, lastUsedAtMs }: ApiKeyRow) {
  return {
    key_id: keyId,
    name,
    scopes: [...scopes],
    created_at: momentOf(createdAtMs),
    last_used_at: lastUsedAtMs === null ? null : momentOf(lastUsedAtMs),
  }
}
