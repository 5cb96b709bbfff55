// The first administrator of a coordinator that was made here, and a key of theirs.
import { type Connection, connect, password } from '@vcp/client'
import { VcpError } from '@vcp/protocol'
import * as z from 'zod'
import type { Host } from '../../host.ts'
import { readSecret, writeSecret } from '../../keystore/secret-file.ts'

const Administrator = z.strictObject({
  username: z.string(),
  password: z.string(),
  apiKey: z.string(),
})
export type Administrator = z.infer<typeof Administrator>

const everything = [
  'nodes:read',
  'nodes:write',
  'tasks:read',
  'tasks:write',
  'ledger:read',
  'admin',
] as const

/** Made where the coordinator has none, and kept in a file; otherwise read from there. */
export async function openAdministrator(
  file: string,
  { url, setupToken }: { readonly url: string; readonly setupToken: string | null },
  host: Pick<Host, 'randomBytes' | 'signal'>,
): Promise<Administrator> {
  if (setupToken === null) return kept(file)
  const made = await becomeAdministrator(url, setupToken, host)
  writeSecret(file, `${JSON.stringify(made)}\n`, {
    replaces: true,
    unwritable: 'DATA_FOLDER_UNUSABLE',
  })
  return made
}

function kept(file: string): Administrator {
  const found = readSecret(file, { bytesMax: 4_096, damaged: 'CONFIG_FILE_CORRUPT' })
  const read = Administrator.safeParse(found === null ? null : JSON.parse(found.text))
  if (read.success) return read.data
  throw new VcpError('UNAUTHENTICATED', {
    message: `the coordinator of this folder has an administrator, who is not in ${file}`,
    hint: 'Start with another --data-dir, or without one.',
  })
}

export async function becomeAdministrator(
  url: string,
  setupToken: string,
  host: Pick<Host, 'randomBytes' | 'signal'>,
): Promise<Administrator> {
  const username = 'dev'
  const secret = Buffer.from(host.randomBytes(15)).toString('base64url')
  const connection: Connection = connect({
    url,
    credentials: password(username, secret),
    signal: host.signal,
  })
  try {
    const body = { username, password: secret, setup_token: setupToken }
    await connection.ask('register', { body })
    const made = await connection.ask('createApiKey', {
      body: { name: 'vcp dev', scopes: [...everything] },
    })
    return { username, password: secret, apiKey: made.api_key }
  } finally {
    await connection.close()
  }
}
