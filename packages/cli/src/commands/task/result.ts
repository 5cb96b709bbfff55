import { verifiedResult } from '@vcp/client'
import { evidenceLevels, isEnded, TaskId, taskDigest, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { type Context, defineCommand } from '../../command.ts'
import { withCoordinator } from '../../coordinator-client.ts'
import { proofChecker } from '../../proof/proof-checker.ts'
import { keptLogs } from '../../task/kept-logs.ts'
import { deliver, type ResultData, resultExitCode, resultTalk } from '../../task/result-output.ts'
import { findSubmitted } from '../../task/submitted-tasks.ts'
import { readTask, taskShape } from '../../task/task-input.ts'

export const command = defineCommand({
  about:
    'Fetches the result of a task, and prints it only after receipts, signatures and their place ' +
    'in the log were checked on this machine. That the result is of the task that was meant can ' +
    'be checked where it was submitted from, or with --task.',
  arguments: [{ form: '<id>', about: 'the id of the task' }],
  options: [
    { form: '--task <spec>', about: 'the task as it was submitted, to compare' },
    { form: '--level <level>', about: 'the least that the evidence must show' },
    { form: '--out <file>', about: 'write the result to this file' },
    { form: '--evidence <file>', about: 'write what shows it to be right to this file' },
  ],
  examples: [
    {
      line: 'vcp task result 019f0000-0000-7000-8000-000000000001 --out result.bin',
      about: 'the result, in a file',
    },
    {
      line: 'vcp task result 019f0000-0000-7000-8000-000000000001 --evidence evidence.json',
      about: 'with what `vcp receipt verify` checks again, offline',
    },
  ],
  input: z.strictObject({
    id: TaskId,
    task: z.string().min(1).optional(),
    level: z.enum(evidenceLevels).optional(),
    out: z.string().min(1).optional(),
    evidence: z.string().min(1).optional(),
  }),
  async run({ id, task, level, ...destination }, context): Promise<ResultData> {
    const known = await meant(id, task, context)
    const result = await withCoordinator(
      context,
      async (connection) => {
        const info = await connection.ask('getTask', { params: { id } })
        if (info.status !== 'completed') throw without(id, info)
        return verifiedResult(connection, {
          taskId: id,
          digest: known?.digest ?? null,
          level: level ?? known?.level ?? 'signed',
          knownLogs: keptLogs(context.dataDir),
          ...(known?.task == null ? {} : { proof: { task: known.task, checker: proofChecker } }),
        })
      },
      { signsIn: 'if-known' },
    )
    return deliver(result, destination, context)
  },
  text: () => '',
  talk: resultTalk,
  exitCode: resultExitCode,
})

/** The task that was meant: as it stands in a file, or as it was submitted from here. */
async function meant(id: TaskId, spec: string | undefined, { dataDir }: Context) {
  if (spec !== undefined) {
    const { task } = await readTask(z.object(taskShape).parse({ words: [spec] }))
    return { digest: taskDigest(task), level: task.verification.level, task }
  }
  const noted = findSubmitted(dataDir, id)
  return noted === null
    ? null
    : {
        digest: noted.task_digest,
        level: noted.level,
        task: noted.task ?? null,
      }
}

function without(
  id: TaskId,
  {
    status,
    reason,
  }: { readonly status: Parameters<typeof isEnded>[0]; readonly reason: string | null },
): VcpError {
  const details = { task_id: id, status, reason }
  if (isEnded(status)) {
    return new VcpError('TASK_FAILED', {
      message: `the task ${id} has no result, it is ${status}: ${reason ?? ''}`,
      hint: `Run \`vcp task show ${id}\` to see who had it, and how that ended.`,
      details,
    })
  }
  return new VcpError('CONFLICT', {
    message: `the task ${id} has no result yet, it is ${status}`,
    hint: `Wait for it with \`vcp task watch ${id}\`.`,
    details,
  })
}
