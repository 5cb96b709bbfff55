// Kills what takes part in a training, again and again, each process in its turn and at any moment:
// the coordinator, a node, the child that trains. Then looks whether the training came to what it
// was to come to, and whether any node gave away more than its ledger says.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { submitTask } from '@vcp/client'
import { isEnded, type TaskInfo } from '@vcp/protocol'
import { childrenOf, wordsOf } from '../bench/processes.ts'
import { type Network, type NodeAtWork, openNetwork, removeFolder } from '../network/network.ts'
import { startVcp } from '../network/program.ts'
import { lossesOf } from './check.ts'
import { type Kind, nodesMin, smallTraining, writePoints } from './small-training.ts'

export interface Campaign {
  readonly times: number
  readonly roundsPerTraining: number
  readonly kind: Kind
  /** A process is killed at most so long after the one before is back. */
  readonly pauseMsMax: number
  progress?(report: Report): void
}

export interface Report {
  readonly kills: { coordinator: number; node: number; training: number }
  trainings: number
  rounds: number
  updates: number
  losses: string[]
}

export function killsOf({ kills }: Report): number {
  return kills.coordinator + kills.node + kills.training
}

/** Stops at the first loss. */
export async function killAndCheck(campaign: Campaign): Promise<Report> {
  const kills = { coordinator: 0, node: 0, training: 0 }
  const report: Report = { kills, trainings: 0, rounds: 0, updates: 0, losses: [] }
  const folder = mkdtempSync(join(tmpdir(), 'vcp-kill-training-'))
  const network = await openNetwork({ folder, chance: Math.random })
  try {
    await Promise.all(
      Array.from({ length: nodesMin }, (_, at) => nodeWithData(network, folder, `node-${at + 1}`)),
    )
    while (killsOf(report) < campaign.times && report.losses.length === 0) {
      await oneTraining(network, campaign, report)
    }
  } finally {
    await network.stop()
  }
  // Where something is lost, the folder is the evidence.
  if (report.losses.length === 0) removeFolder(folder)
  else report.losses.push(`the folder is ${folder}`)
  return report
}

async function nodeWithData(network: Network, folder: string, name: string): Promise<void> {
  const file = join(folder, `${name}.csv`)
  writePoints(file)
  const dataDir = join(folder, name)
  const budget = ['--epsilon', '900', '--delta', '1e-5']
  const argv = [
    'node',
    'dataset',
    'add',
    'points',
    file,
    ...budget,
    '--data-dir',
    dataDir,
    '--json',
  ]
  const { ended, said, first } = startVcp(argv)
  // What it prints is of several lines, and nobody reads it.
  first.catch(() => null)
  if ((await ended).code !== 0) throw new Error(`no data set was added: ${said()}`)
  await network.addNode(name)
}

async function oneTraining(network: Network, campaign: Campaign, report: Report): Promise<void> {
  const { connection } = network
  const prepared = smallTraining(campaign.roundsPerTraining, campaign.kind)
  await submitTask(connection, prepared)
  const { task_id: taskId } = prepared.submission
  const look = () => connection.ask('getTask', { params: { id: taskId } }) as Promise<TaskInfo>
  for (;;) {
    await pause(Math.random() * campaign.pauseMsMax)
    const { status } = await look()
    if (isEnded(status)) break
    // What only waits, for nodes say, is not in the middle of anything.
    if (status !== 'running' || killsOf(report) >= campaign.times) continue
    await killOne(network, report)
    campaign.progress?.(report)
  }
  report.trainings += 1
  const found = await lossesOf(network, await look(), campaign)
  report.rounds += found.rounds
  report.updates += found.updates
  report.losses.push(...found.losses)
}

async function killOne({ coordinator, nodes }: Network, { kills }: Report): Promise<void> {
  const node = nodes[Math.floor(Math.random() * nodes.length)]!
  const chance = Math.random()
  if (chance < 0.25) {
    await coordinator.program.kill()
    await coordinator.start()
    kills.coordinator += 1
  } else if (chance < 0.6 && killTraining(nodes)) kills.training += 1
  else {
    await node.program.kill()
    await node.start()
    kills.node += 1
  }
}

/** False where nobody trains just now. */
function killTraining(nodes: readonly NodeAtWork[]): boolean {
  for (const { program } of nodes) {
    for (const pid of childrenOf(program.pid)) {
      if (!isTraining(pid)) continue
      process.kill(pid, 'SIGKILL')
      return true
    }
  }
  return false
}

function isTraining(pid: number): boolean {
  try {
    return wordsOf(pid).some((word) => /learning.*child-main/.test(word))
  } catch {
    // It has ended by itself.
    return false
  }
}
