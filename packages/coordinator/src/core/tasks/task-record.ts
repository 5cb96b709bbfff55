import {
  type AccountId,
  type AssignmentState,
  type Cid,
  type Commitment,
  type DeclineReason,
  type Demand,
  type Digest,
  type Envelope,
  type EvidenceLevel,
  type HashesBelow,
  isAskedOnce,
  isEnded,
  type PeerId,
  type Receipt,
  type RoundId,
  type TaskId,
  type TaskSpec,
  type TaskState,
  type TaskType,
} from '@vcp/protocol'

/** A task given to a node, from the offer to its end. */
export interface Assignment {
  readonly peerId: PeerId
  readonly epoch: number
  readonly offeredAtMs: number
  /** The node's operator at that time. */
  readonly operator: string
  state: AssignmentState
  /** Until when the node must be heard of again. */
  leaseEndsAtMs: number
  acceptedAtMs: number | null
  /** When it ended without a result; null while it has not. */
  endedAtMs: number | null
  declined: DeclineReason | null
  /** What was said of its end; null where nothing was. */
  reason: string | null
  commitment: Commitment | null
  /** Of training: how many of its updates were taken. */
  updates: number
  /** Of FedBuff: the round whose model the node is at work on; null while it has none. */
  trainsFor: RoundId | null
  /** What was revealed; forgotten once the task has ended. */
  receipt: Receipt | null
  /**
   * Shown to us and to nobody else until enough have shown theirs. Not in the journal: after a
   * restart it is asked for anew.
   */
  held: Envelope<'receipt'> | null
  /** Whether the proof in it is being checked; not in the journal either. */
  isProofAsked: boolean
  /** Where commitment and receipt are in the log. */
  committedIndex: number | null
  revealedIndex: number | null
}

/** Two runs that disagree, narrowed to a place in their traces. */
export interface Dispute {
  readonly one: PeerId
  readonly other: PeerId
  level: number
  index: number
  hashes: { readonly one: Digest; readonly other: Digest }
  /** What the parties said lies below; not in the journal, asked anew after a restart. */
  answers: { one: HashesBelow | null; other: HashesBelow | null }
  /** Until when both must have answered. */
  answerUntilMs: number
  referee: PeerId | null
  refereeUntilMs: number
}

/** How far a federated training has come. */
export interface Training {
  /** The newest model. */
  model: Cid
  /** The moments of the strategy, where it has any. */
  strategyState: Cid | null
  /** What the updates of the next round are clipped to, where that is adapted; else null. */
  clipNorm: number | null
  /** The largest epsilon that an update came with. */
  epsilonSpent: number | null
  /** Rounds closed with enough updates, whatever became of them: each may have released a sum. */
  releases: number
  roundsDone: number
  /** What each node's updates count for when the reward is shared out, under whatever lease. */
  readonly points: Map<PeerId, number>
  /** Rounds in a row that had to be given up. */
  roundsFailed: number
  /** The round that is under way. */
  round: RoundId | null
}

export interface TaskRecord {
  readonly taskId: TaskId
  readonly ownerId: AccountId
  readonly type: TaskType
  readonly digest: Digest
  readonly rewardMicro: number
  /** Where the task as submitted is in the log. */
  readonly submittedIndex: number
  readonly createdAtMs: number
  updatedAtMs: number
  /** The task as submitted; forgotten once it has ended. */
  spec: TaskSpec | null
  demand: Demand | null
  demandKey: string
  state: TaskState
  /** For people: what it waits for, or how it ended. */
  reason: string | null
  /** How many assignments should be open or have a result, and how many results must agree. */
  copies: number
  quorum: number
  /** The epoch of the newest lease. */
  epoch: number
  /** Assignments that ended without a result. */
  failures: number
  /** Until when a node must be found; null while none is looked for. */
  matchUntilMs: number | null
  readonly assignments: Assignment[]
  dispute: Dispute | null
  /** Null for every other type of task. */
  readonly training: Training | null
  level: EvidenceLevel | null
  output: Cid | null
  /** Taken on one node's word, which a later audit of it may still shake. */
  provisional: boolean
  /** The task as submitted, for as long as its result may have to be checked by another run. */
  recheckable: TaskSpec | null
  /** The task whose result this one checks. */
  checks: TaskId | null
}

/** A task that has not ended. */
export type LiveTask = TaskRecord & { readonly spec: TaskSpec }

export function isLive(task: TaskRecord): task is LiveTask {
  return task.spec !== null
}

const openStates: ReadonlySet<AssignmentState> = new Set([
  'offered',
  'accepted',
  'running',
  'committed',
  'revealed',
])

export function isOpen({ state }: Assignment): boolean {
  return openStates.has(state)
}

/** No lease runs while a node waits for others. */
export const UNLIMITED = Number.MAX_SAFE_INTEGER

/** From then on the node that has committed is waited for. */
export function wasAskedToReveal({ state, leaseEndsAtMs }: Assignment): boolean {
  return state === 'committed' && leaseEndsAtMs !== UNLIMITED
}

/** Whether its result may be shown to us now: when we ask, or at once where nobody else runs it. */
export function mayShow(task: TaskRecord, assignment: Assignment): boolean {
  const isAlone = isLive(task) && isAskedOnce(task.spec)
  const hasResult = assignment.state === 'running' || assignment.state === 'committed'
  return wasAskedToReveal(assignment) || (isAlone && hasResult)
}

/** Whether the node has shown its result, to us or to all. */
export function hasShown({ state, held }: Assignment): boolean {
  return state === 'revealed' || held !== null
}

/** The node's assignment under its newest lease. */
export function assignmentOf(task: TaskRecord, peerId: PeerId): Assignment | undefined {
  return task.assignments.findLast((each) => each.peerId === peerId)
}

/** The state of a task that has not ended, as its assignments have it. */
export function stateOf(task: TaskRecord): TaskState {
  if (isEnded(task.state)) return task.state
  const states = new Set(task.assignments.filter(isOpen).map(({ state }) => state))
  if (states.has('committed') || states.has('revealed')) return 'verifying'
  if (states.has('running') || states.has('accepted')) return 'running'
  return states.has('offered') ? 'assigned' : 'pending'
}
