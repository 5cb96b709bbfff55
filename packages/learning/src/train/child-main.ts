// A child does one task and ends. It ends with its parent too: the channel closes, however that
// died.
import { constants, getPriority, setPriority } from 'node:os'
import type { ChildReport, ChildTask } from './child-messages.ts'
import { doTask } from './run-order.ts'

giveWay()
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.once('message', (task: ChildTask) => void obey(task))
report({ type: 'ready' })

/** A training gets what others leave, and something even where they leave nothing. */
function giveWay(): void {
  const { PRIORITY_BELOW_NORMAL: rank } = constants.priority
  // Nobody may raise a rank that is lower already.
  if (getPriority() < rank) setPriority(rank)
}

async function obey(task: ChildTask): Promise<void> {
  const outcome = await doTask(task, report)
  if (outcome.ok) report({ type: 'done', result: outcome.value })
  else report({ type: 'refused', code: outcome.code, reason: outcome.reason })
  // The parent ends the process once it has the report.
}

function report(message: ChildReport): void {
  process.send?.(message)
}
