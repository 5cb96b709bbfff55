import { VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { withCoordinator } from '../../coordinator-client.ts'
import { credits } from '../../credits.ts'
import { checksummed, findWallet } from '../../keystore/wallet.ts'
import { fields } from '../../style.ts'
import { keptKeys, keyGiven } from '../../task/own-credentials.ts'

export const command = defineCommand({
  about:
    'Shows what this machine signs in to the coordinator with, what that may do there, and the ' +
    'credits of its account. It signs nobody in.',
  examples: [{ line: 'vcp account show', about: 'who am I there, and what have I got?' }],
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
    const [key, account] = await withCoordinator(context, (connection) =>
      Promise.all([connection.ask('validateApiKey'), connection.ask('getAccount')]),
    )
    const owner = findWallet(dataDir)?.address ?? null
    const from = given === null ? `the data folder, made with a ${kept?.of}` : 'VCP_API_KEY'
    const wallet = owner && (await checksummed(owner))
    return { coordinator: url, key, from, wallet, account }
  },
  text: ({ coordinator, key, from, wallet, account }, style) =>
    fields(
      [
        ['coordinator', coordinator],
        ['account', `${account.account_id}, ${account.role}`],
        ['requester', account.requester ?? 'not told by this coordinator'],
        ['balance', `${credits(account.balance_micro)} credits`],
        ['put aside', `${credits(account.escrow_micro)} credits, for tasks that have not ended`],
        ...account.wallets.map(({ address, nodes, balance_micro }): [string, string] => [
          'earned',
          `${credits(balance_micro)} credits, by ${nodes} of its nodes, to ${address}`,
        ]),
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
