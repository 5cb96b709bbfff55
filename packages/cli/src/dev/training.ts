import { join } from 'node:path'
import {
  apiKey,
  type Connection,
  connect,
  getBlob,
  nameBlob,
  prepareTask,
  submitTask,
  type TaskDraft,
} from '@vcp/client'
import { predictInChild } from '@vcp/learning'
import { type LedgerEntry, limits, type Round, type TaskId, VcpError } from '@vcp/protocol'
import { type Demonstration, fact, type Stage, type Step, step } from './demonstration.ts'
import { becomeAdministrator } from './network/administrator.ts'
import { createLogReader, type LogReader } from './network/log-reader.ts'
import { type Network, startNetwork } from './network/network.ts'
import { orFailure } from './network/tour.ts'
import {
  accuracyOf,
  blankModel,
  grantPoints,
  heldOutSet,
  type Points,
  rowsOf,
  somePoints,
} from './training/sectors.ts'

/** Five rounds of the task fit, by the gate's accountant; the sixth does not. */
const budget = { epsilon: 2.9, delta: 1e-5 }
const roundsThatFit = 5
const roundsAsked = 8

/** Three nodes train a model together, until the budget of their data is spent. */
export const training: Demonstration = {
  name: 'training',
  about: 'three nodes train one model on data that stays with them, until its budget is spent',
  async run(stage) {
    const { host, folder, doing } = stage
    doing('the coordinator starts')
    const network = await startNetwork({ host, folder, said: () => undefined })
    try {
      const { apiKey: key } = await becomeAdministrator(network.url, network.setupToken ?? '', host)
      const { signal } = host
      const connection = connect({ url: network.url, credentials: apiKey(key), signal })
      try {
        const log = createLogReader(connection, () => connection.pace.wait(200, signal))
        return await orFailure(network, shown({ stage, network, connection, log }))
      } finally {
        await connection.close()
      }
    } finally {
      doing('everything is stopped')
      await network.stop()
    }
  },
}

interface Course {
  readonly stage: Stage
  readonly network: Network
  readonly connection: Connection
  readonly log: LogReader
}

async function shown({ stage, network, connection, log }: Course): Promise<Step[]> {
  const { host, folder, doing } = stage
  const random = () => Buffer.from(host.randomBytes(4)).readUInt32LE() / 2 ** 32
  doing('three nodes join, each with data of its own')
  await Promise.all(
    ['node-1', 'node-2', 'node-3'].map(async (name) => {
      await grantPoints(join(folder, name), somePoints(1_000, random), budget)
      return network.addNode(name)
    }),
  )
  const heldOut = somePoints(600, random)
  const model = blankModel(16, random)
  const prepared = taskOf(model, heldOut)
  await submitTask(connection, prepared)
  const { task_id: taskId } = prepared.submission
  await log.until((entries) => {
    const rounds = finalised(entries, taskId)
    doing(`round ${rounds.length + 1} of ${roundsAsked}`)
    return endOf(entries, taskId) !== null
  })
  const entries = await log.all()
  const rounds = finalised(entries, taskId)
  const before = accuracyOf(heldOut, await answers(model, heldOut))
  return [
    fact('the model as it is handed in', `right for ${percent(before)} of 600 points`),
    ...rounds.map(roundStep),
    ...(await ended({ connection, heldOut, entries, rounds, taskId, before })),
  ]
}

function taskOf(model: Uint8Array, heldOut: Points) {
  const [modelBlob, evaluation] = [nameBlob(model), nameBlob(heldOutSet(heldOut))]
  const draft = {
    task_type: 'federated_learning',
    inputs: {
      model: modelBlob.cid,
      loss: 'softmax_cross_entropy',
      dataset: 'points',
      rounds: roundsAsked,
      local_steps: 10,
      batch_size: 100,
      learning_rate: 0.25,
      updates_min: 2,
      round_seconds: 60,
      evaluation: evaluation.cid,
      privacy: { budget: { epsilon: 10, delta: 1e-5 }, noise_multiplier: 1.5, clip_norm: 1 },
    },
    requirements: { min_nodes: 3, max_execution_seconds: 600 },
  } as unknown as TaskDraft
  return prepareTask(draft, { blobs: [modelBlob, evaluation] })
}

function roundStep({ number, accuracy, loss, epsilon_spent, updates_accepted }: Round): Step {
  const measured = accuracy !== null && loss !== null && epsilon_spent !== null
  const outcome = measured
    ? `right for ${percent(accuracy)}, loss ${loss.toFixed(3)}, epsilon ${epsilon_spent.toFixed(2)}`
    : 'nothing was measured'
  return step(`round ${number}, of ${updates_accepted} updates`, measured, outcome)
}

interface Outcome {
  readonly connection: Connection
  readonly heldOut: Points
  readonly entries: readonly LedgerEntry[]
  readonly rounds: readonly Round[]
  readonly taskId: TaskId
  readonly before: number
}

async function ended(outcome: Outcome): Promise<Step[]> {
  const { connection, heldOut, entries, rounds, taskId, before } = outcome
  const spent = rounds.map(({ epsilon_spent }) => epsilon_spent ?? 0)
  const rises = spent.every((epsilon, at) => epsilon > (spent[at - 1] ?? 0))
  const end = endOf(entries, taskId)
  const steps = [
    step(
      'epsilon rises with each round, and stays within the budget',
      rises && (spent.at(-1) ?? 0) <= budget.epsilon,
      `${spent.at(-1)?.toFixed(2)} of ${budget.epsilon} at delta ${budget.delta}`,
    ),
    step(
      'the round that would overspend is refused by every node',
      rounds.length === roundsThatFit && end?.isCompleted === true,
      `${rounds.length} rounds of ${roundsAsked}: ${end?.reason ?? 'it has not ended'}`,
    ),
  ]
  const last = rounds.at(-1)?.model_out ?? null
  if (last === null) return [...steps, step('there is a model', false, 'no round was finalised')]
  const model = await getBlob(connection, last, limits.blobWholeBytesMax)
  const after = accuracyOf(heldOut, await answers(model, heldOut))
  return [
    ...steps,
    step(
      'the model of the last round, in plain onnxruntime',
      after > before && after >= 0.8,
      `right for ${percent(after)} of 600 points that no node has seen`,
    ),
  ]
}

async function answers(model: Uint8Array, heldOut: Points) {
  const found = await predictInChild(model, rowsOf(heldOut))
  if (found.ok) return found.value
  throw new VcpError(found.code, { message: found.reason })
}

function finalised(entries: readonly LedgerEntry[], taskId: TaskId): readonly Round[] {
  return entries.flatMap(({ event }) =>
    event.type === 'round-finalised' && event.round.task_id === taskId ? [event.round] : [],
  )
}

function endOf(entries: readonly LedgerEntry[], taskId: TaskId) {
  for (const { event } of entries) {
    if (event.type === 'task-failed' && event.task_id === taskId) {
      return { isCompleted: false, reason: event.reason }
    }
    if (event.type === 'task-completed' && event.task_id === taskId) {
      return { isCompleted: true, reason: event.reason ?? 'it has done all rounds' }
    }
  }
  return null
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
