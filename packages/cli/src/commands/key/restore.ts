import { resolve } from 'node:path'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { readInputFile } from '../../input-file.ts'
import { backupBytesMax, readBackup } from '../../keystore/key-backup.ts'
import { restoreNodeKey } from '../../keystore/key-restore.ts'
import { nodeKeyFile } from '../../keystore/node-key.ts'
import { askPassword, backupLock } from '../../keystore/password.ts'
import { fields } from '../../style.ts'

export const command = defineCommand({
  about:
    'Brings a node key back from a file of `vcp key backup`. Nothing is lost: a damaged key ' +
    'file, or with --replace another key, is kept beside the restored one. The password is ' +
    'asked for, or read from VCP_BACKUP_PASSWORD.',
  arguments: [{ form: '<file>', about: 'the backup' }],
  options: [{ form: '--replace', about: 'put the key in the place of another one' }],
  examples: [
    { line: 'vcp key restore ~/vcp-key.json', about: 'bring the node key back' },
    {
      line: 'vcp key restore ~/vcp-key.json --replace',
      about: 'make this machine the node of the backup; its own key is kept beside it',
    },
  ],
  input: z.strictObject({ file: z.string().min(1), replace: z.boolean().default(false) }),
  async run({ file, replace }, { dataDir, host }) {
    const path = resolve(file)
    const sealed = readBackup(path, await readInputFile(path, backupBytesMax))
    const { changed, kept } = await restoreNodeKey(dataDir, sealed, {
      replaces: replace,
      nowMs: host.nowMs,
      password: () => askPassword(host, backupLock),
    })
    return { peer_id: sealed.peerId, file: nodeKeyFile(dataDir), restored: changed, kept }
  },
  text({ peer_id, file, restored, kept }, style) {
    const rows: [string, string][] = [
      ['peer id', peer_id],
      ['file', file],
    ]
    if (kept !== null) rows.push(['kept', kept])
    const said = restored
      ? 'The node key is restored.'
      : 'This node key is in place already, and the backup opens; nothing was changed.'
    return `${fields(rows, style)}\n${said}`
  },
})
