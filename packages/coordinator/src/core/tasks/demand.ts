import { type Demand, demandOf } from '@vcp/protocol'
import type { State } from '../state.ts'
import type { LiveTask } from './task-record.ts'

/** What a task asks of nodes under the present policy; worked out when it is first needed. */
export function demandOfTask(
  state: State,
  task: LiveTask,
): { readonly demand: Demand; readonly key: string } {
  if (task.demand === null) {
    const demand = demandOf(task.type, task.spec.requirements, state.settings.profile)
    const shared = state.matcher.shared(demand)
    task.demand = shared.demand
    task.demandKey = shared.key
  }
  return { demand: task.demand, key: task.demandKey }
}
