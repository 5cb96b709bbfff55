import { join } from 'node:path'
import * as z from 'zod'
import { type Context, defineCommand } from '../../command.ts'
import { runCoordinator } from '../../coordinator/run-coordinator.ts'
import { showLine, showStarted } from '../../coordinator/show.ts'
import { styleFor } from '../../style.ts'

export const command = defineCommand({
  about:
    'Starts a coordinator and stays until it is stopped: the first Ctrl-C lets requests under ' +
    'way end, the second stops at once. It keeps its journal, accounts and keys in the folder ' +
    '"coordinator" of the data folder, or in that which VCP_COORDINATOR_DATA_DIR names. All ' +
    'other settings come from VCP_COORDINATOR_* and from coordinator.json in that folder. The ' +
    'first start shows a setup token: whoever registers with it is the administrator.',
  options: [
    { form: '--http-port <port>', about: 'the port to listen on; 0 for any that is free' },
    { form: '--http-host <address>', about: 'the address to listen on; 127.0.0.1 unless said' },
    {
      form: '--listen <multiaddr>',
      about: 'where nodes join; TCP on that address, two above the port, unless said',
    },
    { form: '--database <url>', about: 'a Postgres for journal and accounts, in place of files' },
    { form: '--config <file>', about: 'settings, in place of coordinator.json' },
  ],
  examples: [
    { line: 'vcp coordinator start', about: 'for this machine alone, on port 8420' },
    {
      line: 'vcp coordinator start --http-port 0 --data-dir /tmp/trial --json',
      about: 'for a program: the first line of stdout says where it listens',
    },
  ],
  input: z.strictObject({
    httpPort: z.string().optional(),
    httpHost: z.string().optional(),
    listen: z.string().optional(),
    database: z.string().optional(),
    config: z.string().optional(),
  }),
  endsItself: true,
  async run({ httpPort, httpHost, listen, database, config }, context) {
    const { host, json } = context
    const dataDir = folderOf(context)
    const given = {
      'data-dir': dataDir,
      'http-port': httpPort,
      'http-host': httpHost,
      listen,
      database,
      config,
    }
    const argv = Object.entries(given).flatMap(([flag, value]) =>
      value === undefined ? [] : [`--${flag}`, value],
    )
    const style = styleFor(host.terminal.hasColour, host.terminal.columns)
    await runCoordinator(argv, host, {
      started: (line) => host.out(json ? `${line}\n` : showStarted(line, dataDir, style)),
      said: (line) => host.err(json ? `${line}\n` : showLine(line, style)),
    })
  },
  text: () => '',
})

/** What the command line says comes before the environment. */
function folderOf({ host, dataDir, isDataDirNamed }: Context): string {
  const own = host.env['VCP_COORDINATOR_DATA_DIR'] ?? ''
  return isDataDirNamed || own === '' ? join(dataDir, 'coordinator') : own
}
