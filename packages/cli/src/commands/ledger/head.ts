import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { withCoordinator } from '../../coordinator-client.ts'
import { fetchHead } from '../../ledger/fetch-log.ts'
import { keyOf, logKeyOption, logOf } from '../../ledger/known-log.ts'
import { fields } from '../../style.ts'

export const command = defineCommand({
  about:
    'Shows the newest head of the log that the coordinator has signed. Keep its checkpoint: ' +
    'whoever has one can find out later whether history was rewritten. Without --log-key the ' +
    'key is the one that the coordinator itself names.',
  options: [logKeyOption],
  examples: [
    { line: 'vcp ledger head', about: 'how long is the log, and what is its root?' },
    {
      line: 'vcp ledger head --json > head.json',
      about: 'keep a checkpoint for `vcp ledger verify --kept head.json`',
    },
  ],
  input: z.strictObject({ logKey: z.string().optional() }),
  run: ({ logKey }, context) =>
    withCoordinator(context, async (client) => {
      const log = await logOf(client, logKey)
      const { origin, treeSize, rootHash, checkpoint } = await fetchHead(client, log)
      return { origin, tree_size: treeSize, root_hash: rootHash, log_key: keyOf(log), checkpoint }
    }),
  text: ({ origin, tree_size, root_hash, log_key }, style) =>
    fields(
      [
        ['log', origin],
        ['entries', String(tree_size)],
        ['root', root_hash],
        ['log key', log_key],
      ],
      style,
    ),
})
