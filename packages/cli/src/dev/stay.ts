// A network that stays until its user has seen enough: what is needed to use it, then what happens.
import { join } from 'node:path'
import { apiKey, connect, follow } from '@vcp/client'
import { VcpError } from '@vcp/protocol'
import { readable, readLine } from '../agent/log/log.ts'
import type { Context } from '../command.ts'
import { fields, type Style, styleFor } from '../style.ts'
import { progressLine } from '../task/progress-line.ts'
import { type Administrator, openAdministrator } from './network/administrator.ts'
import { faults } from './network/bad-engines.ts'
import { type Network, type NodeShown, startNetwork } from './network/network.ts'
import { newsOf } from './network/news.ts'

export interface Stay {
  readonly folder: string
  readonly nodes: number
  readonly hasBadNodes: boolean
  /** Nobody is told what happens. */
  readonly isQuiet: boolean
}

/** Resolves when it was asked to stop; fails where a process of the network failed. */
export async function stay(wanted: Stay, context: Context): Promise<void> {
  const { host, json } = context
  const { signal } = host
  const style = styleFor(host.terminal.hasColour, host.terminal.columns)
  const progress = progressLine(context)
  progress.say('the coordinator starts')
  const troubles = (who: string, text: string) => {
    const line = readLine(text)
    const isTrouble = line?.level === 'warning' || line?.level === 'error'
    if (isTrouble) host.err(`${who}: ${readable(line, style)}\n`)
  }
  const network = await startNetwork({ host, folder: wanted.folder, said: troubles })
  try {
    const file = join(wanted.folder, 'administrator.json')
    const who = await openAdministrator(file, network, host)
    progress.say('the nodes join')
    const nodes = await untilStopped(signal, network, addNodes(network, wanted))
    if (nodes === null) return
    progress.end()
    host.out(json ? asJson(network, who, nodes) : asText({ network, who, nodes, wanted, style }))
    const news = wanted.isQuiet ? never : tellNews(network, who, nodes, context, style)
    await untilStopped(signal, network, news)
  } finally {
    progress.end()
    if (!json) host.err('stopping\n')
    await network.stop()
  }
}

const never = new Promise<never>(() => undefined)

function addNodes(network: Network, { nodes, hasBadNodes }: Stay): Promise<NodeShown[]> {
  const honest = Array.from({ length: nodes }, (_, i) => network.addNode(`node-${i + 1}`))
  const bad = hasBadNodes
    ? faults.map((fault) => network.addNode(`node-that-${fault}`, { fault }))
    : []
  return Promise.all([...honest, ...bad])
}

/** Null: it was asked to stop before. */
async function untilStopped<Value>(
  signal: AbortSignal,
  { failed }: Network,
  work: Promise<Value>,
): Promise<Value | null> {
  work.catch(() => {
    // Stopped or failed before: what becomes of this is nobody's concern.
  })
  const stopped = new Promise<null>((resolve) => {
    if (signal.aborted) resolve(null)
    signal.addEventListener('abort', () => resolve(null), { once: true })
  })
  const failure = failed.then((error) => {
    throw error instanceof VcpError ? error : new VcpError('INTERNAL', { cause: error })
  })
  return Promise.race([work, stopped, failure])
}

async function tellNews(
  { url }: Network,
  { apiKey: key }: Administrator,
  nodes: readonly NodeShown[],
  { host, json }: Context,
  style: Style,
): Promise<void> {
  const connection = connect({ url, credentials: apiKey(key), signal: host.signal })
  const names = new Map(nodes.map(({ peerId, name }) => [peerId, name]))
  try {
    for await (const heard of follow(connection, host.signal)) {
      if (heard === 'look') continue
      if (json) {
        host.out(`${JSON.stringify(heard)}\n`)
        continue
      }
      const news = newsOf(heard.event, (peerId) => names.get(peerId) ?? `…${peerId.slice(-6)}`)
      if (news === null) continue
      const at = style.quiet(new Date(heard.at_ms).toISOString().slice(11, 19))
      const mark = news.kind === 'bad' ? style.bad : news.kind === 'good' ? style.good : style.quiet
      host.err(`${at} ${mark(news.text)}\n`)
    }
  } finally {
    await connection.close()
  }
}

function asJson(network: Network, who: Administrator, nodes: readonly NodeShown[]): string {
  const { url, addresses } = network
  const { username, password, apiKey: api_key } = who
  const shown = nodes.map(({ name, peerId, owner, dataDir, fault }) => {
    return { name, peer_id: peerId, owner, data_dir: dataDir, fault }
  })
  return `${JSON.stringify({ url, addresses, username, password, api_key, nodes: shown })}\n`
}

interface Text {
  readonly network: Network
  readonly who: Administrator
  readonly nodes: readonly NodeShown[]
  readonly wanted: Stay
  readonly style: Style
}

function asText({ network, who, nodes, wanted, style }: Text): string {
  const { url } = network
  const rows: [string, string][] = [
    ['dashboard', `${url}/ (documentation of the API: ${url}/api/docs)`],
    ['sign in', `${who.username}, ${who.password}`],
    ['nodes', nodes.map(({ name }) => name).join(', ') || 'none'],
    ['data', wanted.folder],
  ]
  const exports = [`export VCP_COORDINATOR_URL=${url}`, `export VCP_API_KEY=${who.apiKey}`]
  const next = [
    'In another terminal, after these lines:',
    ...exports.map((line) => `  ${line}`),
    `try  ${style.code('vcp task submit examples/tasks/hello.yaml --wait')}`,
    'Ctrl-C stops it all.',
  ]
  return `${fields(rows, style)}\n\n${next.join('\n')}\n\n`
}
