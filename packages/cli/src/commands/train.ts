import { resolve } from 'node:path'
import { type AnswerOf, prepareTask, submitTask } from '@vcp/client'
import { type Digest, exitCodes, type FederatedLearning, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { type Context, defineCommand } from '../command.ts'
import { withCoordinator } from '../coordinator-client.ts'
import { fitsText } from '../task/fits-text.ts'
import { noteSubmitted } from '../task/submitted-tasks.ts'
import { followTraining } from '../training/follow-training.ts'
import { beginFolder, openFolder, type TrainingFolder } from '../training/training-folder.ts'
import { trainingScreen } from '../training/training-screen.ts'
import { readTraining } from '../training/training-spec.ts'
import { headline, privacyLines, roundPlots, roundTable } from '../training/training-text.ts'
import type { TrainingNews } from '../training/watch-training.ts'

const Input = z
  .strictObject({
    spec: z.string().optional(),
    out: z.string().min(1).optional(),
    resume: z.string().min(1).optional(),
    dryRun: z.boolean().default(false),
  })
  .refine(({ spec, resume }) => (spec === undefined) !== (resume === undefined), {
    error: 'name a training to begin, or with --resume the folder of one to come back to',
  })
  .refine(({ out, resume }) => out === undefined || resume === undefined, {
    error: '--resume goes on in its own folder: leave --out away',
  })

interface Ended extends TrainingNews {
  readonly folder: string
  readonly asked: FederatedLearning
}

/** A coordinator that restarts under somebody who waits is waited for. */
const silenceMs = 60_000

export const command = defineCommand({
  about:
    'Trains a model over rounds, on data that never leaves its nodes. The spec is YAML: model, ' +
    'loss, dataset, rounds, nodes, strategy, privacy; where it names a file, the file is sent ' +
    'along. Models of all rounds, the last one and the history are kept in a folder. Ctrl-C ends ' +
    'the watching, not the training: --resume comes back to it.',
  arguments: [{ form: '[spec]', about: 'what to train, and how' }],
  options: [
    { form: '--out <folder>', about: 'where to keep what comes of it; training-<id> unless said' },
    { form: '--resume <folder>', about: 'come back to the training of this folder' },
    { form: '--dry-run', about: 'check the spec, ask which nodes would fit, and begin nothing' },
  ],
  examples: [
    { line: 'vcp train examples/train/digits/train.yaml', about: 'begin, and watch' },
    { line: 'vcp train --resume training-01920000', about: 'come back to it' },
    {
      line: 'vcp train examples/train/digits/train.yaml --dry-run',
      about: 'could it be trained here?',
    },
  ],
  input: Input,
  endsItself: true,
  async run(input, context): Promise<Ended | AnswerOf<'tryTask'> | undefined> {
    if (input.resume !== undefined) return resume(input.resume, context)
    const { task, blobs } = await readTraining(input.spec ?? '')
    if (input.dryRun) {
      const signsIn = { signsIn: true } as const
      return withCoordinator(context, (line) => line.ask('tryTask', { body: task }), signsIn)
    }
    const prepared = prepareTask(task, { blobs })
    const { task_id } = prepared.submission
    // The beginning of an id is its time; what tells two apart is behind it.
    const path = resolve(input.out ?? `training-${task_id.slice(0, 8)}${task_id.slice(-4)}`)
    const url = context.settings()['coordinator.url']
    return follow(beginFolder(path, url, prepared), context)
  },
  text(data, style) {
    if (data === undefined) return ''
    if ('eligible' in data) return fitsText(data, style)
    const done = data.rounds.filter(({ state }) => state === 'finalised').length
    const lines = roundTable(data.rounds)
    const plots = roundPlots(data.rounds, style.columns)
    return [headline(data.task, done), ...lines, ...plots].join('\n')
  },
  talk(data, style) {
    if (data === undefined || 'eligible' in data) return ''
    const where = `models and history are in ${style.code(data.folder)}`
    return [...privacyLines(data.asked.inputs, style), where].join('\n')
  },
  exitCode(data) {
    const fits = data === undefined || !('eligible' in data) || data.eligible > 0
    return fits ? exitCodes.ok : exitCodes.noEligibleNode
  },
})

/** Sent to another coordinator it would be another training, which somebody would pay for too. */
function resume(path: string, context: Context): Promise<Ended | undefined> {
  const folder = openFolder(resolve(path))
  const url = context.settings()['coordinator.url']
  if (folder.url === url) return follow(folder, context)
  throw new VcpError('USAGE', {
    message: `the training of ${path} was begun at ${folder.url}, and this would go to ${url}`,
    hint: `Add --coordinator ${folder.url}; if it has moved, change the url in training.json.`,
  })
}

async function follow(folder: TrainingFolder, context: Context): Promise<Ended | undefined> {
  const { prepared, path } = folder
  const { submission, digest } = prepared
  const asked = submission.task as FederatedLearning
  note(submission.task_id, digest, asked, context)
  try {
    const news = await withCoordinator(
      context,
      async (connection) => {
        await submitTask(connection, prepared)
        const screen = trainingScreen(context)
        const { signal } = context.host
        const news = await followTraining({ connection, folder, screen, signal })
        screen.clear()
        return news
      },
      { signsIn: true, silenceMs },
    )
    return ended({ ...news, asked, folder: path }, context)
  } catch (error) {
    if (!context.host.signal.aborted) throw error
    throw new VcpError('INTERRUPTED', {
      message: `nobody watches the training ${submission.task_id} now`,
      hint:
        `It goes on without you: \`vcp train --resume ${path}\` comes back to it, ` +
        `\`vcp task cancel ${submission.task_id}\` ends it.`,
      details: { task_id: submission.task_id, folder: path },
    })
  }
}

/** As one more line for a program that reads lines. */
function ended(data: Ended, { host, json }: Context): Ended | undefined {
  const { task, folder } = data
  const { task_id, status, reason } = task
  if (json)
    host.out(`${JSON.stringify({ at_ms: host.nowMs(), task_id, status, reason, folder })}\n`)
  if (status === 'completed') return json ? undefined : data
  throw new VcpError('TASK_FAILED', {
    message: `the training ${task_id} is ${status}: ${reason ?? ''}`,
    hint: `What there is of it is in ${folder}; \`vcp task show ${task_id}\` says who had it.`,
    details: { task_id, status, reason, folder },
  })
}

function note(
  taskId: Parameters<typeof noteSubmitted>[1]['task_id'],
  digest: Digest,
  { verification }: FederatedLearning,
  { dataDir }: Context,
): void {
  noteSubmitted(dataDir, { task_id: taskId, task_digest: digest, level: verification.level })
}
