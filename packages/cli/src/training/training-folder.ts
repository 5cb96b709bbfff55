// What is kept of a training on this machine: the task as it was sent with its blobs, so that the
// folder alone is enough to come back to it, the model of every round, and the history.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { nameBlob, type PreparedTask, prepareTask } from '@vcp/client'
import { Round, Submission, VcpError } from '@vcp/protocol'
import * as z from 'zod'

const Kept = z.strictObject({ url: z.string(), submission: Submission })

const History = z.strictObject({
  task_id: z.string(),
  status: z.string(),
  reason: z.string().nullable(),
  rounds: z.array(Round),
})
export type History = z.infer<typeof History>

export interface TrainingFolder {
  readonly path: string
  readonly url: string
  readonly prepared: PreparedTask
  hasModel(round: number): boolean
  keepModel(round: number, bytes: Uint8Array): void
  /** The model that the training came to. */
  keepResult(bytes: Uint8Array): void
  keepHistory(history: History): void
}

const taskFile = 'training.json'

/** Begins a folder, which has to be new or empty. */
export function beginFolder(path: string, url: string, prepared: PreparedTask): TrainingFolder {
  mkdirSync(path, { recursive: true })
  if (readdirSync(path).length > 0) {
    throw new VcpError('USAGE', {
      message: `${path} is not empty`,
      hint: 'Name another folder with --out, or go on with what is in it with --resume.',
    })
  }
  for (const { cid, bytes } of prepared.blobs) write(join(path, `${cid}.blob`), bytes)
  const kept = { url, submission: prepared.submission }
  write(join(path, taskFile), `${JSON.stringify(kept, null, 2)}\n`)
  return folderAt(path, url, prepared)
}

/** A folder that a training was begun in. */
export function openFolder(path: string): TrainingFolder {
  const file = join(path, taskFile)
  if (!existsSync(file)) {
    throw new VcpError('INPUT_UNREADABLE', {
      message: `there is no training in ${path}`,
      hint: 'Name the folder that `vcp train` wrote; it holds a training.json.',
    })
  }
  const kept = Kept.safeParse(parsed(file))
  if (!kept.success) throw new VcpError('INVALID', { message: `${file} is damaged` })
  const { url, submission } = kept.data
  const blobs = readdirSync(path)
    .filter((name) => name.endsWith('.blob'))
    .map((name) => nameBlob(readFileSync(join(path, name))))
  const prepared = prepareTask(submission.task, { taskId: submission.task_id, blobs })
  return folderAt(path, url, prepared)
}

function folderAt(path: string, url: string, prepared: PreparedTask): TrainingFolder {
  const fileOf = (round: number) => join(path, `round-${String(round).padStart(5, '0')}.onnx`)
  return {
    ...{ path, url, prepared },
    hasModel: (round) => existsSync(fileOf(round)),
    keepModel: (round, bytes) => write(fileOf(round), bytes),
    keepResult: (bytes) => write(join(path, 'model.onnx'), bytes),
    keepHistory: (history) => {
      write(join(path, 'history.json'), `${JSON.stringify(history, null, 2)}\n`)
    },
  }
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

/** Whole or not at all: a name stands for all of its bytes. */
function write(file: string, content: string | Uint8Array): void {
  writeFileSync(`${file}.part`, content)
  renameSync(`${file}.part`, file)
}
