// What must hold once a network that was harmed is whole again.
import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Census } from '../network/census.ts'
import { eventually } from '../network/eventually.ts'
import type { Network } from '../network/network.ts'
import { statusOf } from '../network/node-status.ts'
import { runVcp } from '../network/program.ts'
import type { Books } from './books.ts'
import type { Load } from './load.ts'

export interface Examined {
  readonly network: Network
  readonly books: Books
  readonly census: Census
}

export interface Counts {
  acknowledged: number
  verified: number
  failed: number
}

/** A lease that nobody renews ends after half a minute, and the task goes to another node. */
const endsWithinMs = 90_000
const emptiesWithinMs = 60_000
const goneWithinMs = 10_000

/** All that is wrong; empty where nothing is. */
export async function examine(
  { network, books, census }: Examined,
  load: Load,
  counts: Counts,
): Promise<readonly string[]> {
  await load.finish(endsWithinMs)
  const faults = [...(await logFaults(network)), ...(await fatesOf(load, books, counts))]
  for (const held of books.heldBack()) faults.push(`credits are set aside for good: ${held}`)
  const outboxes = await Promise.all(network.nodes.map(outboxFault))
  const roots = programsOf(network)
  const orphans = await eventually(
    goneWithinMs,
    (left: readonly string[]) => left.length === 0,
    () => census.orphans(roots),
  )
  for (const orphan of orphans) faults.push(`a process outlives its program: ${orphan}`)
  return [...faults, ...outboxes.flat()]
}

export function programsOf({ coordinator, nodes }: Network): readonly number[] {
  return [coordinator, ...nodes]
    .filter(({ program }) => program.end === null)
    .map(({ program }) => program.pid)
}

/** Nothing may be left of what programs put down for a while; asked when all have ended. */
export function leftFiles({ temporary, nodes }: Network): readonly string[] {
  const inFolders = nodes.flatMap(({ dataDir }) =>
    readdirSync(dataDir, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.tmp') || /(^|\/)drafts\/./.test(name))
      .map((name) => join(dataDir, name)),
  )
  const strays = readdirSync(temporary).map((name) => join(temporary, name))
  return [...inFolders, ...strays].map((file) => `a file is left: ${file}`)
}

async function logFaults({ coordinator, apiKey, temporary }: Network): Promise<string[]> {
  const head = join(temporary, '..', 'head.json')
  const at = ['--coordinator', coordinator.url, '--json']
  const place = { env: { VCP_API_KEY: apiKey } }
  const named = ['--log-key', coordinator.logKey]
  try {
    const kept = (await isThere(head)) ? ['--kept', head] : []
    await runVcp(['ledger', 'verify', ...named, ...kept, ...at], place)
    await writeFile(head, await runVcp(['ledger', 'head', ...named, ...at], place))
    return []
  } catch (error) {
    return [`the log does not hold: ${String(error)}`]
  }
}

async function isThere(file: string): Promise<boolean> {
  return readdirSync(join(file, '..')).includes('head.json')
}

async function fatesOf(load: Load, books: Books, counts: Counts): Promise<string[]> {
  await books.read()
  const faults: string[] = []
  for (const [taskId, fate] of load.tasks) {
    counts.acknowledged += 1
    const ends = books.endsOf(taskId)
    if (ends.length !== 1) faults.push(`the task ${taskId} has ${ends.length} ends: ${ends}`)
    if (fate === null) faults.push(`the end of the task ${taskId} was never heard of`)
    else if (fate.kind === 'wrong') faults.push(`the task ${taskId}: ${fate.reason}`)
    else if (fate.kind === 'failed') counts.failed += 1
    else {
      counts.verified += 1
      if (books.receiptsOf(taskId) === 0) faults.push(`the log has no receipt of ${taskId}`)
    }
  }
  return faults
}

async function outboxFault({ name, socket }: Network['nodes'][number]): Promise<string[]> {
  const last = await eventually(
    emptiesWithinMs,
    (status: Awaited<ReturnType<typeof statusOf>>) =>
      status !== null &&
      status.reports_waiting === 0 &&
      status.tasks.length === 0 &&
      status.coordinators.some(({ state }) => state === 'joined'),
    () => statusOf(socket),
  )
  if (last === null) return [`${name} does not answer`]
  const { coordinators, reports_waiting: waiting, tasks } = last
  const state = coordinators[0]?.state ?? 'none'
  if (waiting === 0 && tasks.length === 0 && state === 'joined') return []
  const held = tasks.map(({ task_id, stage }) => `${task_id} ${stage}`)
  return [`${name} is ${state}, ${waiting} reports wait, holds ${held.join(', ') || 'nothing'}`]
}
