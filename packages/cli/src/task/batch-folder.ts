// The results of a batch: `000001.out` for the task on line 1, `results.ndjson` with what is known
// of each, and `batch.json`, from which all ids follow.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import type { VerifiedResult } from '@vcp/client'
import { type Digest, digestOf, TaskId, uuidV7From, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import type { Host } from '../host.ts'

export interface BatchFolder {
  readonly path: string
  /** The id of the task on a line: another task on that line has another one. */
  idOf(line: number, digest: Digest): TaskId
  /** Whether a verified result of it is here. */
  has(taskId: TaskId): boolean
  add(line: number, result: VerifiedResult): void
  addFailure(line: number, taskId: TaskId, error: VcpError): void
  close(): void
}

const Origin = z.strictObject({
  format: z.literal('vcp-batch/1'),
  began_at_ms: z.int().min(0),
  seed: z.string().regex(/^[0-9a-f]{64}$/),
})
type Origin = z.infer<typeof Origin>

const Row = z.object({ task_id: TaskId, ok: z.boolean() })

export function openBatchFolder(folder: string, host: Host): BatchFolder {
  const path = resolve(folder)
  const { origin, known, log } = opened(path, () => open(path, host))
  const append = (row: object) => opened(path, () => writeSync(log, `${JSON.stringify(row)}\n`))
  return {
    path,
    idOf(line, digest) {
      const random = Buffer.from(digestOf('vcp/batch-task/1', [origin.seed, line, digest]), 'hex')
      return TaskId.parse(uuidV7From(origin.began_at_ms, random.subarray(0, 10)))
    },
    has: (taskId) => known.has(taskId),
    add(line, { taskId, level, output, receipt }) {
      const name = `${String(line).padStart(6, '0')}.out`
      const file = join(path, name)
      opened(path, () => {
        // The name stands for a whole result, whenever the power fails.
        writeFileSync(`${file}.tmp`, output)
        renameSync(`${file}.tmp`, file)
      })
      const { ending, gas } = receipt
      append({ line, task_id: taskId, ok: true, level, output: name, ending, gas })
    },
    addFailure(line, taskId, { code, message }) {
      append({ line, task_id: taskId, ok: false, error: code, message })
    },
    close: () => closeSync(log),
  }
}

function open(path: string, host: Host) {
  mkdirSync(path, { recursive: true })
  const origin = originIn(join(path, 'batch.json'), host)
  const rows = join(path, 'results.ndjson')
  const known = new Set(existsSync(rows) ? knownIn(readFileSync(rows, 'utf8')) : [])
  return { origin, known, log: openSync(rows, 'a') }
}

function originIn(file: string, host: Host): Origin {
  if (existsSync(file)) {
    const read = Origin.safeParse(parsed(readFileSync(file, 'utf8')))
    if (read.success) return read.data
    throw new VcpError('INVALID', {
      message: `${file} is not what a batch leaves behind`,
      hint: 'Name another folder with --out.',
    })
  }
  const seed = Buffer.from(host.randomBytes(32)).toString('hex')
  const origin = { format: 'vcp-batch/1', began_at_ms: host.nowMs(), seed } as const
  writeFileSync(file, `${JSON.stringify(origin)}\n`, { flag: 'wx' })
  return origin
}

function knownIn(text: string): readonly TaskId[] {
  return text.split('\n').flatMap((line) => {
    // The last line may be cut: its task is asked for again.
    const row = Row.safeParse(parsed(line))
    return row.success && row.data.ok ? [row.data.task_id] : []
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function opened<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (cause instanceof VcpError || code === 'ENOSPC' || code === 'EDQUOT') throw cause
    throw new VcpError('OUTPUT_UNWRITABLE', { message: `${path} cannot be written to`, cause })
  }
}
