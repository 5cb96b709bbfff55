// What must hold after every event, in production too: a state that breaks a rule of ours is a bug,
// and going on with it would only spread it.
import { limits } from '@vcp/protocol'
import { isTraining, isUpdate, type Lease } from './records.ts'
import type { State } from './state.ts'

export class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken'
}

export function assertHolds(holds: boolean, what: string): asserts holds {
  if (!holds) throw new InvariantBroken(what)
}

/** Leases that have ended and are remembered. */
export const ENDED_MAX = 10_000

/** Takes a step for each lease and each report. */
export function assertStateHolds(state: State): void {
  const { leases, ended, reports, nextReportId } = state
  assertHolds(leases.size <= limits.openAssignmentsPerNodeMax, 'more leases than a node may have')
  assertHolds(ended.size <= ENDED_MAX, 'more is remembered than ever needed')
  const owing = new Map<string, number>()
  for (const { reportId, taskId, leaseEpoch, report } of reports.values()) {
    assertHolds(reportId < nextReportId, `report ${reportId} has the id of a later one`)
    if (leaseEpoch === null) continue
    const isOurs = leases.get(taskId)?.leaseEpoch === leaseEpoch
    assertHolds(isOurs, `report ${reportId} is of a lease that has ended`)
    if (isUpdate(report)) continue
    owing.set(taskId, (owing.get(taskId) ?? 0) + 1)
  }
  let probes = 0
  for (const lease of leases.values()) {
    assertLeaseHolds(state, lease, owing.get(lease.taskId) ?? 0)
    if (lease.isProbe && lease.stage === 'running') probes += 1
  }
  assertHolds(probes <= 1, 'two probe tasks at a time')
}

function assertLeaseHolds({ ended }: State, lease: Lease, reports: number): void {
  const { taskId, stage, offer, round, receipt, commitment } = lease
  const say = (what: string) => `task ${taskId}: ${what}`
  assertHolds(!ended.has(taskId), say('its lease has ended and has not'))
  assertHolds((stage === 'running') === (offer !== null), say('a run without its offer'))
  if (round !== null) assertHolds(isTraining(lease), say('a round of what is no training'))
  const hasPapers = receipt !== null && commitment !== null
  assertHolds((stage === 'committed') === hasPapers, say('committed without its papers'))
  if (stage === 'running') assertHolds(reports === 0, say('it reports an end and still runs'))
  if (stage === 'failing') assertHolds(reports === 1, say('nobody is told that it failed'))
  if (stage === 'revealing') assertHolds(reports >= 1, say('nobody is shown its receipt'))
}
