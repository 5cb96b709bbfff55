import { password, wallet } from '@vcp/client'
import { routes } from '@vcp/protocol'
import * as z from 'zod'
import { type Context, defineCommand } from '../../command.ts'
import { ensureOwner } from '../../keystore/owner.ts'
import { accountLock, askPassword } from '../../keystore/password.ts'
import { fields } from '../../style.ts'
import { type Maker, makeKey, submitterScopes } from '../../task/own-credentials.ts'

const { username, password: Password } = routes.login.body.shape
const { scopes: Scopes } = routes.createApiKey.body.shape

export const command = defineCommand({
  about:
    'Signs in to the coordinator, makes an API key there and keeps it in the data folder, for ' +
    'this machine to use. Without --username it is the owner wallet of this machine that signs ' +
    'in, which is what commands do by themselves when they have to. The password is asked for, ' +
    'or read from VCP_ACCOUNT_PASSWORD.',
  options: [
    { form: '--username <name>', about: 'sign in with a password, as this user' },
    { form: '--scope <scope...>', about: `what the key may do; ${submitterScopes.join(', ')}` },
  ],
  examples: [
    { line: 'vcp account login', about: 'with the wallet of this machine' },
    {
      line: 'vcp account login --username ana --scope tasks:read ledger:read',
      about: 'as a user of the coordinator, for reading alone',
    },
  ],
  input: z.strictObject({
    username: username.optional(),
    scope: Scopes.default(submitterScopes),
  }),
  async run({ username: name, scope }, context) {
    const url = context.settings()['coordinator.url']
    const maker = name === undefined ? await byWallet(context, url) : await byName(name, context)
    const { key_id } = await makeKey(context, url, { ...maker, scopes: scope })
    return { coordinator: url, signed_in_with: maker.of, key_id, scopes: scope }
  },
  text: ({ coordinator, signed_in_with, key_id, scopes }, style) =>
    fields(
      [
        ['coordinator', coordinator],
        ['signed in', `with a ${signed_in_with}`],
        ['key', key_id],
        ['may', scopes.join(', ')],
      ],
      style,
    ),
})

async function byWallet({ dataDir, host }: Context, url: string): Promise<Maker> {
  return { of: 'wallet', credentials: wallet(await ensureOwner(dataDir, host), url) }
}

async function byName(name: string, { host }: Context): Promise<Maker> {
  const secret = Password.parse(await askPassword(host, accountLock))
  return { of: 'password', credentials: password(name, secret) }
}
