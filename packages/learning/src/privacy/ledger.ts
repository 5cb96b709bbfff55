// The budget that is enforced. A release is paid for before it is made, and what was paid for
// counts as spent, whatever becomes of it: after a crash nobody knows how far it came. What is
// released is named by its digest before it leaves, so that one payment covers one release: resent
// as often as need be, made anew never.
import type { DatabaseSync } from 'node:sqlite'
import { type Digest, type Outcome, pass, refuse } from '@vcp/protocol'
import { openLedgerFile, transaction } from './ledger-file.ts'
import { type Budget, Phase } from './mechanism.ts'
import { type RdpFigure, rdpEpsilon } from './rdp.ts'

export interface ReleaseRequest {
  /** The caller's name for it, never used twice: a round and a data set, say. */
  readonly release: string
  readonly dataset: string
  readonly taskId: string
  /** What the task may spend over all its releases; fixed by its first. */
  readonly taskBudget: Budget
  readonly phase: Phase
}

export interface Reservation {
  readonly release: string
  /** What was released for it; null while nothing was. Then the same budget may be used again. */
  readonly digest: Digest | null
}

export interface Account {
  readonly budget: Budget
  readonly spent: RdpFigure
  readonly releases: number
  /** Epsilon that a release may still add. */
  readonly left: number
}

export interface PrivacyLedger {
  /** Allows a data set this much, over all tasks and all time; a later grant replaces it. */
  grant(dataset: string, budget: Budget): void
  /** Pays for a release; on disk before it returns. Asked again the same, the answer is the same.
   *  */
  reserve(request: ReleaseRequest): Outcome<Reservation>
  /** Names what is about to leave; on disk before it returns. Refused for anything but the first.
   *  */
  commit(release: string, digest: Digest): Outcome<Reservation>
  /** Gives back what was paid for a release that was never made. */
  abandon(release: string): Outcome<null>
  /** Whether a release like this could be paid for now; nothing is. */
  affords(request: Omit<ReleaseRequest, 'release'>): Outcome<null>
  account(payer: Payer, name: string): Outcome<Account>
  /** All that was granted and paid for, for whoever has to answer for it. */
  report(): readonly DatasetReport[]
  close(): void
}

/** What a data set has allowed, and to whom. */
export interface DatasetReport {
  readonly dataset: string
  readonly budget: Budget
  readonly tasks: readonly TaskReport[]
}

export interface TaskReport {
  readonly taskId: string
  /** What the task may spend. */
  readonly budget: Budget
  /** Paid for by this data set; releases alike are one. */
  readonly phases: readonly Phase[]
  readonly releases: number
  /** Of those, the ones that were paid for and are not known to have left. */
  readonly pending: number
}

/** A ledger in one SQLite file; several processes may have it open. */
export function openPrivacyLedger(file: string): PrivacyLedger {
  const db = openLedgerFile(file)
  return {
    grant: (dataset, budget) => transaction(db, () => grant(db, dataset, budget)),
    reserve: (request) => transaction(db, () => reserve(db, request)),
    commit: (release, digest) => transaction(db, () => commit(db, release, digest)),
    abandon: (release) => transaction(db, () => abandon(db, release)),
    affords: (request) => transaction(db, () => affords(db, request)),
    account: (payer, name) => transaction(db, () => accountOf(db, payer, name)),
    report: () => transaction(db, () => reportOf(db)),
    close: () => db.close(),
  }
}

/** What a release is charged to: the data set, and the task. */
export type Payer = 'dataset' | 'task'

function grant(db: DatabaseSync, dataset: string, budget: Budget): void {
  if (!isBudget(budget)) {
    throw new RangeError(`epsilon ${budget.epsilon} at delta ${budget.delta} is no budget`)
  }
  setBudget(db, 'dataset', dataset, budget)
}

function reserve(db: DatabaseSync, request: ReleaseRequest): Outcome<Reservation> {
  const { release, dataset, taskId, taskBudget, phase } = request
  const row = rowOf(db, release)
  if (row !== null) return isSame(row, request) ? pass(reservation(row)) : otherRequest(release)
  const afforded = affords(db, request)
  if (!afforded.ok) return afforded
  if (budgetOf(db, 'task', taskId) === null) setBudget(db, 'task', taskId, taskBudget)
  db.prepare(
    `insert into releases (release, dataset, task, sampling_rate, noise_multiplier, steps)
     values (?, ?, ?, ?, ?, ?)`,
  ).run(release, dataset, taskId, phase.samplingRate, phase.noiseMultiplier, phase.steps)
  return pass({ release, digest: null })
}

function affords(
  db: DatabaseSync,
  { dataset, taskId, taskBudget, phase }: Omit<ReleaseRequest, 'release'>,
): Outcome<null> {
  if (!Phase.safeParse(phase).success || !isBudget(taskBudget)) {
    return refuse('INVALID', 'the budget, the sampling, the noise or the steps cannot be accounted')
  }
  const known = budgetOf(db, 'task', taskId)
  if (known !== null && !isEqual(known, taskBudget)) {
    return refuse('CONFLICT', `task ${taskId} has another budget since its first release`)
  }
  const granted = budgetOf(db, 'dataset', dataset)
  if (granted === null) return unknown('dataset', dataset)
  return (
    shortage(db, 'dataset', dataset, granted, phase) ??
    shortage(db, 'task', taskId, taskBudget, phase) ??
    pass(null)
  )
}

/** Why a payer cannot afford a phase on top of all it has paid for, or null where it can. */
function shortage(db: DatabaseSync, payer: Payer, name: string, budget: Budget, phase: Phase) {
  const { epsilon } = rdpEpsilon([...phasesOf(db, payer, name), phase], budget.delta)
  if (epsilon <= budget.epsilon) return null
  const would = `${payer} ${name} would have spent epsilon ${epsilon.toPrecision(4)}`
  return refuse('PRIVACY_BUDGET_SPENT', `${would} of ${budget.epsilon} at delta ${budget.delta}`)
}

function commit(db: DatabaseSync, release: string, digest: Digest): Outcome<Reservation> {
  const row = rowOf(db, release)
  if (row === null) return refuse('NOT_FOUND', `nothing was reserved for ${release}`)
  if (row.digest !== null) {
    return row.digest === digest ? pass(reservation(row)) : alreadyReleased(release)
  }
  db.prepare('update releases set digest = ? where release = ?').run(digest, release)
  return pass({ release, digest })
}

function abandon(db: DatabaseSync, release: string): Outcome<null> {
  const row = rowOf(db, release)
  if (row === null) return refuse('NOT_FOUND', `nothing was reserved for ${release}`)
  if (row.digest !== null) return alreadyReleased(release)
  db.prepare('delete from releases where release = ?').run(release)
  return pass(null)
}

function alreadyReleased(release: string) {
  return refuse('CONFLICT', `${release} was released already: send that again, do not make it anew`)
}

function otherRequest(release: string) {
  return refuse('CONFLICT', `${release} was reserved for something else`)
}

function accountOf(db: DatabaseSync, payer: Payer, name: string): Outcome<Account> {
  const budget = budgetOf(db, payer, name)
  if (budget === null) return unknown(payer, name)
  const spent = rdpEpsilon(phasesOf(db, payer, name), budget.delta)
  const sql = `select count(*) as count from releases where ${payer} = ?`
  const { count } = db.prepare(sql).get(name) as { count: number }
  return pass({ budget, spent, releases: count, left: Math.max(0, budget.epsilon - spent.epsilon) })
}

function unknown(payer: Payer, name: string) {
  return refuse('NOT_FOUND', `no budget was granted for ${payer} ${name}`)
}

function isBudget({ epsilon, delta }: Budget): boolean {
  return epsilon > 0 && Number.isFinite(epsilon) && delta > 0 && delta < 1
}

function isEqual(one: Budget, other: Budget): boolean {
  return one.epsilon === other.epsilon && one.delta === other.delta
}

function setBudget(db: DatabaseSync, payer: Payer, name: string, budget: Budget): void {
  const sql = 'insert or replace into budgets (payer, name, epsilon, delta) values (?, ?, ?, ?)'
  db.prepare(sql).run(payer, name, budget.epsilon, budget.delta)
}

function budgetOf(db: DatabaseSync, payer: Payer, name: string): Budget | null {
  const sql = 'select epsilon, delta from budgets where payer = ? and name = ?'
  return (db.prepare(sql).get(payer, name) as unknown as Budget | undefined) ?? null
}

function phasesOf(db: DatabaseSync, payer: Payer, name: string): Phase[] {
  const sql = `select sampling_rate as samplingRate, noise_multiplier as noiseMultiplier,
    sum(steps) as steps from releases where ${payer} = ?
    group by sampling_rate, noise_multiplier`
  return db.prepare(sql).all(name) as unknown as Phase[]
}

function reportOf(db: DatabaseSync): readonly DatasetReport[] {
  const sql = `select name, epsilon, delta from budgets where payer = 'dataset' order by name`
  const datasets = db.prepare(sql).all() as unknown as ({ name: string } & Budget)[]
  const tasks = db.prepare(
    `select task as taskId, count(*) as releases, sum(digest is null) as pending
     from releases where dataset = ? group by task order by min(rowid)`,
  )
  const phases = db.prepare(
    `select sampling_rate as samplingRate, noise_multiplier as noiseMultiplier,
     sum(steps) as steps from releases where dataset = ? and task = ?
     group by sampling_rate, noise_multiplier`,
  )
  return datasets.map(({ name, epsilon, delta }) => ({
    dataset: name,
    budget: { epsilon, delta },
    tasks: (tasks.all(name) as unknown as Counted[]).map((counted) => ({
      ...counted,
      budget: budgetOf(db, 'task', counted.taskId)!,
      phases: phases.all(name, counted.taskId) as unknown as Phase[],
    })),
  }))
}

type Counted = Pick<TaskReport, 'taskId' | 'releases' | 'pending'>

interface Row {
  readonly release: string
  readonly dataset: string
  readonly task: string
  readonly sampling_rate: number
  readonly noise_multiplier: number
  readonly steps: number
  readonly digest: Digest | null
}

function rowOf(db: DatabaseSync, release: string): Row | null {
  const row = db.prepare('select * from releases where release = ?').get(release)
  return (row as unknown as Row | undefined) ?? null
}

function isSame(row: Row, { dataset, taskId, phase }: ReleaseRequest): boolean {
  return (
    row.dataset === dataset &&
    row.task === taskId &&
    row.sampling_rate === phase.samplingRate &&
    row.noise_multiplier === phase.noiseMultiplier &&
    row.steps === phase.steps
  )
}

function reservation({ release, digest }: Row): Reservation {
  return { release, digest }
}
