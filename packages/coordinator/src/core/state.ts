// Everything that the core knows. It changes in `apply` alone, but for what nodes report of
// themselves, which is not in the journal. Reading it is free to all.
import type { AccountId, EvidenceLevel, PeerId, RoundId, TaskId, TaskState } from '@vcp/protocol'
import { evidenceLevels, taskStates } from '@vcp/protocol'
import { Matcher } from './match/matcher.ts'
import { Books } from './money/books.ts'
import type { NodeRecord } from './nodes/node-record.ts'
import type { RoundRecord } from './rounds/round-record.ts'
import type { Settings } from './settings.ts'
import type { TaskRecord } from './tasks/task-record.ts'
import { Timers } from './timers.ts'

export class State {
  readonly settings: Settings
  readonly accounts = new Set<AccountId>()
  readonly nodes = new Map<PeerId, NodeRecord>()
  /** By `nameKey`: what people call a node is unique per owner. */
  readonly nodeNames = new Map<string, PeerId>()
  readonly tasks = new Map<TaskId, TaskRecord>()
  readonly rounds = new Map<RoundId, RoundRecord>()
  readonly books = new Books()
  readonly taskCounts = zeros(taskStates)
  readonly levelCounts = zeros(evidenceLevels)
  /** The index that the next entry of the journal has. */
  nextIndex = 0
  /** The time of the newest entry: time never runs backwards in the journal. */
  atMs = 0

  /** From here on all is worked out from the rest. */
  readonly matcher: Matcher
  readonly timers = new Timers()

  constructor(settings: Settings) {
    this.settings = settings
    this.matcher = new Matcher(settings.strategy)
  }
}

export type TaskCounts = Record<TaskState, number>
export type LevelCounts = Record<EvidenceLevel, number>

function zeros<Key extends string>(keys: readonly Key[]): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>
}
