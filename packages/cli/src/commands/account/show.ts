import { VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { withCoordinator } from '../../coordinator-client.ts'
import { checksummed, findWallet } from '../../keystore/wallet.ts'
import { fields } from '../../style.ts'
import { keptKeys, keyGiven } from '../../task/own-credentials.ts'

export const command = defineCommand({
  about:
    'Shows what this machine signs in to the coordinator with, and what that may do there. It ' +
    'signs nobody in.',
  examples: [{ line: 'vcp account show', about: 'who am I there?' }],
  input: z.strictObject({}),
  async run(_, context) {
    const { dataDir, host } = context
    const url = context.settings()['coordinator.url']
    const kept = keptKeys(dataDir).find(url)
    const given = keyGiven(host)
    if (given === null && kept === null) {
      throw new VcpError('UNAUTHENTICATED', {
        message: `no key is kept for ${url}`,
        hint: 'Sign in with `vcp account login`; `vcp task submit` does so by itself.',
      })
    }
    const key = await withCoordinator(context, (connection) => connection.ask('validateApiKey'))
    const owner = findWallet(dataDir)?.address ?? null
    const from = given === null ? `the data folder, made with a ${kept?.of}` : 'VCP_API_KEY'
    return { coordinator: url, key, from, wallet: owner && (await checksummed(owner)) }
  },
  text: ({ coordinator, key, from, wallet }, style) =>
    fields(
      [
        ['coordinator', coordinator],
        ['key', `${key.key_id}, ${key.name}`],
        ['from', from],
        ['may', key.scopes.join(', ')],
        ['since', key.created_at],
        ['last used', key.last_used_at ?? 'never'],
        ['wallet', wallet ?? 'none on this machine'],
      ],
      style,
    ),
})
