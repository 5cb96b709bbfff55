// What an agent says of itself on its local socket beyond its status, for those who look closer:
// `GET /history`, `GET /mesh`, `GET /results`, `GET /training`. All of it is bounded.
import { DeclineReason, GpuTelemetry, PeerId, RoundId, TaskId } from '@vcp/protocol'
import * as z from 'zod'

export const readingsMax = 120
export const peersShownMax = 256
export const resultsShownMax = 200

const Count = z.int().min(0)
const Figure = z.number().nullable()

/** The machine as it was; null: it could not tell. */
export const PastReading = z.object({
  at_ms: z.number(),
  cpu_percent: Figure,
  others_cpu_percent: Figure,
  memory_percent: Figure,
  temperature_c: Figure,
  latency_ms: Figure,
  bandwidth_down_mbps: Figure,
  gpus: z.array(GpuTelemetry),
})

/** From the oldest to the newest. */
export const History = z.object({ readings: z.array(PastReading).max(readingsMax) })

export const ConnectedPeer = z.object({
  peer_id: PeerId,
  address: z.string(),
  /** Whether this node dialled. */
  is_ours: z.boolean(),
  is_relayed: z.boolean(),
  /** Null: not measured yet. */
  round_trip_ms: Figure,
  opened_at_ms: z.number(),
})

export const MeshStatus = z.object({
  connections: z.array(ConnectedPeer).max(peersShownMax),
  connections_in_all: Count,
  topics: z.array(
    z.object({
      name: z.string(),
      /** Messages that were taken since the agent was started. */
      heard: Count,
      /** Peers known to follow it. */
      followers: Count,
    }),
  ),
  /** What the mesh counted since the start, by what it was. */
  counters: z.record(z.string(), Count),
})

/** How an offer ended on this node. */
export const TaskResult = z.object({
  task_id: TaskId,
  lease_epoch: Count,
  end: z.enum(['settled', 'dropped', 'declined']),
  reason: z.string(),
  declined: DeclineReason.nullable(),
  ended_at_ms: z.number(),
})

/** Remembered for a while; the newest first. */
export const Results = z.object({
  results: z.array(TaskResult).max(resultsShownMax),
  results_in_all: Count,
})

/** The trainings that this node takes part in. */
export const TrainingStatus = z.object({
  trainings: z.array(
    z.object({
      task_id: TaskId,
      accepted_at_ms: z.number(),
      /** What it was last asked to train for; null: no round yet. */
      round: z
        .object({
          round_id: RoundId,
          number: Count,
          closes_at_ms: z.number(),
          /** Whether the update is signed: it is on its way, or has arrived. */
          is_contributed: z.boolean(),
        })
        .nullable(),
    }),
  ),
})

export type PastReading = z.infer<typeof PastReading>
export type History = z.infer<typeof History>
export type ConnectedPeer = z.infer<typeof ConnectedPeer>
export type MeshStatus = z.infer<typeof MeshStatus>
export type TaskResult = z.infer<typeof TaskResult>
export type TrainingStatus = z.infer<typeof TrainingStatus>
export type Results = z.infer<typeof Results>

/** What can be asked for, by its path. */
export const detailRoutes = {
  '/history': History,
  '/mesh': MeshStatus,
  '/results': Results,
  '/training': TrainingStatus,
} as const

export type DetailPath = keyof typeof detailRoutes
export type DetailOf<Path extends DetailPath> = z.infer<(typeof detailRoutes)[Path]>

/** How each is found out. */
export type Details = { readonly [Path in DetailPath]: () => DetailOf<Path> }
