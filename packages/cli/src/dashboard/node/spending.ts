// What was spent of the data sets of a node, read from its privacy ledger.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Spending } from './facts.ts'

/** Looking makes no ledger where there is none. */
export async function spendingIn(dataDir: string): Promise<readonly Spending[]> {
  if (!existsSync(join(dataDir, 'privacy.sqlite'))) return []
  const [{ rdpEpsilon }, { openLedger }] = await Promise.all([
    import('@vcp/learning'),
    import('../../datasets/ledger-place.ts'),
  ])
  const ledger = openLedger(dataDir)
  try {
    return ledger.report().map(({ dataset, budget, tasks }) => {
      const { epsilon: spent } = rdpEpsilon(
        tasks.flatMap(({ phases }) => phases),
        budget.delta,
      )
      const left = Math.max(0, budget.epsilon - spent)
      return { dataset, delta: budget.delta, granted: budget.epsilon, spent, left }
    })
  } finally {
    ledger.close()
  }
}
