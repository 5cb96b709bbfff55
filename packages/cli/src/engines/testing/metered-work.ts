// Tasks over the modules of wasm-modules/, and the work that engines are given for them.
import { readFileSync } from 'node:fs'
import { type Cid, cidOf, TaskId, type TaskOf, taskSchemas, wasmPresets } from '@vcp/protocol'
import type { Work } from '../engine.ts'

export const taskId = TaskId.parse('01900000-0000-7000-8000-000000000001')

export function moduleBytes(name: string, file = `${name}.wasm`): Uint8Array {
  return readFileSync(new URL(`../../../../../wasm-modules/${name}/${file}`, import.meta.url))
}

export interface Given<Type extends 'wasm_execution' | 'computation'> {
  readonly task: TaskOf<Type>
  readonly blobs: ReadonlyMap<Cid, Uint8Array>
}

/** A call as a task has it, but that `stdin` is the bytes themselves. */
export function wasmTask(
  module: Uint8Array,
  call: { readonly kind: string; readonly stdin?: Uint8Array; readonly [field: string]: unknown },
  limits: object = {},
): Given<'wasm_execution'> {
  const { stdin, ...rest } = call
  const blobs = stdin === undefined ? [module] : [module, stdin]
  const named = new Map(blobs.map((bytes) => [cidOf('raw', bytes), bytes]))
  const [moduleCid, stdinCid] = [...named.keys()]
  const task = taskSchemas.wasm_execution.parse({
    task_type: 'wasm_execution',
    inputs: {
      module: moduleCid,
      call: stdinCid === undefined ? rest : { ...rest, stdin: stdinCid },
      limits: { ...wasmPresets.default, ...limits },
    },
  })
  return { task, blobs: named }
}

export function scriptTask(
  script: string,
  input: unknown,
  limits: object = wasmPresets.default,
): Given<'computation'> {
  const bytes = new TextEncoder().encode(script)
  const cid = cidOf('raw', bytes)
  const task = taskSchemas.computation.parse({
    task_type: 'computation',
    inputs: { script: cid, input, limits },
  })
  return { task, blobs: new Map([[cid, bytes]]) }
}

/** Pi by so many throws: 86 gas each, some 1.5 ns. */
export function pi(throws: number, seed: string, limits: object = {}): Given<'wasm_execution'> {
  const call = {
    kind: 'function',
    function: 'estimate',
    arguments: [
      { type: 'i32', value: throws },
      { type: 'i64', value: seed },
    ],
  }
  return wasmTask(moduleBytes('pi'), call, limits)
}

export function workOf<Type extends 'wasm_execution' | 'computation'>(
  { task, blobs }: Given<Type>,
  more: Partial<Pick<Work<Type>, 'signal' | 'onProgress' | 'requester'>> = {},
): Work<Type> {
  return {
    taskId,
    requester: 'a test',
    task,
    blobs,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...more,
  }
}
