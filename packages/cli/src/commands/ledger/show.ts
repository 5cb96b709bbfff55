import { checkInclusion, leafBytes, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { withCoordinator } from '../../coordinator-client.ts'
import { fetchHead } from '../../ledger/fetch-log.ts'
import { logKeyOption, logOf } from '../../ledger/known-log.ts'
import { fields } from '../../style.ts'

export const command = defineCommand({
  about:
    'Shows one entry of the log, after a check on this machine that it lies where the signed ' +
    'head of the log says. VCP_API_KEY signs in.',
  arguments: [{ form: '<index>', about: 'its place in the log, from 0' }],
  options: [logKeyOption],
  examples: [{ line: 'vcp ledger show 42', about: 'what is at place 42?' }],
  input: z.strictObject({
    index: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
    logKey: z.string().optional(),
  }),
  run: ({ index, logKey }, context) =>
    withCoordinator(context, async (client) => {
      const head = await fetchHead(client, await logOf(client, logKey))
      const { treeSize: size, rootHash, checkpoint } = head
      if (index >= size) {
        throw new VcpError('NOT_FOUND', {
          message: `the log has ${size} entries, none at ${index}`,
          hint: 'Run `vcp ledger head` to see how long the log is.',
        })
      }
      const { entries } = await client.ask('ledgerEntries', { query: { from: index, limit: 1 } })
      const inclusion = await client.ask('ledgerInclusion', { query: { index, size } })
      const [entry] = entries
      if (entry?.index !== index || inclusion.leaf_index !== index) {
        throw new VcpError('PROOF_INVALID', { message: `the coordinator shows another entry` })
      }
      const included = checkInclusion(inclusion, leafBytes(entry), head)
      if (!included.ok) throw new VcpError(included.code, { message: included.reason })
      return { entry, inclusion, root_hash: rootHash, checkpoint }
    }),
  text: ({ entry, inclusion, root_hash }, style) =>
    [
      fields(
        [
          ['entry', `${entry.index} of ${inclusion.tree_size}`],
          ['at', new Date(entry.at_ms).toISOString()],
          ['event', entry.event.type],
          ['proof', `${style.good('holds')} under ${root_hash}`],
        ],
        style,
      ),
      JSON.stringify(entry.event, null, 2),
    ].join('\n'),
})
