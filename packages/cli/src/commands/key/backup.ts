import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { openNodeKey } from '../../keystore/node-key.ts'
import { askNewPassword, backupLock } from '../../keystore/password.ts'
import { writeSecret } from '../../keystore/secret-file.ts'
import { fields } from '../../style.ts'

export const command = defineCommand({
  about:
    'Writes the node key to a file, encrypted with a password. Whoever has both is this node: ' +
    'keep them apart. The password is asked for, or read from VCP_BACKUP_PASSWORD.',
  arguments: [{ form: '<file>', about: 'the file to write; it must not exist yet' }],
  examples: [
    { line: 'vcp key backup ~/vcp-key.json', about: 'keep a copy of the node key' },
    {
      line: 'vcp key restore ~/vcp-key.json',
      about: 'bring it back, on this machine or another; also a way to try the backup out',
    },
  ],
  input: z.strictObject({ file: z.string().min(1) }),
  async run({ file }, { dataDir, host }) {
    const key = openNodeKey(dataDir)
    const path = resolve(file)
    if (existsSync(path)) throw exists(path)
    const password = await askNewPassword(host, backupLock)
    const text = await key.backup(password, host.randomBytes)
    if (!writeSecret(path, text, { replaces: false, unwritable: 'OUTPUT_UNWRITABLE' })) {
      throw exists(path)
    }
    return { peer_id: key.signer.peerId, file: path }
  },
  text: ({ peer_id, file }, style) =>
    [
      fields(
        [
          ['peer id', peer_id],
          ['backup', file],
        ],
        style,
      ),
      'Keep the file and its password apart; without the password the file is of no use.',
    ].join('\n'),
})

function exists(path: string): VcpError {
  return new VcpError('OUTPUT_EXISTS', {
    message: `${path} is there already`,
    details: { file: path },
  })
}
