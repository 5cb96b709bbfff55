// A training as a coordinator would tell of it: no network trains while its page is looked at.
import type { Page } from 'playwright-core'
import { sampleNode } from './sample-nodes.ts'

export const trainingId = '01a1fecf-b1a1-799f-b2f3-86c74e376bbc'
const model = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
const begunMs = Date.parse('2026-11-21T12:00:00Z')

function round(number: number) {
  const isLast = number === 7
  return {
    round_id: `01a1fecf-b1a1-799f-b2f3-86c74e37600${number}`,
    task_id: trainingId,
    number,
    state: isLast ? 'open' : number === 4 ? 'abandoned' : 'finalised',
    model_in: model,
    model_out: isLast || number === 4 ? null : model,
    participants: [1, 2, 3, 4].map((each) => sampleNode(each).peer_id),
    updates_accepted: isLast ? 1 : 4,
    updates_min: 3,
    opened_at_ms: begunMs + 60_000 * number,
    closes_at_ms: begunMs + 60_000 * (number + 1),
    loss: isLast || number === 4 ? null : 2.3 * 0.8 ** number,
    accuracy: isLast || number === 4 ? null : 1 - 0.85 * 0.75 ** number,
    epsilon_spent: isLast ? null : 0.11 * number,
    strategy_state: null,
    refused: number === 3 ? 1 : 0,
  }
}

const task = {
  task_id: trainingId,
  task_type: 'federated_learning',
  task_digest: 'ab'.repeat(32),
  owner_id: trainingId,
  status: 'running',
  reason: 'round 7 of 10 is open',
  level: null,
  assigned_nodes: [],
  former_assigned_nodes: [],
  created_at: '2026-11-21T12:00:00.000Z',
  updated_at: '2026-11-21T12:08:00.000Z',
  result: null,
  proof_id: null,
}

const spec = {
  task_type: 'federated_learning',
  inputs: {
    model,
    loss: 'softmax_cross_entropy',
    dataset: 'digits',
    rounds: 10,
    local_steps: 20,
    batch_size: 32,
    learning_rate: 0.1,
    strategy: 'fedadam',
    privacy: { unit: 'example', budget: { epsilon: 1, delta: 1e-5 } },
  },
}

export async function serveTraining(page: Page): Promise<void> {
  const rounds = [1, 2, 3, 4, 5, 6, 7].map(round)
  await page.route(`**/api/v1/tasks/${trainingId}`, (route) => route.fulfill({ json: task }))
  await page.route(`**/api/v1/tasks/${trainingId}/spec`, (route) => route.fulfill({ json: spec }))
  await page.route('**/api/v1/rounds?*', (route) =>
    route.fulfill({ json: { rounds, next_cursor: null } }),
  )
}
