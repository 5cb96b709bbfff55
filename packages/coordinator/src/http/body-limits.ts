import { limits, type RouteName } from '@vcp/protocol'

const standardBytesMax = 16_384

/** JSON is wordier than the canonical bytes that a task has in the log. */
const taskBytesMax = 2 * limits.ledgerEventBytesMax

const bytesMax: Readonly<Partial<Record<RouteName, number>>> = {
  registerNode: 2 * limits.heartbeatBytesMax + standardBytesMax,
  heartbeat: 2 * limits.heartbeatBytesMax,
  submitTask: taskBytesMax,
  tryTask: taskBytesMax,
  // A thousand tasks of 8 KB; larger ones come in smaller batches.
  submitTasks: 8_388_608,
  verifyProof: 4 * 65_536,
}

/** What the body of a request may have, in bytes. Blobs have limits of their own, where they go. */
export function bodyBytesMax(name: RouteName): number {
  return bytesMax[name] ?? standardBytesMax
}
