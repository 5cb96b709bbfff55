// Who this machine is to a coordinator: the key in the environment, the key that was kept, or else
// the owner wallet, which signs in once and makes such a key.
import { hostname } from 'node:os'
import { type BodyOf, type Credentials, connect, wallet } from '@vcp/client'
import { limits, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import type { Context } from '../command.ts'
import { ensureOwner } from '../keystore/owner.ts'
import { findWallet } from '../keystore/wallet.ts'
import { type KeptFile, openKeptFile } from './kept-file.ts'

export type Scopes = BodyOf<'createApiKey'>['scopes']

/** What a submitter needs, and no more: a key that leaks cannot remove nodes or read the log. */
export const submitterScopes: Scopes = ['nodes:read', 'tasks:read', 'tasks:write']

const KeptKey = z.strictObject({
  api_key: z.string().min(1).max(128),
  key_id: z.string().min(1).max(64),
  /** How the account behind it is signed in to. */
  of: z.enum(['wallet', 'password']),
})
export type KeptKey = z.infer<typeof KeptKey>

export function keptKeys(dataDir: string): KeptFile<KeptKey> {
  return openKeptFile(dataDir, 'credentials.json', KeptKey)
}

/** The key in the environment; it comes before all that is kept. */
export function keyGiven({ env }: Context['host']): string | null {
  return env['VCP_API_KEY'] || null
}

/** What there is; without any only what is public can be asked for. */
export function keptCredentials({ dataDir, host }: Context, url: string): Credentials {
  return {
    async headers() {
      const key = keyGiven(host) ?? keptKeys(dataDir).find(url)?.api_key ?? null
      return key === null ? {} : { 'x-api-key': key }
    },
    renew: async () => false,
  }
}

/** As `keptCredentials`; where there are none, or the kept key works no more, a key is made. */
export function ownCredentials(context: Context, url: string): Credentials {
  return credentialsOf(context, url, true)
}

/** As `ownCredentials`, of a wallet that is there already: whoever only reads makes none. */
export function knownCredentials(context: Context, url: string): Credentials {
  return credentialsOf(context, url, false)
}

function credentialsOf(context: Context, url: string, makesOwner: boolean): Credentials {
  const { dataDir, host } = context
  const keys = keptKeys(dataDir)
  let making: Promise<KeptKey> | null = null
  const isNobody = () => !makesOwner && findWallet(dataDir) === null

  async function own(): Promise<string | null> {
    const kept = keyGiven(host) ?? keys.find(url)?.api_key
    if (kept !== undefined) return kept
    if (making === null && isNobody()) return null
    making ??= keyOfOwner(context, url)
    return (await making).api_key
  }

  return {
    async headers() {
      const key = await own()
      return key === null ? {} : { 'x-api-key': key }
    },
    async renew() {
      // Somebody's own key is not ours to replace, and one that was just made will not improve.
      if (keyGiven(host) !== null || making !== null) return false
      const kept = keys.find(url)
      if (kept?.of === 'password') throw expired(url)
      if (kept !== null) keys.remove(url)
      if (isNobody()) throw unknown(url)
      return true
    },
  }
}

function unknown(url: string): VcpError {
  return new VcpError('UNAUTHENTICATED', {
    message: `nobody is signed in to ${url} from here`,
    hint: 'Sign in with `vcp account login`; whoever submits a task is signed in by that.',
  })
}

function expired(url: string): VcpError {
  return new VcpError('UNAUTHENTICATED', {
    message: `the key that was kept for ${url} works no more`,
    hint: 'Sign in again with `vcp account login --username <name>`.',
  })
}

/** Signs in with the owner wallet, and keeps a key of its account. */
async function keyOfOwner(context: Context, url: string): Promise<KeptKey> {
  const owner = await ensureOwner(context.dataDir, context.host)
  return makeKey(context, url, { of: 'wallet', credentials: wallet(owner, url) })
}

export interface Maker {
  readonly of: KeptKey['of']
  readonly credentials: Credentials
  readonly scopes?: Scopes
}

/** Makes an API key as whoever the credentials are of, and keeps it. */
export async function makeKey(
  { dataDir, host }: Context,
  url: string,
  { of, credentials, scopes = submitterScopes }: Maker,
): Promise<KeptKey> {
  const connection = connect({ url, credentials, signal: host.signal })
  try {
    const name = `vcp on ${hostname()}`.slice(0, limits.labelCharactersMax)
    const made = await connection.ask('createApiKey', { body: { name, scopes } })
    const kept = { api_key: made.api_key, key_id: made.key_id, of }
    keptKeys(dataDir).put(url, kept)
    return kept
  } finally {
    await connection.close()
  }
}
