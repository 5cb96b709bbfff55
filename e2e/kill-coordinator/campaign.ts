import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Call, callerOf } from './caller.ts'
import { check } from './check.ts'
import { startCoordinator } from './coordinator-process.ts'
import { type Known, load, nothingKnown } from './load.ts'

export interface Campaign {
  readonly times: number
  /** Kills before a folder is left for a new one: what is checked grows with each. */
  readonly timesPerFolder: number
  /** The load runs at most so long before a kill. */
  readonly loadMsMax: number
  progress?(report: Report): void
}

export interface Report {
  kills: number
  /** Of these, before it listened. */
  killsWhileStarting: number
  tasks: number
  nodes: number
  entriesChecked: number
  losses: string[]
}

/** Kills a coordinator under load again and again; stops at the first loss. */
export async function killAndCheck(campaign: Campaign): Promise<Report> {
  const report: Report = {
    kills: 0,
    killsWhileStarting: 0,
    tasks: 0,
    nodes: 0,
    entriesChecked: 0,
    losses: [],
  }
  while (report.kills < campaign.times && report.losses.length === 0) {
    const dataDir = mkdtempSync(join(tmpdir(), 'vcp-kill-'))
    await inOneFolder(dataDir, campaign, report)
    // Where something is lost, the folder is the evidence.
    if (report.losses.length === 0) rmSync(dataDir, { recursive: true, force: true })
    else report.losses.push(`the folder is ${dataDir}`)
  }
  return report
}

async function inOneFolder(dataDir: string, campaign: Campaign, report: Report): Promise<void> {
  const known = nothingKnown()
  const until = Math.min(campaign.times, report.kills + campaign.timesPerFolder)
  let session: Session | null = null
  while (report.losses.length === 0) {
    const coordinator = startCoordinator(dataDir)
    try {
      // One in eight is killed while it reads what the one before left.
      if (session !== null && report.kills < until - 1 && Math.random() < 1 / 8) {
        const listens = coordinator.listens.then(() => true)
        const hasListened = await Promise.race([listens, pause(Math.random() * 600, false)])
        report.killsWhileStarting += hasListened ? 0 : 1
      } else {
        const { url, setupToken } = await coordinator.listens
        session ??= await signIn(url, setupToken)
        const call = callerOf(url, session.headers)
        await examine(call, known, session, report)
        if (report.kills === until || report.losses.length > 0) break
        const loaded = load(call, known)
        await Promise.race([loaded, pause(Math.random() * campaign.loadMsMax)])
        await coordinator.kill()
        await loaded
      }
      report.kills += 1
    } finally {
      await coordinator.kill()
    }
  }
  report.tasks += known.tasks.size
  report.nodes += known.nodes.size
  campaign.progress?.(report)
}

interface Session {
  readonly headers: Readonly<Record<string, string>>
  /** The log's key as it was at first: another one would be another log. */
  readonly logKey: string
}

async function signIn(url: string, setupToken: string | null): Promise<Session> {
  const call = callerOf(url, {})
  const who = { username: 'root_1', password: 'correct horse' }
  await call('register', { body: { ...who, setup_token: setupToken } })
  const { access_token } = (await call('login', { body: who })) as { readonly access_token: string }
  const { log_key } = (await call('health')) as { readonly log_key: string }
  return { headers: { authorization: `Bearer ${access_token}` }, logKey: log_key }
}

async function examine(call: Call, known: Known, { logKey }: Session, report: Report) {
  const { losses, entries } = await check(call, known, logKey)
  report.losses.push(...losses.slice(0, 20))
  report.entriesChecked += entries
}
