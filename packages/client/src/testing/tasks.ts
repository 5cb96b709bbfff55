import { onTestFinished } from 'vitest'
import { nameBlob } from '../blobs.ts'
import { type Connection, type ConnectOptions, connect } from '../connection.ts'
import { apiKey } from '../credentials.ts'
import { type Preparation, type PreparedTask, prepareTask, type TaskDraft } from '../submit-task.ts'
import { apiKeyGiven, type FakeCoordinator } from './fake-coordinator.ts'

export const moduleBlob = nameBlob(new TextEncoder().encode('a module'))

/** The same task with other arguments is another task. */
export function draftOf(arg = 'hello', more: Partial<TaskDraft> = {}): TaskDraft {
  const call = { kind: 'wasi', args: [arg] } as const
  const inputs = { module: moduleBlob.cid, call }
  return { task_type: 'wasm_execution', inputs, ...more } as TaskDraft
}

export function taskFor(
  arg?: string,
  more?: Partial<TaskDraft>,
  with_?: Preparation,
): PreparedTask {
  return prepareTask(draftOf(arg, more), { blobs: [moduleBlob], ...with_ })
}

/** A connection that is closed when the test ends. */
export function connected(
  { url }: FakeCoordinator,
  options: Partial<ConnectOptions> = {},
): Connection {
  const connection = connect({ url, credentials: apiKey(apiKeyGiven), ...options })
  onTestFinished(() => connection.close())
  return connection
}
