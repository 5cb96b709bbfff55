// A task as somebody fills in a form, and as the protocol has it.
import { type evidenceLevels, faultsOf, limits, TaskSpec, wasmPresets } from '@vcp/protocol'

export const formTypes = ['computation', 'wasm_execution'] as const
export type FormType = (typeof formTypes)[number]

export const presets = Object.keys(wasmPresets) as (keyof typeof wasmPresets)[]

export interface Draft {
  readonly type: FormType
  /** Of a computation. */
  readonly script: string
  readonly input: string
  /** Of WASM: the CID of the module, once its file was read. */
  readonly module: string
  readonly call: 'function' | 'wasi'
  readonly functionName: string
  /** JSON: typed arguments of a function, or texts for a program. */
  readonly args: string
  readonly preset: (typeof presets)[number]
  readonly level: (typeof evidenceLevels)[number]
  readonly quorum: string
  readonly seconds: string
  readonly region: string
  readonly credits: string
  readonly label: string
}

export const newDraft: Draft = {
  type: 'computation',
  script: 'return { sum: input.numbers.reduce((a, b) => a + b, 0) }',
  input: '{ "numbers": [1, 2, 3] }',
  module: '',
  call: 'function',
  functionName: 'run',
  args: '[{ "type": "i32", "value": 1 }]',
  preset: 'default',
  level: 'replicated',
  quorum: '2',
  seconds: '30',
  region: '',
  credits: '0',
  label: '',
}

export type Read =
  | { readonly ok: true; readonly spec: TaskSpec }
  | { readonly ok: false; readonly faults: readonly string[] }

/** What the protocol takes of a text, or what is wrong with it, a line for each fault. */
export function readSpec(text: string): Read {
  if (text.length > limits.ledgerEventBytesMax) {
    return { ok: false, faults: [`longer than ${limits.ledgerEventBytesMax} characters`] }
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { ok: false, faults: [`not JSON: ${(error as Error).message}`] }
  }
  const result = TaskSpec.safeParse(value)
  return result.success
    ? { ok: true, spec: result.data }
    : { ok: false, faults: faultsOf(result.error) }
}

/** The draft as JSON for the editor; what is not JSON in it stays text, and is found there. */
export function specOf(draft: Draft, script: string): Record<string, unknown> {
  return {
    task_type: draft.type,
    inputs: draft.type === 'computation' ? computation(draft, script) : wasm(draft),
    requirements: {
      max_execution_seconds: numberOf(draft.seconds),
      ...(draft.region.trim() === '' ? {} : { regions: [draft.region.trim()] }),
    },
    verification: {
      level: draft.level,
      quorum: draft.quorum.trim() === '' ? null : numberOf(draft.quorum),
    },
    reward_micro: microOf(draft.credits),
    ...(draft.label.trim() === '' ? {} : { labels: { name: draft.label.trim() } }),
  }
}

function computation({ input, preset }: Draft, script: string) {
  return { script, input: jsonOf(input), limits: wasmPresets[preset] }
}

function wasm({ module, call, functionName, args, preset }: Draft) {
  return {
    module,
    call:
      call === 'function'
        ? { kind: 'function', function: functionName, arguments: jsonOf(args) }
        : { kind: 'wasi', args: jsonOf(args) },
    limits: wasmPresets[preset],
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function numberOf(text: string): unknown {
  const value = Number(text)
  return text.trim() === '' || Number.isNaN(value) ? text : value
}

/** Millionths, from a number with up to six digits behind its point: no float comes near. */
function microOf(text: string): unknown {
  const found = /^(\d{1,9})(?:\.(\d{1,6}))?$/.exec(text.trim())
  if (found === null) return text
  return Number(found[1]) * 1_000_000 + Number((found[2] ?? '').padEnd(6, '0'))
}
