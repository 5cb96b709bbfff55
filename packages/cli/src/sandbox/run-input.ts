// What a run is told on the command line, whichever command runs it: the same words, the same run.
import { limits, VcpError, type WasmValue, wasmPresets } from '@vcp/protocol'
import { inspect, type SandboxCall, scriptCall, scriptInterpreter } from '@vcp/sandbox'
import * as z from 'zod'
import type { Option } from '../command.ts'
import { readInputBytes } from '../input-file.ts'
import {
  allowanceOf,
  argumentsOf,
  checkpointGasOf,
  environmentOf,
  type Preset,
  pageBytes,
  requestOf,
} from './request.ts'
import type { PlannedRun } from './submit-run.ts'

const inputBytesMax = 1_073_741_824
const whole = z.coerce.number().int().min(1)

export const runShape = {
  module: z.string(),
  args: z.array(z.string()).default([]),
  input: z.string().optional(),
  invoke: z.string().optional(),
  env: z.array(z.string()).default([]),
  preset: z.enum(Object.keys(wasmPresets) as [Preset]).default('default'),
  gas: whole.max(limits.wasmGasMax).optional(),
  memory: whole.max(limits.wasmMemoryMbMax).optional(),
  timeout: z.coerce.number().positive().max(limits.executionSecondsMax).optional(),
  seed: z
    .string()
    .length(64)
    .regex(/^[0-9a-f]+$/)
    .default('0'.repeat(64)),
}
const RunInput = z.object(runShape)
export type RunInput = z.infer<typeof RunInput>

export const runOptions: readonly Option[] = [
  { form: '--input <file>', about: 'what it reads on stdin; of a script, its input as JSON' },
  { form: '--invoke <function>', about: 'call this export, with the arguments by its signature' },
  { form: '--env <NAME=value...>', about: 'its environment; nothing of ours is inherited' },
  { form: '--preset <name>', about: `limits: ${Object.keys(wasmPresets).join(', ')}` },
  { form: '--gas <n>', about: 'the most work it may do' },
  { form: '--memory <mb>', about: 'the most memory it may have' },
  { form: '--timeout <seconds>', about: 'when it is killed' },
  { form: '--seed <hex>', about: '32 bytes for its randomness (default: zeros)' },
]

export async function plannedRun(input: RunInput, trace: boolean): Promise<PlannedRun> {
  const { module, call } = await programOf(input)
  const allowance = allowanceOf(input.preset, {
    gas: input.gas,
    memoryMb: input.memory,
    seconds: input.timeout,
  })
  const checkpointGas = trace ? checkpointGasOf(allowance) : null
  const seed = Buffer.from(input.seed, 'hex')
  return { module, request: requestOf(call, allowance, seed, checkpointGas), allowance }
}

interface Program {
  readonly module: Uint8Array
  readonly call: SandboxCall
}

async function programOf(input: RunInput): Promise<Program> {
  const bytes = await readInputBytes(input.module, limits.wasmModuleBytesMax)
  if (!isScript(input.module)) return { module: bytes, call: await callOf(input, bytes) }
  if (input.invoke !== undefined || input.args.length > 0 || input.env.length > 0) {
    throw new VcpError('USAGE', {
      message: 'a script takes its input from --input, and no arguments or environment',
    })
  }
  const given = input.input === undefined ? null : await readJson(input.input)
  const script = new TextDecoder().decode(bytes)
  return { module: await scriptInterpreter(), call: scriptCall(script, given) }
}

async function readJson(file: string): Promise<unknown> {
  const text = new TextDecoder().decode(await readInputBytes(file, inputBytesMax))
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new VcpError('USAGE', { message: `${file} is not JSON: a script's input is`, cause })
  }
}

function isScript(file: string): boolean {
  return /\.[cm]?js$/.test(file)
}

async function callOf(input: RunInput, module: Uint8Array): Promise<SandboxCall> {
  if (input.invoke === undefined) {
    const stdin =
      input.input === undefined
        ? new Uint8Array()
        : await readInputBytes(input.input, inputBytesMax)
    return { kind: 'wasi', args: input.args, env: environmentOf(input.env), stdin }
  }
  if (input.input !== undefined || input.env.length > 0) {
    throw new VcpError('USAGE', { message: '--input and --env are for commands, not for --invoke' })
  }
  const values = typedArguments(module, input.invoke, input.args)
  return { kind: 'function', function: input.invoke, arguments: values }
}

/** The words as arguments of an export, by its signature; USAGE where there is no such export. */
export function typedArguments(
  module: Uint8Array,
  invoked: string,
  words: readonly string[],
): readonly WasmValue[] {
  const memoryPagesMax = (limits.wasmMemoryMbMax * 2 ** 20) / pageBytes
  const inspected = inspect(module, { memoryPagesMax, trace: false })
  const { exports } = inspected.module ?? { exports: [] }
  const functions = exports.filter(({ kind }) => kind === 'function')
  const signature = functions.find(({ name }) => name === invoked)?.type
  if (signature === undefined || signature === null) {
    const names = functions.map(({ name }) => name).join(', ')
    throw new VcpError('USAGE', {
      message: `the module exports no function ${invoked}; it exports ${names || 'none'}`,
    })
  }
  return argumentsOf(invoked, signature, words)
}
