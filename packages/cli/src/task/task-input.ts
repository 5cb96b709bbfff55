// A task from the command line: from a file, or from the flags alone; flags win over the file.
import { resolve } from 'node:path'
import { type NamedBlob, nameBlob } from '@vcp/client'
import { evidenceLevels, limits, type TaskSpec, VcpError, wasmPresets } from '@vcp/protocol'
import { parse as parseYaml, YAMLParseError } from 'yaml'
import * as z from 'zod'
import type { Option } from '../command.ts'
import { readInputFile, readInputJson } from '../input-file.ts'
import { withExecutionCircuit } from '../proof/provable-run.ts'
import { environmentOf } from '../sandbox/request.ts'
import { typedArguments } from '../sandbox/run-input.ts'
import { createFileReader, withFilesNamed } from './named-files.ts'
import { readSpec } from './spec-faults.ts'

const whole = z.coerce.number().int().min(1)

export const taskShape = {
  words: z.array(z.string()).default([]),
  module: z.string().optional(),
  invoke: z.string().optional(),
  stdin: z.string().optional(),
  env: z.array(z.string()).default([]),
  script: z.string().optional(),
  input: z.string().optional(),
  gas: whole.max(limits.wasmGasMax).optional(),
  memory: whole.max(limits.wasmMemoryMbMax).optional(),
  timeout: whole.max(limits.executionSecondsMax).optional(),
  level: z.enum(evidenceLevels).optional(),
  quorum: whole.max(limits.replicasMax).optional(),
  nodes: whole.max(limits.minNodesMax).optional(),
  reward: z
    .string()
    .regex(/^\d{1,9}(\.\d{1,6})?$/, 'credits, with at most six decimals')
    .optional(),
  label: z.array(z.string()).default([]),
  region: z.array(z.string()).default([]),
}
const TaskInput = z.object(taskShape)
export type TaskInput = z.infer<typeof TaskInput>

export const taskOptions: readonly Option[] = [
  { form: '--module <file>', about: 'a WASM module, in place of a spec' },
  { form: '--invoke <function>', about: 'call this export of it, with the arguments given' },
  { form: '--stdin <file>', about: 'what it reads on stdin' },
  { form: '--env <NAME=value...>', about: 'its environment' },
  { form: '--script <file>', about: 'a script in JavaScript, in place of a spec' },
  { form: '--input <file>', about: 'its input, JSON' },
  { form: '--gas <n>', about: 'the most work it may do' },
  { form: '--memory <mb>', about: 'the most memory it may have' },
  { form: '--timeout <seconds>', about: 'how long it may run' },
  { form: '--level <level>', about: `how sure to be: ${evidenceLevels.join(', ')}` },
  { form: '--quorum <n>', about: 'how many results must agree' },
  { form: '--nodes <n>', about: 'how many nodes at least run it' },
  { form: '--reward <credits>', about: 'what an accepted result is worth to you' },
  { form: '--label <key=value...>', about: 'to find it again by' },
  { form: '--region <region...>', about: 'only nodes of these regions' },
]

/** A task that is complete, and the blobs that it names and that are here. */
export interface ReadTask {
  readonly task: TaskSpec
  readonly blobs: readonly NamedBlob[]
}

export async function readTask(input: TaskInput): Promise<ReadTask> {
  const { draft, blobs } = await draftOf(input)
  const whole = await withExecutionCircuit(withFlags(draft, input), blobs)
  const spec = readSpec(whole)
  if (spec.ok) return { task: spec.value, blobs }
  throw new VcpError('INVALID', { message: `this is no task: ${spec.reason}` })
}

async function draftOf(input: TaskInput): Promise<{
  readonly draft: unknown
  readonly blobs: readonly NamedBlob[]
}> {
  const [spec, ...more] = input.words
  const isOfFlags = input.module !== undefined || input.script !== undefined
  if (!isOfFlags && (spec === undefined || more.length > 0)) {
    throw new VcpError('USAGE', { message: 'name one spec, or --module, or --script' })
  }
  if (!isOfFlags) return withFilesNamed(await readSpecFile(spec ?? ''), resolve(spec ?? ''))
  return input.module === undefined ? scriptDraft(input) : moduleDraft(input, input.module)
}

/** JSON is YAML too. */
export async function readSpecFile(path: string): Promise<unknown> {
  const text = await readInputFile(path, 4 * limits.ledgerEventBytesMax)
  try {
    return parseYaml(text)
  } catch (cause) {
    if (!(cause instanceof YAMLParseError)) throw cause
    const [line = ''] = cause.message.split('\n')
    throw new VcpError('INVALID', { message: `${path} is neither YAML nor JSON: ${line}`, cause })
  }
}

async function moduleDraft(input: TaskInput, file: string) {
  if (input.script !== undefined || input.input !== undefined) {
    throw new VcpError('USAGE', { message: '--script and --input do not go with --module' })
  }
  const reader = createFileReader()
  const module = await reader.read(file)
  if (input.invoke !== undefined) {
    if (input.stdin !== undefined || input.env.length > 0) {
      throw new VcpError('USAGE', { message: '--stdin and --env do not go with --invoke' })
    }
    const values = typedArguments(module.bytes, input.invoke, input.words)
    const call = { kind: 'function', function: input.invoke, arguments: values }
    return { draft: wasm({ module: module.cid, call }), blobs: [module] }
  }
  const stdin = input.stdin === undefined ? null : await reader.read(input.stdin)
  const call = {
    kind: 'wasi',
    args: input.words,
    env: environmentOf(input.env),
    stdin: stdin?.cid ?? null,
  }
  const blobs = stdin === null ? [module] : [module, stdin]
  return { draft: wasm({ module: module.cid, call }), blobs }
}

function wasm(inputs: object) {
  return { task_type: 'wasm_execution', inputs }
}

async function scriptDraft(input: TaskInput) {
  const { script = '', invoke, stdin, env, words } = input
  if (invoke !== undefined || stdin !== undefined || env.length > 0 || words.length > 0) {
    throw new VcpError('USAGE', { message: 'a script takes its input from --input alone' })
  }
  const text = await readInputFile(script, limits.wasmModuleBytesMax)
  const blob = nameBlob(new TextEncoder().encode(text))
  const given =
    input.input === undefined ? null : await readInputJson(input.input, limits.ledgerEventBytesMax)
  const inputs = { script: blob.cid, input: given }
  return { draft: { task_type: 'computation', inputs }, blobs: [blob] }
}

type Fields = Readonly<Record<string, unknown>>

/** What was said on the command line, over what stands in the file. */
function withFlags(draft: unknown, input: TaskInput): unknown {
  if (typeof draft !== 'object' || draft === null || Array.isArray(draft)) return draft
  const { gas, memory, timeout, level, quorum, nodes, reward, label, region } = input
  const limit = given({ gas, memory_mb: memory, seconds: timeout })
  const { inputs, requirements, verification, labels } = draft as Record<string, Fields>
  const asked = given({
    min_nodes: nodes,
    max_execution_seconds: timeout,
    regions: region.length === 0 ? undefined : region,
  })
  const sections = {
    ...(isFilled(limit) && { inputs: { ...inputs, limits: limitsOf(inputs, limit) } }),
    ...(isFilled(asked) && { requirements: { ...requirements, ...asked } }),
    ...((level ?? quorum) !== undefined && {
      verification: { ...verification, ...given({ level, quorum }) },
    }),
    ...(reward !== undefined && { reward_micro: microOf(reward) }),
    ...(label.length > 0 && { labels: { ...labels, ...labelsOf(label) } }),
  }
  return { ...draft, ...sections }
}

function limitsOf(inputs: Fields | undefined, said: Fields): Fields {
  return { ...wasmPresets.default, ...(inputs?.['limits'] as Fields | undefined), ...said }
}

function given(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function isFilled(fields: Fields): boolean {
  return Object.keys(fields).length > 0
}

/** Credits in millionths, without the roundings of floating point. */
function microOf(credits: string): number {
  const [units = '0', part = ''] = credits.split('.')
  return Number(units) * 1_000_000 + Number(part.padEnd(6, '0'))
}

function labelsOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw new VcpError('USAGE', { message: `--label takes key=value, not "${pair}"` })
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}
