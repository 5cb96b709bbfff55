import { type PreparedTask, prepareTask, runTask, submitTask } from '@vcp/client'
import { exitCodes, TaskId, type TaskInfo, wantsProof } from '@vcp/protocol'
import * as z from 'zod'
import { type Context, defineCommand } from '../../command.ts'
import { withCoordinator } from '../../coordinator-client.ts'
import { proofChecker } from '../../proof/proof-checker.ts'
import { type BatchSummary, batchExitCode, batchText, submitBatch } from '../../task/batch.ts'
import { type Fits, fitsOf, fitsText } from '../../task/fits-text.ts'
import { keptLogs } from '../../task/kept-logs.ts'
import { progressLine } from '../../task/progress-line.ts'
import { deliver, type ResultData, resultExitCode, resultTalk } from '../../task/result-output.ts'
import { noteSubmitted } from '../../task/submitted-tasks.ts'
import { readTask, taskOptions, taskShape } from '../../task/task-input.ts'
import { taskText } from '../../task/task-text.ts'
import { waitFor } from '../../task/waiting.ts'

const Input = z
  .strictObject({
    ...taskShape,
    id: TaskId.optional(),
    wait: z.boolean().default(false),
    within: z.coerce.number().positive().max(2_000_000).optional(),
    dryRun: z.boolean().default(false),
    out: z.string().min(1).optional(),
    evidence: z.string().min(1).optional(),
    batch: z.string().min(1).optional(),
    open: z.coerce.number().int().min(1).max(10_000).default(1_000),
  })
  .refine(({ batch, out }) => batch === undefined || out !== undefined, {
    error: '--batch needs --out <folder>: where are the results to go?',
  })
  .refine(({ batch, words, module, script, id }) => {
    return batch === undefined || (words.length === 0 && (module ?? script ?? id) === undefined)
  }, '--batch takes its tasks from the file alone')
type Input = z.infer<typeof Input>

type Submitted = Fits | TaskInfo | ResultData | BatchSummary

export const command = defineCommand({
  about:
    'Hands a task to the network. A spec is YAML or JSON; where it names a blob it may name a ' +
    'file, relative to the spec, which is sent along. With --wait the result goes to stdout, but ' +
    'only after receipts, signatures and their place in the log were checked on this machine. ' +
    'VCP_API_KEY signs in; without it the owner wallet of this machine does, which is made ' +
    'where there is none.',
  arguments: [{ form: '[words...]', about: 'a spec; with --module, the arguments of the module' }],
  options: [
    ...taskOptions,
    { form: '--id <uuid>', about: 'the id of the task; sent again, it is the same task' },
    { form: '--wait', about: 'wait for the result, verify it and print it' },
    { form: '--within <seconds>', about: 'wait no longer than this; the task goes on' },
    { form: '--dry-run', about: 'ask which nodes would fit, and submit nothing' },
    { form: '--out <path>', about: 'write the result to this file; of a batch, the folder' },
    { form: '--evidence <file>', about: 'write what shows the result to be right to this file' },
    { form: '--batch <file>', about: 'a file of specs, one in JSON on each line' },
    { form: '--open <n>', about: 'of a batch, the tasks under way at once; 1000 unless said' },
  ],
  examples: [
    { line: 'vcp task submit examples/tasks/hello.yaml --wait', about: 'the smallest task' },
    {
      line: 'vcp task submit --module wasm-modules/pi/pi.wasm --invoke estimate 100000 7 --wait',
      about: 'without a spec',
    },
    {
      line: 'vcp task submit examples/tasks/matmul.yaml --dry-run',
      about: 'which nodes would fit, and why not the others?',
    },
    {
      line: 'vcp task submit --batch examples/tasks/batch.ndjson --out results',
      about: 'many tasks; run it again to go on where it stopped',
    },
  ],
  input: Input,
  endsItself: true,
  async run(input, context): Promise<Submitted> {
    if (input.batch !== undefined) {
      return submitBatch({ file: input.batch, out: input.out ?? '', open: input.open }, context)
    }
    const { task, blobs } = await readTask(input)
    if (input.dryRun) {
      const signsIn = { signsIn: true } as const
      const fits = await withCoordinator(
        context,
        (line) => line.ask('tryTask', { body: task }),
        signsIn,
      )
      return fitsOf(task, fits)
    }
    const id = input.id === undefined ? {} : { taskId: input.id }
    const prepared = prepareTask(task, { ...id, blobs })
    return input.wait ? awaited(prepared, input, context) : submitted(prepared, input, context)
  },
  text(data, style) {
    if ('eligible' in data) return fitsText(data, style)
    if ('checks' in data) return ''
    return 'done' in data ? batchText(data, style) : taskText(data, style)
  },
  talk(data, style) {
    if ('checks' in data) return resultTalk(data, style)
    if (!('task_digest' in data)) return ''
    const line = style.code(`vcp task result ${data.task_id}`)
    return `${line} gives its result, once there is one`
  },
  exitCode(data) {
    if ('eligible' in data) return data.eligible === 0 ? exitCodes.noEligibleNode : exitCodes.ok
    if ('checks' in data) return resultExitCode(data)
    return 'done' in data ? batchExitCode(data) : exitCodes.ok
  },
})

function note({ submission, digest }: PreparedTask, { dataDir }: Context): void {
  const { level } = submission.task.verification
  const proved = wantsProof(submission.task) ? { task: submission.task } : {}
  noteSubmitted(dataDir, { task_id: submission.task_id, task_digest: digest, level, ...proved })
}

async function submitted(prepared: PreparedTask, input: Input, context: Context) {
  const line = progressLine(context)
  const { approach } = waitFor(line, context.host.signal, input.within)
  try {
    note(prepared, context)
    return await withCoordinator(
      context,
      (connection) => submitTask(connection, prepared, line.uploading),
      { ...approach, silenceMs: 1_000 },
    )
  } finally {
    line.end()
  }
}

async function awaited(prepared: PreparedTask, input: Input, context: Context) {
  const line = progressLine(context)
  const { approach, left, unsent } = waitFor(line, context.host.signal, input.within)
  let isSubmitted = false
  try {
    note(prepared, context)
    const options = {
      knownLogs: keptLogs(context.dataDir),
      proofChecker,
      onUpload: line.uploading,
      onProgress(progress: Parameters<typeof line.task>[0]) {
        isSubmitted = true
        line.task(progress)
      },
    }
    const result = await withCoordinator(
      context,
      (connection) => runTask(connection, prepared, options),
      approach,
    )
    line.end()
    return deliver(result, input, context)
  } catch (error) {
    throw (isSubmitted ? left : unsent)(error, prepared.submission.task_id)
  } finally {
    line.end()
  }
}
