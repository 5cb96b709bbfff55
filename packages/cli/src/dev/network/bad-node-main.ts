// A node with a fault, as a program: `<fault> <name> <region> <folder> <coordinator>`. Everything
// but its engines is the agent that everybody runs.
import { randomBytes } from 'node:crypto'
import { VcpError } from '@vcp/protocol'
import { startAgent } from '../../agent/start.ts'
import { readSettings } from '../../config/settings.ts'
import type { Host } from '../../host.ts'
import { type Fault, faults, withFault } from './bad-engines.ts'

const [fault, name = '', region = '', dataDir = '', coordinator = ''] = process.argv.slice(2)
if (!isFault(fault)) throw new VcpError('USAGE', { message: `a node can be ${faults.join(', ')}` })

const controller = new AbortController()
const stop = () => controller.abort(new VcpError('INTERRUPTED'))
for (const signal of ['SIGINT', 'SIGTERM', 'disconnect']) process.on(signal, stop)
process.channel?.unref()

const host: Host = {
  env: process.env,
  terminal: { isInteractive: false, hasColour: false, columns: 80, rows: 24 },
  signal: controller.signal,
  out: (data) => process.stdout.write(data),
  err: (text) => process.stderr.write(text),
  nowMs: () => Date.now(),
  randomBytes: (count) => randomBytes(count),
  askSecret: async () => null,
}
const overrides = {
  'node.name': name,
  'node.region': region,
  'node.coordinators': coordinator,
  'node.listen': '/ip4/127.0.0.1/tcp/0',
  'node.tasks_max': '2',
}
const agent = await startAgent({
  dataDir,
  settings: readSettings({ dataDir, env: {}, overrides }),
  host,
  openLog: () => ({ log: () => undefined, close: () => undefined }),
  changeEngines: (engines) => withFault(fault, engines),
})
controller.signal.addEventListener('abort', () => agent.stop('now'))
if (controller.signal.aborted) agent.stop('now')
await agent.joined
const { peer_id, owner } = agent.status()
host.out(`${JSON.stringify({ peer_id, name, owner })}\n`)
await agent.ended

function isFault(text: string | undefined): text is Fault {
  return faults.some((each) => each === text)
}
