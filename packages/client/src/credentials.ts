// Who is asking. Nothing is asked for before it is needed: what is public goes without.
import type { OwnerAddress, RouteName, routes } from '@vcp/protocol'
import type * as z from 'zod'
import type { AskRoute } from './connection.ts'
import { checkChallenge } from './wallet-challenge.ts'

export interface Credentials {
  /** What goes with a request. `ask` goes without any, for signing in. */
  headers(ask: AskRoute): Promise<Readonly<Record<string, string>>>
  /** Told that these were refused; whether there may be better ones now. */
  renew(ask: AskRoute): Promise<boolean>
}

/** Only what is public can be asked for. */
export const anonymous: Credentials = {
  headers: async () => ({}),
  renew: async () => false,
}

/** A program's key, as `vcp account login` or an administrator makes it. */
export function apiKey(key: string): Credentials {
  return { headers: async () => ({ 'x-api-key': key }), renew: async () => false }
}

/** Signs in with a name and a password, and again when the session has ended. */
export function password(username: string, secret: string): Credentials {
  return session((ask) => ask('login', { body: { username, password: secret } }))
}

export interface WalletSigner {
  readonly address: OwnerAddress
  /** Signs a text as wallets do (EIP-191): `0x` and 130 hexadecimal digits. */
  signText(text: string): Promise<string>
}

/** Signs in with a wallet (EIP-4361). What is signed is first looked at: it is for `url` alone. */
export function wallet({ address, signText }: WalletSigner, url: string): Credentials {
  return session(async (ask) => {
    const { message } = await ask('walletChallenge', { body: { address } })
    checkChallenge(message, { url, address })
    const signature = await signText(message)
    return ask('walletLogin', { body: { message, signature: signature.toLowerCase() } })
  })
}

type Session = z.infer<(typeof routes)['login' & RouteName]['answer']>

/** A token is exchanged this long before it ends, so that none ends on its way. */
const beforeEndMs = 60_000

function session(signIn: (ask: AskRoute) => Promise<Session>): Credentials {
  let current: Promise<{ readonly session: Session; readonly endsAtMs: number }> | null = null

  /** Of many that need a session at once, one signs in and all have it. */
  function begin(from: () => Promise<Session>): NonNullable<typeof current> {
    const begun = from().then((value) => ({
      session: value,
      endsAtMs: performance.now() + value.expires_in * 1_000,
    }))
    current = begun
    // Who waits for it is told; the next one tries anew.
    begun.catch(() => {
      if (current === begun) current = null
    })
    return begun
  }

  async function refreshed(ask: AskRoute, refresh_token: string): Promise<Session> {
    try {
      return await ask('refresh', { body: { refresh_token } })
    } catch {
      // Used up, revoked or too old: whatever it was, signing in says it better.
      return signIn(ask)
    }
  }

  return {
    async headers(ask) {
      if (current === null) return bearer((await begin(() => signIn(ask))).session)
      const held = current
      const { session: found, endsAtMs } = await held
      if (endsAtMs - performance.now() > beforeEndMs) return bearer(found)
      const next =
        current === held ? begin(() => refreshed(ask, found.refresh_token)) : (current ?? held)
      return bearer((await next).session)
    },
    async renew() {
      current = null
      return true
    },
  }
}

function bearer({ access_token }: Session): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${access_token}` }
}
