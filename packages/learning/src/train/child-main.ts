// A child trains one order and ends. It ends with its parent too: the channel closes, however that
// died.
import type { ChildOrder, ChildReport } from './child-messages.ts'
import { runOrder } from './run-order.ts'

process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.once('message', (order: ChildOrder) => void obey(order))
report({ type: 'ready' })

async function obey(order: ChildOrder): Promise<void> {
  const outcome = await runOrder(order, report)
  if (outcome.ok) report({ type: 'trained', trained: outcome.value })
  else report({ type: 'refused', code: outcome.code, reason: outcome.reason })
  // The parent ends the process once it has the report.
}

function report(message: ChildReport): void {
  process.send?.(message)
}
