// Models and held-out sets, looked at before anything is trained with them.
import type { Aggregator, Parameter } from '@vcp/learning'
import type { BlobStore } from '@vcp/mesh'
import {
  type Cid,
  type FederatedLearning,
  type Outcome,
  type PeerId,
  pass,
  refuse,
  type TaskSpec,
  type Update,
} from '@vcp/protocol'
import type { State } from '../core/state.ts'
import { lossNames } from './aggregation-spec.ts'
import { checkUpdate, checkWords } from './check-update.ts'
import { objectionTo, objectionToSize } from './objections.ts'
import type { SecureRounds } from './secure-rounds.ts'
import { sizedBlob } from './sized-blob.ts'

export interface Examinations {
  /** Refuses a training that could not be run as it is asked for, and says why. */
  admit(task: TaskSpec): Promise<Outcome<null>>
  /** Refuses with `INVALID` what is no update of its training; the blob of it is here. */
  check(update: Update, from: PeerId): Promise<Outcome<null>>
}

export interface ExaminationParts {
  readonly state: State
  readonly store: BlobStore
  readonly aggregator: Pick<Aggregator, 'examine'>
  readonly secure: Pick<SecureRounds, 'awaitsWords'>
}

/** Models whose parameters are remembered. */
const knownMax = 256

export function createExaminations({
  state,
  store,
  aggregator,
  secure,
}: ExaminationParts): Examinations {
  const known = new Map<Cid, Promise<Outcome<readonly Parameter[]>>>()
  /** One is in memory at a time, however many come at once. */
  let last: Promise<unknown> = Promise.resolve()

  async function examine({ inputs }: FederatedLearning): Promise<Outcome<readonly Parameter[]>> {
    const model = sizedBlob(store, inputs.model, 'the model')
    if (!model.ok) return model
    const { evaluation } = inputs
    const heldOut =
      evaluation === null ? pass(null) : sizedBlob(store, evaluation, 'the held-out set')
    if (!heldOut.ok) return heldOut
    const order = { loss: lossNames[inputs.loss], isPrivate: inputs.privacy !== null }
    const input = { model: model.value, heldOut: heldOut.value }
    const examined = await aggregator.examine(order, input)
    return examined.ok ? pass(examined.value.parameters) : examined
  }

  function remember(model: Cid, found: Promise<Outcome<readonly Parameter[]>>): void {
    const [oldest] = known.keys()
    if (oldest !== undefined && known.size >= knownMax) known.delete(oldest)
    known.set(model, found)
  }

  function parametersOf(spec: FederatedLearning): Promise<Outcome<readonly Parameter[]>> {
    const { model } = spec.inputs
    const before = known.get(model)
    if (before !== undefined) return before
    const found = examine(spec)
    remember(model, found)
    // What went wrong for want of a process may go well the next time.
    void found.then((outcome) => outcome.ok || known.delete(model))
    return found
  }

  async function checkOne(update: Update, from: PeerId): Promise<Outcome<null>> {
    const spec = state.tasks.get(update.task_id)?.spec
    if (spec?.task_type !== 'federated_learning') {
      return refuse('TASK_UNKNOWN', `no training is ${update.task_id}`)
    }
    const { secure_aggregation: isSecure } = spec.inputs
    if (isSecure && !secure.awaitsWords(update.round_id, from)) {
      return refuse('ROUND_CLOSED', `no words of ${from} are awaited in this round`)
    }
    const parameters = await parametersOf(spec)
    if (!parameters.ok) return refuse('OVERLOADED', parameters.reason)
    const parts: Uint8Array[] = []
    for await (const part of store.read(update.delta)) parts.push(part)
    const bytes = Buffer.concat(parts)
    if (isSecure) return checkWords(bytes, update, numbersOf(parameters.value))
    return checkUpdate(bytes, update, parameters.value, spec)
  }

  return {
    async admit(task) {
      if (task.task_type !== 'federated_learning') return pass(null)
      const objection = objectionTo(task)
      if (!objection.ok) return objection
      const parameters = await examine(task)
      if (!parameters.ok) {
        const isOurs = parameters.code === 'INTERRUPTED'
        return isOurs ? parameters : refuse('TASK_REFUSED', parameters.reason)
      }
      remember(task.inputs.model, Promise.resolve(parameters))
      const nodes = Math.max(task.requirements.min_nodes, task.inputs.updates_min)
      return objectionToSize(task.inputs, nodes, numbersOf(parameters.value))
    },
    check(update, from) {
      const done = last.then(() => checkOne(update, from))
      last = done.catch(() => 'whoever asked is told')
      return done
    },
  }
}

function numbersOf(parameters: readonly Parameter[]): number {
  const sizeOf = ({ shape }: Parameter) => shape.reduce((product, size) => product * size, 1)
  return parameters.reduce((sum, each) => sum + sizeOf(each), 0)
}
