// Whether a task keeps the rules of the policy in force, before anybody looks for nodes.
import type { Profile } from './policy.ts'
import type { TaskSpec } from './tasks/task.ts'

export type PolicyBreach =
  | { readonly code: 'EXECUTION_TOO_LONG'; readonly asked: number; readonly limit: number }
  | { readonly code: 'PAYLOAD_TOO_LARGE'; readonly asked: number; readonly limit: number }
  | { readonly code: 'WASM_NOT_ALLOWED' }

const bytesPerMb = 1_048_576

/** Every rule that the task breaks. `payloadBytes` counts the body and the blobs it names. */
export function breachesOf(
  spec: TaskSpec,
  payloadBytes: number,
  profile: Profile,
): readonly PolicyBreach[] {
  const policy = profile.tasks[spec.task_type]
  const seconds = Math.max(spec.requirements.max_execution_seconds, ownSeconds(spec))
  const found: PolicyBreach[] = []
  if (seconds > policy.execution_seconds_max) {
    const limit = policy.execution_seconds_max
    found.push({ code: 'EXECUTION_TOO_LONG', asked: seconds, limit })
  }
  if (payloadBytes > policy.payload_mb_max * bytesPerMb) {
    const limit = policy.payload_mb_max * bytesPerMb
    found.push({ code: 'PAYLOAD_TOO_LARGE', asked: payloadBytes, limit })
  }
  if (spec.task_type === 'wasm_execution' && !policy.allows_wasm) {
    found.push({ code: 'WASM_NOT_ALLOWED' })
  }
  return found
}

/** What the task's own inputs say about how long it runs. */
function ownSeconds(spec: TaskSpec): number {
  switch (spec.task_type) {
    case 'wasm_execution':
    case 'computation':
      return spec.inputs.limits.seconds
    case 'connect_only':
      return spec.inputs.duration_seconds
    case 'federated_learning':
      return spec.inputs.round_seconds
    case 'zk_proof':
      return 0
  }
}
