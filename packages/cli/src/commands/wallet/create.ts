import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { askNewPassword, walletLock } from '../../keystore/password.ts'
import { checksummed, checkWalletPlace, createWallet } from '../../keystore/wallet.ts'
import { fields, wrapped } from '../../style.ts'

export const command = defineCommand({
  about:
    'Makes the wallet of the owner: an encrypted Ethereum keystore in the data folder. Who ' +
    'has a wallet already needs none here: see `vcp wallet bind --help`. The password is ' +
    'asked for, or read from VCP_WALLET_PASSWORD.',
  examples: [
    { line: 'vcp wallet create', about: 'make a wallet, then bind this node to it:' },
    { line: 'vcp wallet bind', about: 'say that the wallet owns this node' },
  ],
  input: z.strictObject({}),
  async run(_, { dataDir, host }) {
    checkWalletPlace(dataDir)
    const password = await askNewPassword(host, walletLock)
    if (host.terminal.isInteractive) {
      host.err('Making the key slow to guess; this takes a second or two ...\n')
    }
    const { address, file } = await createWallet(dataDir, password, host.randomBytes)
    return { address: await checksummed(address), file }
  },
  text: ({ address, file }, style) =>
    [
      fields(
        [
          ['address', address],
          ['file', file],
        ],
        style,
      ),
      wrapped(
        'Copy the file to a safe place, and keep the password elsewhere: both are needed to use ' +
          'the wallet, and nobody can recover either.',
        style.columns,
      ),
    ].join('\n'),
})
