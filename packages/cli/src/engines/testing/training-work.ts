// A small training with everything that a node needs for it: points in three sectors of a plane, a
// model that learns them, a data folder whose operator lets it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeModel, ModelBuilder } from '@vcp/learning'
import {
  type Cid,
  cidOf,
  type RoundId,
  type RoundOrder,
  type TaskId,
  TaskSpec,
  uuidV7From,
} from '@vcp/protocol'
import { type DatasetRecord, openDatasetBook } from '../../datasets/dataset-book.ts'
import { openLedger } from '../../datasets/ledger-place.ts'
import type { TrainingTask } from '../trainer.ts'

/** Numbers that look like chance and are the same each time. */
function numbersFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

export function sectorRows(count: number, seed = 1): readonly string[] {
  const next = numbersFrom(seed)
  return Array.from({ length: count }, () => {
    const angle = 2 * Math.PI * next()
    const sector = Math.floor((3 * angle) / (2 * Math.PI))
    return `${Math.cos(angle)},${Math.sin(angle)},${sector}`
  })
}

export function sectorModel(hidden = 8, activation = 'Tanh'): Uint8Array {
  const next = numbersFrom(7)
  const some = (count: number) => Array.from({ length: count }, () => next() - 0.5)
  const b = new ModelBuilder()
  const point = b.input('point', 'float32', ['batch', 2])
  const first = [point, b.weight('w1', [2, hidden], some(2 * hidden))]
  const inner = b.node(activation, [
    b.node('Gemm', [...first, b.weight('b1', [hidden], some(hidden))]),
  ])
  const second = [inner, b.weight('w2', [hidden, 3], some(3 * hidden))]
  b.output(b.node('Gemm', [...second, b.weight('b2', [3], some(3))]), ['batch', 3])
  return encodeModel(b.build())
}

export interface Granted {
  readonly rows?: readonly string[]
  readonly epsilon?: number
  readonly allowPlain?: boolean
  readonly examples?: number
  readonly allow?: DatasetRecord['allow']
}

/** Adds the data set `points` to a data folder; the answer is its file. */
export function grantPoints(dataDir: string, granted: Granted = {}): DatasetRecord {
  const { rows = sectorRows(400), epsilon = 100, examples } = granted
  const { allowPlain = false, allow = null } = granted
  const path = join(dataDir, 'points.csv')
  writeFileSync(path, ['a,b,sector', ...rows].join('\n'))
  const record: DatasetRecord = {
    name: 'points',
    source: {
      format: 'csv',
      path,
      delimiter: ',',
      inputs: { x: { fields: ['a', 'b'], type: 'float32' } },
      labels: { fields: ['sector'], type: 'int64' },
    },
    examples: examples ?? rows.length,
    bytes: 16 * rows.length,
    allow_plain: allowPlain,
    allow,
    added_at_ms: 0,
  }
  openDatasetBook(dataDir).put(record)
  const ledger = openLedger(dataDir)
  ledger.grant('points', { epsilon, delta: 1e-5 })
  ledger.close()
  return record
}

export interface GivenTraining {
  readonly task: TrainingTask
  readonly blobs: ReadonlyMap<Cid, Uint8Array>
}

const private_ = { budget: { epsilon: 50, delta: 1e-5 }, noise_multiplier: 1, clip_norm: 1 }

export function trainingTask(inputs: object = {}, model = sectorModel()): GivenTraining {
  const cid = cidOf('raw', model)
  const task = TaskSpec.parse({
    task_type: 'federated_learning',
    inputs: {
      model: cid,
      loss: 'softmax_cross_entropy',
      dataset: 'points',
      rounds: 3,
      local_steps: 10,
      batch_size: 40,
      learning_rate: 0.5,
      privacy: private_,
      ...inputs,
    },
  }) as TrainingTask
  return { task, blobs: new Map([[cid, model]]) }
}

export function roundOrder(model: Cid, number = 1, id = number): RoundOrder {
  const round_id = uuidV7From(1_790_000_000_000, new Uint8Array(10).fill(id)) as RoundId
  return { round_id, number, model, closes_at_ms: Date.now() + 3_600_000 }
}

export function taskIdOf(number: number): TaskId {
  return uuidV7From(1_790_000_000_000, new Uint8Array(10).fill(number)) as TaskId
}
