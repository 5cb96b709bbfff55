// What the HTTP side asks of the rest of the coordinator. Whoever implements these decides what a
// viewer may see; what somebody may not see is, to them, not there.
import type { Readable } from 'node:stream'
import type {
  AccountId,
  AccountStanding,
  Cid,
  ConsistencyProof,
  CoordinatorHealth,
  Digest,
  Envelope,
  Evidence,
  InclusionProof,
  LedgerEntry,
  NodeHistory,
  NodeInfo,
  NodeMode,
  NodeStatus,
  NodeType,
  Outcome,
  Round,
  RoundId,
  routes,
  SignedNodeBinding,
  Submission,
  TaskId,
  TaskInfo,
  TaskSpec,
  TaskState,
  TaskType,
} from '@vcp/protocol'
import type * as z from 'zod'
import type { Identity } from '../accounts/identity.ts'

type BodyOf<Schema> = Schema extends z.ZodType ? z.output<Schema> : never

export type Fits = BodyOf<(typeof routes.whyTask)['answer']>
export type Assignments = BodyOf<(typeof routes.taskAssignments)['answer']>['assignments']
export type ClusterStats = BodyOf<(typeof routes.clusterStats)['answer']>
export type ClusterCensus = BodyOf<(typeof routes.clusterCensus)['answer']>
export type ProofClaim = BodyOf<(typeof routes.verifyProof)['body']>
export type ProofKey = BodyOf<(typeof routes.proofKey)['answer']>
export type ProofJudgement = BodyOf<(typeof routes.verifyProof)['answer']>

/** A part of a list, from just behind `after`. */
export interface PageAsked {
  readonly after: string | null
  readonly limit: number
}

export interface Page<Item> {
  readonly items: readonly Item[]
  /** What `after` is for the next page; null behind the last. */
  readonly next: string | null
}

export interface TaskDesk {
  /** Takes or refuses each by itself; what is taken is on disk when this resolves. */
  submit(
    ownerId: AccountId,
    submissions: readonly Submission[],
  ): Promise<readonly Outcome<TaskInfo>[]>
  fits(task: TaskSpec): Outcome<Fits>
  list(viewer: Identity, asked: TaskListAsked): Promise<Page<TaskInfo>>
  show(viewer: Identity, taskId: TaskId): Promise<Outcome<TaskInfo>>
  cancel(viewer: Identity, taskId: TaskId): Promise<Outcome<TaskInfo>>
  /** The task as submitted, from the log. */
  spec(viewer: Identity, taskId: TaskId): Promise<Outcome<TaskSpec>>
  why(viewer: Identity, taskId: TaskId): Outcome<Fits>
  assignments(viewer: Identity, taskId: TaskId): Promise<Outcome<Assignments>>
  evidence(viewer: Identity, taskId: TaskId): Promise<Outcome<Evidence>>
}

export interface TaskListAsked extends PageAsked {
  readonly status: TaskState | null
  readonly taskType: TaskType | null
}

/** A node by its key, or by the name that its owner gave it. */
export type NodeName = string

export interface NodeRegistry {
  /** The envelope has been opened: it is signed, fresh and new. */
  register(
    ownerId: AccountId,
    registration: Envelope<'registration'>,
    binding: SignedNodeBinding | null,
  ): Promise<Outcome<NodeInfo>>
  list(viewer: Identity, asked: NodeListAsked): Promise<Page<NodeInfo>>
  show(viewer: Identity, name: NodeName): Promise<Outcome<NodeInfo>>
  history(viewer: Identity, name: NodeName): Outcome<NodeHistory>
  remove(viewer: Identity, name: NodeName): Promise<Outcome<null>>
  heartbeat(heartbeat: Envelope<'heartbeat'>): Promise<Outcome<NodeInfo>>
  setMode(
    viewer: Identity,
    name: NodeName,
    mode: Exclude<NodeMode, 'safe_mode'>,
    reason: string | null,
  ): Promise<Outcome<NodeInfo>>
}

export interface NodeListAsked extends PageAsked {
  readonly status: NodeStatus | null
  readonly nodeType: NodeType | null
}

export interface LedgerReader {
  readonly size: number
  checkpoint(): Promise<string>
  entries(from: number, limit: number): Promise<Outcome<readonly LedgerEntry[]>>
  inclusion(index: number, size: number): Promise<Outcome<InclusionProof>>
  consistency(from: number, to: number): Promise<Outcome<ConsistencyProof>>
}

export interface RoundBook {
  list(viewer: Identity, taskId: TaskId | null, asked: PageAsked): Promise<Page<Round>>
  show(viewer: Identity, roundId: RoundId): Promise<Outcome<Round>>
}

/** Something that happened. */
export interface FeedEvent {
  /** Its place in the log: `after` for whoever goes on from here. */
  readonly index: number
  readonly type: string
  readonly data: unknown
}

export interface EventFeed {
  readonly newest: number
  /**
   * What happened after a place, as far as the viewer may see it and it is of one of the types
   * (null: of any), one page at most, and the place up to which was looked.
   */
  read(
    viewer: Identity,
    after: number,
    types: ReadonlySet<string> | null,
  ): Promise<{ readonly events: readonly FeedEvent[]; readonly upTo: number }>
  /** Resolves when there is more after a place, or when the signal aborts. */
  more(after: number, signal: AbortSignal): Promise<void>
}

export interface Cluster {
  health(): CoordinatorHealth
  stats(): ClusterStats
  census(): ClusterCensus
  /** The account exists; the books may have it. Told again, it changes nothing. */
  accountOpened(accountId: AccountId): Promise<Outcome<null>>
  standing(viewer: Identity): Promise<AccountStanding>
}

export interface BlobKeeper {
  put(cid: Cid, bytes: Readable): Promise<Outcome<number>>
  /** All of a blob that is here and not larger; null for any other. */
  small(cid: Cid, bytesMax: number): Promise<Uint8Array | null>
  /** `from` may be beyond the end; the reader then gets nothing. */
  get(cid: Cid, range: ByteRange | null): Promise<Outcome<StoredBytes>>
}

/** Both inclusive. */
export interface ByteRange {
  readonly from: number
  readonly to: number | null
}

export interface StoredBytes {
  readonly bytes: Readable
  readonly from: number
  readonly length: number
  /** Of the whole blob. */
  readonly total: number
}

export interface ProofChecker {
  check(claim: ProofClaim): Promise<Outcome<ProofJudgement>>
  key(digest: Digest): Promise<Outcome<ProofKey>>
}

/** What an answer shows is on disk before the answer goes out. Everything behind the routes. */
export interface Backend {
  readonly tasks: TaskDesk
  readonly nodes: NodeRegistry
  readonly ledger: LedgerReader
  readonly rounds: RoundBook
  readonly feed: EventFeed
  readonly cluster: Cluster
  readonly blobs: BlobKeeper
  readonly proofs: ProofChecker
}
