// What the network is given to do: a module where one came with this installation, and scripts.
import { existsSync, readFileSync } from 'node:fs'
import { nameBlob, type PreparedTask, prepareTask, type TaskDraft } from '@vcp/client'

type More = Pick<TaskDraft, 'requirements' | 'verification'>

const pi = new URL('../../../../../wasm-modules/pi/pi.wasm', import.meta.url)

/** Null where no module came with this installation. */
export function piTask(throws: number, more: More = {}): PreparedTask | null {
  if (!existsSync(pi)) return null
  const module = nameBlob(readFileSync(pi))
  const draft = {
    task_type: 'wasm_execution',
    inputs: {
      module: module.cid,
      call: {
        kind: 'function',
        function: 'estimate',
        arguments: [
          { type: 'i32', value: throws },
          { type: 'i64', value: '7' },
        ],
      },
    },
    ...more,
  } as TaskDraft
  return prepareTask(draft, { blobs: [module] })
}

/** A JavaScript program: it is given `input`, and what it comes to is the result. */
export function scriptTask(script: string, input: unknown, more: More = {}) {
  const blob = nameBlob(new TextEncoder().encode(script))
  const draft = { task_type: 'computation', inputs: { script: blob.cid, input }, ...more }
  return prepareTask(draft as TaskDraft, { blobs: [blob] })
}
