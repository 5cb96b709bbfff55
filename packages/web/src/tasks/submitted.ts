// Which tasks were submitted from this browser, and what exactly they were: without that nobody can
// say whether a result is of the task that was meant.
import type { Digest, TaskId } from '@vcp/protocol'

const key = 'vcp.submitted'
const keptMax = 500

export function rememberSubmitted(taskId: TaskId, digest: Digest): void {
  const all = [...read().filter(([id]) => id !== taskId), [taskId, digest] as const]
  localStorage.setItem(key, JSON.stringify(all.slice(-keptMax)))
}

/** Null: it was not submitted here, or so long ago that it is forgotten. */
export function submittedDigest(taskId: TaskId): Digest | null {
  return (read().find(([id]) => id === taskId)?.[1] ?? null) as Digest | null
}

function read(): readonly (readonly [string, string])[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]')
    return Array.isArray(kept) ? kept : []
  } catch {
    return []
  }
}
