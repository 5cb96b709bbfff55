// What must hold after every restart: all that was acknowledged is there, and the log, read as
// anybody would read it, verifies and continues every head that was seen before.
import {
  checkLedgerFile,
  type KnownLog,
  type LedgerEntry,
  limits,
  openCheckpoint,
  readVerifierKey,
  type TaskInfo,
  type TreeHead,
  writeLedgerLine,
} from '@vcp/protocol'
import type { Call } from './caller.ts'
import type { Known } from './load.ts'

export interface Checked {
  /** What was lost, or does not verify; empty where all is well. */
  readonly losses: readonly string[]
  readonly entries: number
}

export async function check(call: Call, known: Known, logKey: string): Promise<Checked> {
  const log = logOf(logKey)
  for (const note of known.notes) known.heads.push(headIn(note, log))
  known.notes.clear()
  const checkpoint = await answered<string>(call('ledgerHead'))
  const { treeSize } = headIn(checkpoint, log)
  const entries = await allEntries(call)
  const lines = [
    writeLedgerLine({ format: 'vcp-ledger/1', log_key: logKey, checkpoint }),
    ...entries.slice(0, treeSize).map(writeLedgerLine),
  ]
  const bytes = lines.map((line) => Buffer.from(line))
  const { fault } = await checkLedgerFile(bytes, { log, kept: known.heads })
  known.notes.add(checkpoint)
  return {
    losses: [
      ...(fault === null ? [] : [`the ledger does not verify: ${JSON.stringify(fault)}`]),
      ...lostFromLog(known, entries),
      ...lostFromLists(known, await allTasks(call), await allNodes(call)),
    ],
    entries: entries.length,
  }
}

export function logOf(logKey: string): KnownLog {
  const verifier = readVerifierKey(logKey)
  if (!verifier.ok) throw new Error(verifier.reason)
  return { origin: verifier.value.name, verifier: verifier.value }
}

function headIn(note: string, log: KnownLog): TreeHead {
  const opened = openCheckpoint(note, log)
  if (!opened.ok) throw new Error(`a head that is not signed: ${opened.reason}`)
  return opened.value
}

function lostFromLog({ tasks, nodes }: Known, entries: readonly LedgerEntry[]): string[] {
  const digests = new Map<string, string>()
  const registered = new Set<string>()
  for (const { event } of entries) {
    if (event.type === 'task-submitted') digests.set(event.task_id, event.task_digest)
    if (event.type === 'node-registered') registered.add(event.peer_id)
  }
  return [
    ...[...tasks]
      .filter(([taskId, digest]) => digests.get(taskId) !== digest)
      .map(([taskId]) => `the log has not the task ${taskId} as it was acknowledged`),
    ...[...nodes]
      .filter((peerId) => !registered.has(peerId))
      .map((peerId) => `the log has not the node ${peerId}`),
  ]
}

function lostFromLists(
  { tasks, nodes }: Known,
  shown: readonly TaskInfo[],
  peers: ReadonlySet<string>,
): string[] {
  const digests = new Map(shown.map((task) => [task.task_id, task.task_digest]))
  return [
    ...[...tasks]
      .filter(([taskId, digest]) => digests.get(taskId) !== digest)
      .map(([taskId]) => `the task ${taskId} is not shown as it was acknowledged`),
    ...[...nodes].filter((id) => !peers.has(id)).map((id) => `the node ${id} is not shown`),
  ]
}

async function allEntries(call: Call): Promise<readonly LedgerEntry[]> {
  const entries: LedgerEntry[] = []
  for (let size = 1; entries.length < size; ) {
    const query = { from: String(entries.length), limit: String(limits.pageItemsMax) }
    const page = await answered<{ size: number; entries: LedgerEntry[] }>(
      call('ledgerEntries', { query }),
    )
    if (page.entries.length === 0) return entries
    entries.push(...page.entries)
    size = page.size
  }
  return entries
}

async function allTasks(call: Call): Promise<readonly TaskInfo[]> {
  return pages(call, 'listTasks', (page) => page['tasks'] as readonly TaskInfo[])
}

async function allNodes(call: Call): Promise<ReadonlySet<string>> {
  type Shown = { readonly peer_id: string }
  const nodes = await pages(call, 'listNodes', (page) => page['nodes'] as readonly Shown[])
  return new Set(nodes.map(({ peer_id }) => peer_id))
}

type Page = Readonly<Record<string, unknown>> & { readonly next_cursor: string | null }

async function pages<Item>(
  call: Call,
  name: 'listTasks' | 'listNodes',
  itemsOf: (page: Page) => readonly Item[],
): Promise<readonly Item[]> {
  const items: Item[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const from = cursor === '' ? {} : { cursor }
    const query = { limit: String(limits.pageItemsMax), ...from }
    const page: Page = await answered<Page>(call(name, { query }))
    items.push(...itemsOf(page))
    cursor = page.next_cursor
  }
  return items
}

/** Nobody kills it while it is examined: a connection that breaks now is a fault. */
async function answered<Answer>(asked: Promise<unknown>): Promise<Answer> {
  const answer = await asked
  if (answer === null) throw new Error('the coordinator ended while it was examined')
  return answer as Answer
}
