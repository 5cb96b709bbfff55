// What must hold of a training that has ended: as many rounds as were asked for, and no update that
// its node had not paid for and named before it left.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Connection } from '@vcp/client'
import { rdpEpsilon } from '@vcp/learning'
import { LedgerEntry, limits, type TaskId, type TaskInfo, type Update } from '@vcp/protocol'
import type { Network, NodeAtWork } from '../network/network.ts'
import { costOfRound, type Kind } from './small-training.ts'

export interface Found {
  readonly losses: readonly string[]
  readonly rounds: number
  readonly updates: number
}

interface Asked {
  readonly roundsPerTraining: number
  readonly kind: Kind
}

export async function lossesOf(
  { connection, nodes }: Network,
  { task_id: taskId, status, reason }: TaskInfo,
  { roundsPerTraining: roundsAsked, kind }: Asked,
): Promise<Found> {
  const losses: string[] = []
  if (status !== 'completed') losses.push(`the training ${taskId} is ${status}: ${reason}`)
  const entries = await allEntries(connection)
  const rounds = entries.flatMap(({ event }) =>
    event.type === 'round-finalised' && event.round.task_id === taskId ? [event.round] : [],
  )
  if (rounds.length !== roundsAsked) losses.push(`${rounds.length} rounds of ${roundsAsked}`)
  for (const { number, updates_accepted: came, updates_min: least } of rounds) {
    if (came < least) losses.push(`round ${number} of ${came} updates`)
  }
  let updates = 0
  for (const node of nodes) {
    const accepted = updatesOf(entries, taskId, node)
    updates += accepted.length
    losses.push(...unpaid(node, taskId, accepted, kind))
  }
  return { losses, rounds: rounds.length, updates }
}

function unpaid(
  { name, dataDir }: NodeAtWork,
  taskId: TaskId,
  accepted: readonly Update[],
  kind: Kind,
): readonly string[] {
  const db = new DatabaseSync(join(dataDir, 'privacy.sqlite'), { readOnly: true })
  const rows = db.prepare('select digest, steps from releases where task = ?').all(taskId)
  db.close()
  const named = new Set(rows.map(({ digest }) => digest))
  const left = new Set(accepted.map(({ delta_digest }) => delta_digest))
  // What leaves a secure round is words under masks, and never what was paid for itself.
  const losses = [...left]
    .filter((digest) => named.has(digest) === (kind === 'secure'))
    .map((digest) =>
      kind === 'secure'
        ? `${name} sent ${digest} without masks`
        : `${name} sent ${digest}, which its ledger does not name`,
    )
  const steps = rows.reduce((sum, row) => sum + Number(row['steps']), 0)
  const spent = rdpEpsilon([{ ...costOfRound, steps }], 1e-5).epsilon
  const least = rdpEpsilon([{ ...costOfRound, steps: left.size * costOfRound.steps }], 1e-5).epsilon
  if (spent < least) losses.push(`${name} has spent ${least}, and its ledger says ${spent}`)
  const said = Math.max(0, ...accepted.map(({ privacy }) => privacy?.epsilon ?? 0))
  if (said < least) losses.push(`${name} said ${said} of what was ${least}`)
  return losses
}

function updatesOf(
  entries: readonly LedgerEntry[],
  taskId: TaskId,
  { peerId }: NodeAtWork,
): readonly Update[] {
  return entries.flatMap(({ event }) => {
    if (event.type !== 'update-accepted' || event.peer_id !== peerId) return []
    return event.update.task_id === taskId ? [event.update] : []
  })
}

async function allEntries(connection: Connection): Promise<readonly LedgerEntry[]> {
  const entries: LedgerEntry[] = []
  for (;;) {
    const query = { from: entries.length, limit: limits.pageItemsMax }
    const { entries: page } = await connection.ask('ledgerEntries', { query })
    for (const each of page) entries.push(LedgerEntry.parse(each))
    if (page.length < limits.pageItemsMax) return entries
  }
}
