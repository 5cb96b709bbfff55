import * as z from 'zod'
import { type Context, defineCommand } from '../../command.ts'
import { findBinding, hasBinding } from '../../keystore/binding.ts'
import { ensureNodeKey, type NodeKey, openNodeKey } from '../../keystore/node-key.ts'
import { checksummed } from '../../keystore/wallet.ts'
import { fields } from '../../style.ts'

export const command = defineCommand({
  about: 'Shows who this node is, never its secret: the public key, its file, and who owns it.',
  options: [{ form: '--create', about: 'make the key if there is none' }],
  examples: [
    { line: 'vcp key show', about: 'see the peer id of this node' },
    { line: 'vcp key show --create', about: 'make the node key on a fresh machine' },
  ],
  input: z.strictObject({ create: z.boolean().default(false) }),
  async run({ create }, context) {
    const { dataDir, host, settings } = context
    const { key, created } = create
      ? ensureNodeKey(dataDir, host.randomBytes)
      : { key: openNodeKey(dataDir), created: false }
    return {
      name: settings()['node.name'],
      peer_id: key.signer.peerId,
      public_key: key.publicKey,
      file: key.file,
      mode: key.mode,
      created,
      binding: await bindingOf(key, context),
    }
  },
  text({ name, peer_id, public_key, file, mode, created, binding }, style) {
    const rows: [string, string][] = [
      ['name', name ?? 'none; `vcp config set node.name <name>` gives it one'],
      ['peer id', style.title(peer_id)],
      ['public key', public_key],
      ['file', mode === null ? file : `${file} (mode ${mode})`],
    ]
    if (binding === null) rows.push(['owner', 'none; `vcp wallet bind` names one'])
    else {
      rows.push(['owner', binding.owner ?? 'unknown'])
      if (binding.network !== null) rows.push(['network', binding.network])
      if (binding.expires_at_ms !== null) {
        rows.push(['until', new Date(binding.expires_at_ms).toISOString()])
      }
      if (binding.problem !== null) rows.push(['problem', style.bad(binding.problem)])
    }
    const said = created ? '\nA new node key; keep a copy with `vcp key backup <file>`.' : ''
    return fields(rows, style) + said
  },
})

async function bindingOf({ signer }: NodeKey, { dataDir, host, settings }: Context) {
  if (!hasBinding(dataDir)) return null
  const { binding, problem } = await findBinding(dataDir, {
    peerId: signer.peerId,
    network: settings()['network.name'],
    nowMs: host.nowMs(),
  })
  return {
    owner: binding === null ? null : await checksummed(binding.owner),
    network: binding?.network ?? null,
    expires_at_ms: binding?.expires_at_ms ?? null,
    problem,
  }
}
