import { join } from 'node:path'
import * as z from 'zod'
import type { AgentStatus } from '../../agent/api/status.ts'
import { awaitedText } from '../../agent/api/status-text.ts'
import { createLog, type LogLine } from '../../agent/log/log.ts'
import { openRotatingFile } from '../../agent/log/rotating-file.ts'
import type { RunningAgent } from '../../agent/start.ts'
import { type Context, defineCommand } from '../../command.ts'
import type { KeyName } from '../../config/keys.ts'
import { checkValue, type Settings } from '../../config/settings.ts'
import { fields, type Style, styleFor } from '../../style.ts'

/** Flags that say the same as a key of the configuration. */
const flags = {
  name: { key: 'node.name', form: '--name <name>', about: 'the name people know the node by' },
  region: { key: 'node.region', form: '--region <region>', about: 'where it is, in your words' },
  listen: {
    key: 'node.listen',
    form: '--listen <multiaddr...>',
    about: 'where others reach it; unless said, port 8421 as far as the network goes',
  },
  tasks: {
    key: 'node.tasks_max',
    form: '--tasks <n>',
    about: 'tasks at a time (default: a core each)',
  },
  cpuShare: {
    key: 'node.cpu_share_percent',
    form: '--cpu-share <percent>',
    about: 'the share of the cores that tasks may use',
  },
  memory: {
    key: 'node.memory_mb_max',
    form: '--memory <mb>',
    about: 'the memory that tasks may use',
  },
  hours: { key: 'node.hours', form: '--hours <from-to>', about: 'take work at 22:00-06:00, say' },
  onlyOnMains: {
    key: 'node.only_on_mains',
    form: '--only-on-mains',
    about: 'take no work while on battery',
  },
  onlyWhenIdle: {
    key: 'node.only_when_idle_seconds',
    form: '--only-when-idle <seconds>',
    about: 'take work only after nobody has used the machine for so long',
  },
  provider: {
    key: 'node.provider',
    form: '--provider <provider>',
    about: 'train with cpu, cuda, coreml, directml, webgpu, or auto: the first that is right',
  },
  metricsPort: {
    key: 'node.metrics_port',
    form: '--metrics-port <port>',
    about: 'figures for Prometheus on this port of 127.0.0.1',
  },
} as const satisfies Record<string, { key: KeyName; form: string; about: string }>

type Flag = keyof typeof flags

const Text = z.string().optional()
const Input = z.strictObject({
  name: Text,
  region: Text,
  listen: z.array(z.string()).optional(),
  tasks: Text,
  cpuShare: Text,
  memory: Text,
  hours: Text,
  onlyOnMains: z.boolean().optional(),
  onlyWhenIdle: Text,
  provider: Text,
  metricsPort: Text,
  headless: z.boolean().optional(),
} satisfies Record<Flag | 'headless', z.ZodType>)
type Input = z.infer<typeof Input>

export const command = defineCommand({
  about:
    'Joins a coordinator and takes work until it is stopped. The first start makes the key of ' +
    'the node and the wallet of its owner, and has the one sign for the other; the folder with ' +
    'them is said, and wants a backup. The first Ctrl-C takes nothing more and waits for what ' +
    'is held, the second ends at once: what was not delivered is kept for the next start. ' +
    '--coordinator takes URLs and multiaddrs, several times: the first that answers is joined. ' +
    'On a terminal a dashboard shows the node; q leaves it, and the node goes on.',
  options: [
    ...Object.values(flags).map(({ form, about }) => ({ form, about })),
    { form: '--headless', about: 'without a dashboard, lines alone' },
  ],
  examples: [
    { line: 'vcp node start', about: 'join the coordinator of the configuration' },
    {
      line: 'vcp node start --coordinator https://vcp.example --hours 22:00-06:00 --cpu-share 50',
      about: 'at night, with half of the cores',
    },
    {
      line: 'vcp node start --coordinator /ip4/192.0.2.1/tcp/8422/p2p/12D3KooW...',
      about: 'by the address of its peer, without HTTP',
    },
  ],
  input: Input,
  endsItself: true,
  namesPeers: true,
  run,
  text: () => '',
})

async function run(input: Input, context: Context): Promise<void> {
  const { host, dataDir, json } = context
  const settings = settingsOf(input, context)
  // What it keeps is for its own user.
  process.umask(0o077)
  const style = styleFor(host.terminal.hasColour, host.terminal.columns)
  const { startAgent } = await import('../../agent/start.ts')
  const screen = { isTaken: false }
  const say = (text: string) => {
    if (!screen.isTaken) host.err(text)
  }
  const agent = await startAgent({
    dataDir,
    settings,
    host,
    openLog: () => openLog(settings, context, style, say),
  })
  const onSignal = () => {
    if (!json) say(waitingText(agent))
    agent.stop('drained')
  }
  if (host.signal.aborted) onSignal()
  else host.signal.addEventListener('abort', onSignal, { once: true })
  try {
    const isShown = isOnTerminal(input, context) && !host.signal.aborted
    if (isShown) await withDashboard(agent, dataDir, screen, say)
    void agent.joined.then(() => host.out(shown(agent, json, style)))
    await agent.ended
  } finally {
    host.signal.removeEventListener('abort', onSignal)
  }
}

function isOnTerminal({ headless }: Input, { host, json }: Context): boolean {
  const isTerminal = host.terminal.isInteractive && process.stdin.isTTY === true
  return isTerminal && headless !== true && !json
}

/** Until somebody leaves it or the agent ends; meanwhile nothing else is said on the terminal. */
async function withDashboard(
  agent: RunningAgent,
  dataDir: string,
  screen: { isTaken: boolean },
  say: (text: string) => void,
): Promise<void> {
  const { showBeside } = await import('../../dashboard/beside-agent.ts')
  screen.isTaken = true
  const dashboard = showBeside(dataDir)
  let isOver = false
  const end = () => {
    isOver = true
    dashboard.end()
  }
  agent.ended.then(end, end)
  const how = await dashboard.left
  screen.isTaken = false
  if (isOver) return
  // As if it had been pressed here: the next one ends at once.
  if (how === 'interrupted') process.kill(process.pid, 'SIGINT')
  else if (agent.status().mode === 'stopping') say(waitingText(agent))
  else {
    const why = how === 'left' ? 'the dashboard is left' : 'the dashboard has ended'
    say(`${why}; the node goes on here: Ctrl-C ends it, \`vcp dashboard\` shows it again\n`)
  }
}

function waitingText(agent: RunningAgent): string {
  return `${awaitedText(agent.status())}; Ctrl-C again ends at once\n`
}

/** What the command line says comes before everything else. */
function settingsOf(input: Input, { settings }: Context): Settings {
  const given = (Object.keys(flags) as Flag[]).flatMap((flag) => {
    const value = input[flag]
    if (value === undefined) return []
    const { key, form } = flags[flag]
    return [[key, checkValue(key, value, `on the command line, ${form}`)] as const]
  })
  return { ...settings(), ...Object.fromEntries(given) }
}

function openLog(
  settings: Settings,
  { dataDir, host, json }: Context,
  style: Style,
  say: (text: string) => void,
) {
  const file = openRotatingFile({
    folder: dataDir,
    name: 'agent',
    bytesMax: settings['log.mb_max'] * 1e6,
    filesKept: settings['log.files_kept'],
  })
  const log = createLog({ file, say: json ? () => undefined : say, style, nowMs: host.nowMs })
  const asJson = (line: LogLine) => {
    log(line)
    const { level, message, fields: more } = line
    host.err(
      `${JSON.stringify({ at: new Date(host.nowMs()).toISOString(), level, message, ...more })}\n`,
    )
  }
  return { log: json ? asJson : log, close: () => file.close() }
}

/** The one thing on stdout: who has joined whom, and where it can be asked. */
function shown({ status, socket }: RunningAgent, json: boolean, style: Style): string {
  const { peer_id, name, owner, data_dir, coordinators, pid }: AgentStatus = status()
  const coordinator = coordinators.find(({ state }) => state === 'joined')?.place ?? null
  if (json) {
    return `${JSON.stringify({ peer_id, name, owner, coordinator, socket, data_dir, pid })}\n`
  }
  const rows: [string, string][] = [
    ['node', `${name} ${peer_id}`],
    ['owner', owner ?? 'an account of the coordinator'],
    ['coordinator', coordinator ?? 'lost again'],
    ['backup this', join(data_dir, '/')],
  ]
  return `${fields(rows, style)}\n`
}
