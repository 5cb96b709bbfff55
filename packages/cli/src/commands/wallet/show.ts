import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { checksummed, openWallet } from '../../keystore/wallet.ts'
import { fields } from '../../style.ts'

export const command = defineCommand({
  about: 'Shows the address of the owner wallet. No password is needed.',
  examples: [{ line: 'vcp wallet show', about: 'see who is paid for what this node does' }],
  input: z.strictObject({}),
  async run(_, { dataDir }) {
    const { address, file } = openWallet(dataDir)
    return { address: await checksummed(address), file }
  },
  text: ({ address, file }, style) =>
    fields(
      [
        ['address', address],
        ['file', file],
      ],
      style,
    ),
})
