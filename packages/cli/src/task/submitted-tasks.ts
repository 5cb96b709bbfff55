// What was submitted from here, a line for each task: without its digest nobody can say later that
// a result is of the task that was meant.
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Digest, EvidenceLevel, TaskId, TaskSpec, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { openDataFolder } from '../keystore/data-folder.ts'

const SubmittedTask = z.object({
  task_id: TaskId,
  task_digest: Digest,
  /** The least that its result has to show. */
  level: EvidenceLevel,
  /** Of a task that wants a proof: it says what the proof has to show. */
  task: TaskSpec.optional(),
})
export type SubmittedTask = z.infer<typeof SubmittedTask>

/** The newest that are looked through: some 80,000. */
const bytesRead = 16_777_216

function fileIn(dataDir: string): string {
  return join(dataDir, 'submitted.ndjson')
}

/** Keeps what was submitted; the same task again adds a line that says the same. */
export function noteSubmitted(
  dataDir: string,
  { task_id, task_digest, level, task }: SubmittedTask,
): void {
  openDataFolder(dataDir)
  const path = fileIn(dataDir)
  try {
    const file = openSync(path, 'a', 0o600)
    try {
      writeSync(file, `${JSON.stringify({ task_id, task_digest, level, task })}\n`)
    } finally {
      closeSync(file)
    }
  } catch (cause) {
    throw new VcpError('DATA_FOLDER_UNUSABLE', { message: `${path} cannot be written`, cause })
  }
}

/** What was submitted under an id from this folder; null where that is not known. */
export function findSubmitted(dataDir: string, taskId: TaskId): SubmittedTask | null {
  const lines = newestText(fileIn(dataDir)).split('\n')
  for (const line of lines.reverse()) {
    if (!line.includes(taskId)) continue
    const read = SubmittedTask.safeParse(parsed(line))
    if (read.success && read.data.task_id === taskId) return read.data
  }
  return null
}

function newestText(path: string): string {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
  try {
    const { size } = fstatSync(file)
    const bytes = Buffer.alloc(Math.min(size, bytesRead))
    const length = readSync(file, bytes, 0, bytes.length, size - bytes.length)
    return bytes.toString('utf8', 0, length)
  } finally {
    closeSync(file)
  }
}

/** A line may be cut: the first that is looked at, or the last that was written. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
