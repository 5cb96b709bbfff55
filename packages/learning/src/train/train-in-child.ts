// Trains in a process of its own. The native runtime blocks whatever thread it runs on, and ending
// a thread within it aborts the whole process; a child is ended by SIGKILL at any moment, and what
// it had saved is whole.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type {
  ChildOrder,
  ChildReport,
  ChildResults,
  ChildTask,
  Contribution,
  Examined,
  UpdateForm,
} from './child-messages.ts'
import type { Rows } from './predict.ts'
import type { ProviderWish } from './provider.ts'
import type { SelfTestReport } from './self-test.ts'
import type { Progress, Trained } from './train.ts'

export interface ChildOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
  readonly onTested?: (report: SelfTestReport) => void
  readonly onFallback?: (reason: string) => void
}

/** Refuses with `INTERRUPTED` when aborted, and when the child dies with what it said last. */
export function trainInChild(order: ChildOrder, options?: ChildOptions): Promise<Outcome<Trained>> {
  return inChild({ kind: 'train', order }, options)
}

/** Trains, and gives the change of the weights as bytes that can be sent. */
export function contributeInChild(
  order: ChildOrder,
  form: UpdateForm,
  options?: ChildOptions,
): Promise<Outcome<Contribution>> {
  return inChild({ kind: 'contribute', order, form }, options)
}

/**
 * Whether the training could be made: the model compiles, the data fits it, the memory suffices.
 * It costs no privacy: not a step is made.
 */
export function examineInChild(
  order: ChildOrder,
  options?: ChildOptions,
): Promise<Outcome<Examined>> {
  return inChild({ kind: 'examine', order }, options)
}

/**
 * The runtime and the provider that this machine trains with; neither is ever loaded in the process
 * that asks. A driver that ends the child is one that is not used.
 */
export async function probeInChild(
  provider: ProviderWish = 'cpu',
  options?: ChildOptions,
): Promise<Outcome<ChildResults['probe']>> {
  const found = await inChild({ kind: 'probe', provider }, options)
  if (found.ok || provider === 'cpu' || options?.signal?.aborted === true) return found
  const plain = await inChild({ kind: 'probe', provider: 'cpu' }, options)
  return plain.ok ? pass({ ...plain.value, reasons: [`${provider}: ${found.reason}`] }) : plain
}

/** What a model answers, in a runtime that knows nothing of us. */
export function predictInChild(
  model: Uint8Array,
  rows: Rows,
  options?: ChildOptions,
): Promise<Outcome<Rows>> {
  return inChild({ kind: 'predict', model, rows }, options)
}

async function inChild<Kind extends keyof ChildResults>(
  task: ChildTask & { readonly kind: Kind },
  { signal, onProgress, onTested, onFallback }: ChildOptions = {},
): Promise<Outcome<ChildResults[Kind]>> {
  if (signal?.aborted === true) return interrupted()
  const child = start()
  let lastWords = ''
  child.stderr?.setEncoding('utf8')
  child.stderr?.on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-2_000)
  })
  return new Promise((resolve) => {
    const abort = () => finish(interrupted())
    const finish = (outcome: Outcome<ChildResults[Kind]>) => {
      signal?.removeEventListener('abort', abort)
      child.kill('SIGKILL')
      resolve(outcome)
    }
    signal?.addEventListener('abort', abort)
    child.once('error', (error) => finish(refuse('TRAINING_FAILED', error.message)))
    child.once('close', (code, by) => {
      const how = by === null ? `with code ${code}` : `by ${by}`
      finish(refuse('TRAINING_CUT_OFF', `the training process ended ${how}: ${lastWords}`))
    })
    child.on('message', (message: ChildReport) => {
      if (message.type === 'ready') child.send(task)
      else if (message.type === 'progress') onProgress?.(message.progress)
      else if (message.type === 'tested') onTested?.(message.report)
      else if (message.type === 'fell-back') onFallback?.(message.reason)
      else if (message.type === 'done') finish(pass(message.result as ChildResults[Kind]))
      else finish(refuse(message.code, message.reason))
    })
  })
}

/** Without our environment, and with nothing to read from. */
function start(): ChildProcess {
  const isSource = import.meta.url.endsWith('.ts')
  const file = new URL(isSource ? './child-main.ts' : './child-main.js', import.meta.url)
  return fork(fileURLToPath(file), [], {
    env: {},
    execArgv: isSource ? ['--conditions=source'] : [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
}

function interrupted() {
  return refuse('INTERRUPTED', 'the training was interrupted; its checkpoint is whole')
}
