// Many tasks from a file, their results in a folder. What is in the folder is not asked for again,
// and what was submitted is not submitted again: the ids of a batch follow from its first run.
import { type BatchOutcome, type PreparedTask, prepareTask, runBatch } from '@vcp/client'
import { exitCodes, VcpError } from '@vcp/protocol'
import type { Context } from '../command.ts'
import { withCoordinator } from '../coordinator-client.ts'
import { proofChecker } from '../proof/proof-checker.ts'
import { fields, type Style } from '../style.ts'
import { type BatchFolder, openBatchFolder } from './batch-folder.ts'
import { readBatchLines } from './batch-lines.ts'
import { keptLogs } from './kept-logs.ts'
import { progressBar } from './progress-bar.ts'

export interface BatchAsked {
  readonly file: string
  readonly out: string
  readonly open: number
}

export interface BatchSummary {
  readonly folder: string
  readonly tasks: number
  /** Verified before, and not asked for again. */
  readonly known: number
  readonly done: number
  readonly failed: number
  /** Of those that failed, those whose evidence did not hold. */
  readonly unverified: number
}

export interface BatchTask extends PreparedTask {
  /** In the file, from 1. */
  readonly line: number
}

const silenceMs = 300_000

export async function submitBatch(asked: BatchAsked, context: Context): Promise<BatchSummary> {
  const folder = openBatchFolder(asked.out, context.host)
  const bar = progressBar(context)
  const counts = { tasks: 0, known: 0, done: 0, failed: 0, unverified: 0 }
  async function* tasks(): AsyncGenerator<BatchTask> {
    for await (const { line, task, blobs, digest } of readBatchLines(asked.file)) {
      counts.tasks += 1
      const taskId = folder.idOf(line, digest)
      if (folder.has(taskId)) counts.known += 1
      else yield { ...prepareTask(task, { taskId, blobs }), line }
      bar.found(counts.tasks)
    }
  }
  try {
    await withCoordinator(
      context,
      async (connection) => {
        const options = { knownLogs: keptLogs(context.dataDir), openMax: asked.open, proofChecker }
        for await (const outcome of runBatch(connection, tasks(), options)) {
          record(outcome, folder, counts)
          bar.ended(counts.known + counts.done + counts.failed, counts.failed)
        }
      },
      { signsIn: true, silenceMs, onWait: bar.waits },
    )
  } catch (error) {
    throw context.host.signal.aborted ? interrupted(folder) : error
  } finally {
    bar.end()
    folder.close()
  }
  return { folder: folder.path, ...counts }
}

function record(
  outcome: BatchOutcome<BatchTask>,
  folder: BatchFolder,
  counts: { done: number; failed: number; unverified: number },
): void {
  const { line, submission } = outcome.item
  if (outcome.ok) {
    folder.add(line, outcome.result)
    counts.done += 1
    return
  }
  const { error } = outcome
  folder.addFailure(line, submission.task_id, error)
  counts.failed += 1
  if (error.exitCode === exitCodes.verificationFailed) counts.unverified += 1
}

function interrupted({ path }: BatchFolder): VcpError {
  return new VcpError('INTERRUPTED', {
    message: `the batch is interrupted; what came until now is in ${path}`,
    hint: 'Run the same command again: it goes on where it stopped, and submits nothing twice.',
    details: { folder: path },
  })
}

export function batchText(summary: BatchSummary, style: Style): string {
  const { folder, tasks, known, done, failed, unverified } = summary
  const rows: (readonly [string, string])[] = [
    ['tasks', String(tasks)],
    ['verified', `${done} now${known > 0 ? `, ${known} before` : ''}`],
  ]
  if (failed > 0) rows.push(['failed', style.bad(String(failed))])
  if (unverified > 0) rows.push(['not verified', style.bad(String(unverified))])
  rows.push(['results', folder])
  return fields(rows, style)
}

export function batchExitCode({ failed, unverified }: BatchSummary): number {
  if (unverified > 0) return exitCodes.verificationFailed
  return failed > 0 ? exitCodes.taskFailed : exitCodes.ok
}
