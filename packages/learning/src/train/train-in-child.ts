// Trains in a process of its own. The native runtime blocks whatever thread it runs on, and ending
// a thread within it aborts the whole process; a child is ended by SIGKILL at any moment, and what
// it had saved is whole.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type { ChildOrder, ChildReport } from './child-messages.ts'
import type { SelfTestReport } from './self-test.ts'
import type { Progress, Trained } from './train.ts'

export interface ChildOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
  readonly onTested?: (report: SelfTestReport) => void
}

/** Refuses with `INTERRUPTED` when aborted, and when the child dies with what it said last. */
export async function trainInChild(
  order: ChildOrder,
  { signal, onProgress, onTested }: ChildOptions = {},
): Promise<Outcome<Trained>> {
  if (signal?.aborted === true) return interrupted()
  const child = start()
  let lastWords = ''
  child.stderr?.setEncoding('utf8')
  child.stderr?.on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-2_000)
  })
  return new Promise((resolve) => {
    const abort = () => finish(interrupted())
    const finish = (outcome: Outcome<Trained>) => {
      signal?.removeEventListener('abort', abort)
      child.kill('SIGKILL')
      resolve(outcome)
    }
    signal?.addEventListener('abort', abort)
    child.once('error', (error) => finish(refuse('TRAINING_FAILED', error.message)))
    child.once('close', (code, by) => {
      const how = by === null ? `with code ${code}` : `by ${by}`
      finish(refuse('TRAINING_FAILED', `the training process ended ${how}: ${lastWords}`))
    })
    child.on('message', (message: ChildReport) => {
      if (message.type === 'ready') child.send(order)
      else if (message.type === 'progress') onProgress?.(message.progress)
      else if (message.type === 'tested') onTested?.(message.report)
      else if (message.type === 'trained') finish(pass(message.trained))
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

function interrupted(): Outcome<Trained> {
  return refuse('INTERRUPTED', 'the training was interrupted; its checkpoint is whole')
}
