import { VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { readable, readLine } from '../../agent/log/log.ts'
import { follow, lastLines } from '../../agent/log/read-log.ts'
import { filesOf } from '../../agent/log/rotating-file.ts'
import { defineCommand } from '../../command.ts'
import { styleFor } from '../../style.ts'

const linesByDefault = 50

export const command = defineCommand({
  about:
    'Reads the log in the data folder, whether the node runs or not. With --json the lines are ' +
    'as they stand in the file.',
  options: [
    {
      form: '-n, --lines <count>',
      about: `how many of the last lines (default: ${linesByDefault})`,
    },
    { form: '-f, --follow', about: 'go on with what is added' },
  ],
  examples: [
    { line: 'vcp node logs -f', about: 'read along' },
    { line: 'vcp node logs -n 1000 --json | jq .message', about: 'for a program' },
  ],
  input: z.strictObject({
    lines: z.coerce.number().int().min(0).max(1_000_000).default(linesByDefault),
    follow: z.boolean().default(false),
  }),
  async run({ lines, follow: goesOn }, { dataDir, host, json, settings }) {
    const style = styleFor(host.terminal.hasColour, host.terminal.columns)
    const show = (line: string) => {
      const read = json ? null : readLine(line)
      host.out(`${read === null ? line : readable(read, style)}\n`)
    }
    const files = filesOf({
      folder: dataDir,
      name: 'agent',
      filesKept: settings()['log.files_kept'],
    })
    const last = lastLines(files, lines)
    for (const line of last) show(line)
    const newest = files.at(-1)
    if (goesOn && newest !== undefined) await follow(newest, show, host.signal)
    else if (last.length === 0 && lines > 0) {
      throw new VcpError('NOT_FOUND', {
        message: `there is no log in ${dataDir}`,
        hint: 'A node that was started on this folder once has one; name another with --data-dir.',
      })
    }
  },
  text: () => '',
})
