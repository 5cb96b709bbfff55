// Trains on the operator's data, in a child process. Budgets are paid before a step is made, and
// nothing is named that is not durable, so that a process may end anywhere and the budget is never
// understated.
import {
  type ChildOrder,
  contributeInChild,
  examineInChild,
  modelLimits,
  type PrivacyLedger,
  type ProviderWish,
  probeInChild,
  type ReleaseRequest,
  withLabels,
} from '@vcp/learning'
import {
  type Digest,
  limits,
  type Outcome,
  pass,
  refuse,
  type TaskId,
  VcpError,
} from '@vcp/protocol'
import {
  type DatasetBook,
  type DatasetRecord,
  openDatasetBook,
} from '../../datasets/dataset-book.ts'
import { isGranted } from '../../datasets/grants.ts'
import { openLedger } from '../../datasets/ledger-place.ts'
import type {
  Objection,
  RoundResult,
  RoundWork,
  Trainer,
  TrainingFault,
  TrainingWork,
} from '../trainer.ts'
import {
  formOf,
  labelTypeOf,
  memoryMbOf,
  phaseOf,
  type RunsOn,
  releaseOf,
  specOf,
} from './train-plan.ts'
import { dataMissing, faultOf, notGranted, plainRefused } from './training-fault.ts'

const type = 'federated_learning'

/** Of an offer it is not known whether its task has spent anything here; mostly it has not. */
const anyTask = 'none' as TaskId

/** A child that was killed trains again for what was paid; one that dies each time is at fault. */
const CUT_OFF_MAX = 5

/** How often an update may get lost from the shelf after it was paid for. */
const ATTEMPTS_MAX = 100

export interface TrainEngineParts {
  readonly dataDir: string
  /** What the operator wants to train with. */
  readonly provider?: ProviderWish
}

export async function openTrainEngine(parts: TrainEngineParts): Promise<Trainer> {
  const { dataDir, provider: wish = 'cpu' } = parts
  const book = openDatasetBook(dataDir)
  let runsOn: RunsOn = { executor: 'native', provider: 'cpu' }
  let notes: readonly string[] = []
  let opened: PrivacyLedger | null = null
  // A node without data sets needs no ledger.
  const ledger = () => {
    opened ??= openLedger(dataDir)
    return opened
  }

  return {
    type,
    get version() {
      const { provider } = runsOn
      return { name: 'vcp-learning', version: provider === 'cpu' ? '1.0' : `1.0+${provider}` }
    },
    get notes() {
      return notes
    },
    async probe() {
      const found = await probeInChild(wish)
      if (!found.ok) return { isReady: false, reason: found.reason }
      const { runtime: executor, provider, reasons } = found.value
      runsOn = { executor, provider }
      notes = reasons
      return { isReady: true }
    },
    needs(task, requester) {
      const { record, objection } = objectionTo({ task, requester }, book, ledger)
      const memoryMb = record === null ? 0 : memoryMbOf(task, record)
      return { memoryMb, cpuCores: 1, objection }
    },
    model: ({ inputs }) => ({ cid: inputs.model, bytesMax: modelLimits.bytesMax }),
    async prepare(work) {
      const record = book.find(work.task.inputs.dataset)
      if (record === null) return dataMissing(work.task.inputs.dataset)
      if (!isGranted(record, work.requester)) return notGranted(record.name)
      const order = orderOf(work, record, runsOn)
      const found = await untilItEnds(work.signal, (options) => examineInChild(order, options))
      if (!found.ok) return faultOf(found)
      const bytesMax = limits.blobWholeBytesMax
      if (4 * found.value.parameters < bytesMax * 0.99) return null
      return faultOf(refuse('TOO_LARGE', `an update has at most ${bytesMax} bytes`))
    },
    async contribute(work) {
      try {
        return await contribute(work, { book, ledger, runsOn })
      } catch (error) {
        work.signal.throwIfAborted()
        if (error instanceof VcpError) return faultOf({ code: error.code, reason: error.message })
        throw error
      }
    },
    async close() {
      opened?.close()
    },
  }
}

interface Means {
  readonly book: DatasetBook
  readonly ledger: () => PrivacyLedger
  readonly runsOn: RunsOn
}

async function contribute(work: RoundWork, means: Means): Promise<RoundResult> {
  const { dataset } = work.task.inputs
  const record = means.book.find(dataset)
  if (record === null) return dataMissing(dataset)
  if (!isGranted(record, work.requester)) return notGranted(dataset)
  const phase = phaseOf(work.task, record)
  if (phase !== null) return paidFor(work, means, record, { ...requestOf(work, record)!, phase })
  if (!record.allow_plain) return plainRefused(dataset)
  const update = await trained(work, record, means)
  if (!update.ok) return faultOf(update)
  const fault = withdrawal(work, means)
  if (fault !== null) return fault
  const digest = await work.shelf.put(update.value)
  return { kind: 'contributed', digest, examples: record.examples, privacy: null }
}

/** Whether the operator has taken the data set away meanwhile, or from this submitter. */
function withdrawal({ task, requester }: RoundWork, { book }: Means): TrainingFault | null {
  const { dataset } = task.inputs
  const record = book.find(dataset)
  if (record === null) return dataMissing(dataset)
  return isGranted(record, requester) ? null : notGranted(dataset)
}

/** What a round of the task would be charged as; null without privacy. */
function requestOf(
  { task, taskId }: Pick<TrainingWork, 'task' | 'taskId'>,
  record: DatasetRecord,
): Omit<ReleaseRequest, 'release'> | null {
  const phase = phaseOf(task, record)
  if (phase === null) return null
  return { dataset: record.name, taskId, taskBudget: task.inputs.privacy!.budget, phase }
}

async function paidFor(
  work: RoundWork,
  means: Means,
  record: DatasetRecord,
  request: Omit<ReleaseRequest, 'release'>,
): Promise<RoundResult> {
  const ledger = means.ledger()
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const release = releaseOf(work.taskId, work.order, attempt)
    const reserved = ledger.reserve({ ...request, release })
    if (!reserved.ok) return faultOf(reserved)
    const { digest } = reserved.value
    if (digest === null) return released(work, means, record, release)
    if (await work.shelf.has(digest)) return contributed(work, digest, ledger)
    // It left, and its bytes are gone: another one is another release.
  }
  return faultOf(refuse('TRAINING_FAILED', 'its updates get lost again and again'))
}

/** Trains for a release that is paid for. */
async function released(
  work: RoundWork,
  means: Means,
  record: DatasetRecord,
  release: string,
): Promise<RoundResult> {
  const ledger = means.ledger()
  let isMade = false
  try {
    const update = await trained(work, record, means)
    if (!update.ok) return faultOf(update)
    const fault = withdrawal(work, means)
    if (fault !== null) return fault
    const digest = await work.shelf.put(update.value)
    const named = ledger.commit(release, digest)
    if (!named.ok) return faultOf(named)
    isMade = true
    return contributed(work, digest, ledger)
  } finally {
    if (!isMade) ledger.abandon(release)
  }
}

function contributed(
  { task, taskId }: RoundWork,
  digest: Digest,
  ledger: PrivacyLedger,
): RoundResult {
  const { privacy, local_steps } = task.inputs
  const account = ledger.account('task', taskId)
  if (!account.ok || privacy === null) throw new RangeError(`task ${taskId} has paid for nothing`)
  const { spent, budget } = account.value
  return {
    kind: 'contributed',
    digest,
    examples: null,
    privacy: {
      epsilon: spent.epsilon,
      delta: budget.delta,
      noise_multiplier: privacy.noise_multiplier,
      clip_norm: privacy.clip_norm,
      steps: local_steps,
    },
  }
}

async function trained(
  work: RoundWork,
  record: DatasetRecord,
  { runsOn }: Means,
): Promise<Outcome<Uint8Array>> {
  const { signal, task, onProgress } = work
  const order = orderOf(work, record, runsOn)
  const form = formOf(task.inputs)
  const made = await untilItEnds(signal, (options) =>
    contributeInChild(order, form, {
      ...options,
      onProgress: ({ step, steps }) => onProgress((100 * step) / steps),
    }),
  )
  return made.ok ? pass(made.value.update) : made
}

/** Again where the child was killed: nothing has left it. */
async function untilItEnds<T>(
  signal: AbortSignal,
  begin: (options: { readonly signal: AbortSignal }) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  for (let cutOff = 0; ; cutOff++) {
    const outcome = await begin({ signal })
    signal.throwIfAborted()
    if (outcome.ok || outcome.code !== 'TRAINING_CUT_OFF' || cutOff === CUT_OFF_MAX) return outcome
  }
}

/** Room for what the operator has added to a file since. */
const GROWTH = 1.25

function orderOf({ task, model }: TrainingWork, record: DatasetRecord, runsOn: RunsOn): ChildOrder {
  return {
    model,
    spec: specOf(task, record, runsOn),
    data: withLabels(record.source, labelTypeOf(task.inputs)),
    validation: null,
    weights: null,
    checkpointFile: null,
    dataBytesMax: Math.ceil(record.bytes * GROWTH) + 2 ** 20,
  }
}

/** Why the task is not for this node, as far as data and budget can tell. */
function objectionTo(
  { task, requester }: Pick<TrainingWork, 'task' | 'requester'>,
  book: DatasetBook,
  ledger: () => PrivacyLedger,
) {
  const nothing = { needs: null, has: null }
  const missing: Objection = { reason: 'data_missing', ...nothing }
  try {
    const record = book.find(task.inputs.dataset)
    if (record === null) return { record, objection: missing }
    if (!isGranted(record, requester)) {
      return { record, objection: { reason: 'not_granted', ...nothing } as Objection }
    }
    const request = requestOf({ task, taskId: anyTask }, record)
    if (request === null) {
      const objection: Objection = { reason: 'operator_limit', ...nothing }
      return { record, objection: record.allow_plain ? null : objection }
    }
    if (ledger().affords(request).ok) return { record, objection: null }
    const account = ledger().account('dataset', record.name)
    const has = account.ok ? account.value.left : null
    const objection: Objection = { reason: 'budget_spent', needs: null, has }
    return { record, objection }
  } catch (error) {
    // A budget that cannot be read is taken to be spent.
    if (error instanceof VcpError) {
      return { record: null, objection: { reason: 'budget_spent', ...nothing } as Objection }
    }
    throw error
  }
}
