import { connect, wallet } from '@vcp/client'
import { VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { type Context, defineCommand } from '../../command.ts'
import { ensureOwner } from '../../keystore/owner.ts'
import { type KeptKey, keptKeys } from '../../task/own-credentials.ts'

export const command = defineCommand({
  about:
    'Forgets the API key of the coordinator. A key that the wallet of this machine made is ' +
    'revoked there first; one that was made with a password works on until it is revoked.',
  examples: [{ line: 'vcp account logout', about: 'this machine is nobody there now' }],
  input: z.strictObject({}),
  async run(_, context) {
    const url = context.settings()['coordinator.url']
    const keys = keptKeys(context.dataDir)
    const kept = keys.find(url)
    const isRevoked = kept?.of === 'wallet' && (await revoke(kept, url, context))
    return { coordinator: url, was_signed_in: keys.remove(url), revoked: isRevoked }
  },
  text({ coordinator, was_signed_in, revoked }) {
    if (!was_signed_in) return `no key was kept for ${coordinator}`
    const there = revoked ? 'and revoked' : 'here; whoever has a copy can use it on'
    return `the key for ${coordinator} is forgotten ${there}`
  },
})

/** Only whoever has signed in may revoke a key: not the key itself. */
async function revoke({ key_id }: KeptKey, url: string, context: Context): Promise<boolean> {
  const owner = await ensureOwner(context.dataDir, context.host)
  const { signal } = context.host
  const connection = connect({ url, credentials: wallet(owner, url), signal })
  try {
    await connection.ask('revokeApiKey', { params: { id: key_id } })
    return true
  } catch (error) {
    // Gone already, which is what was wanted.
    if (error instanceof VcpError && error.code === 'NOT_FOUND') return false
    throw error
  } finally {
    await connection.close()
  }
}
