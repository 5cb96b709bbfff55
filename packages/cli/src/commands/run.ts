import { Digest, exitCodes, limits, sha256, VcpError, wasmPresets } from '@vcp/protocol'
import {
  type Finished,
  inputDigest,
  inspect,
  openPool,
  outputOf,
  type PoolResult,
  type RunRequest,
  receiptFields,
  type SandboxCall,
  sandboxEngine,
} from '@vcp/sandbox'
import * as z from 'zod'
import { type Context, defineCommand } from '../command.ts'
import { readInputBytes } from '../input-file.ts'
import { isFine, type Ran, ranText } from '../sandbox/ran.ts'
import {
  type Allowance,
  allowanceOf,
  argumentsOf,
  environmentOf,
  type Preset,
  pageBytes,
  requestOf,
} from '../sandbox/request.ts'

const inputBytesMax = 1_073_741_824
const whole = z.coerce.number().int().min(1)

const Input = z.strictObject({
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
  trace: z.boolean().default(false),
})
type Input = z.infer<typeof Input>

export const command = defineCommand({
  about:
    'Runs a module as a node would: metered, bounded, in a process of its own, without files or ' +
    'network, with a virtual clock and seeded randomness. The same module and input give the ' +
    'same output, gas and hashes on every machine. What the module prints goes where it would ' +
    'without us; the figures go to stderr.',
  arguments: [
    { form: '<module>', about: 'a WASM file: a WASI command, or any exports with --invoke' },
    { form: '[args...]', about: 'its arguments; after -- they may begin with a dash' },
  ],
  options: [
    { form: '--input <file>', about: 'what it reads on stdin' },
    { form: '--invoke <function>', about: 'call this export, with the arguments by its signature' },
    { form: '--env <NAME=value...>', about: 'its environment; nothing of ours is inherited' },
    { form: '--preset <name>', about: `limits: ${Object.keys(wasmPresets).join(', ')}` },
    { form: '--gas <n>', about: 'the most work it may do' },
    { form: '--memory <mb>', about: 'the most memory it may have' },
    { form: '--timeout <seconds>', about: 'when it is killed' },
    { form: '--seed <hex>', about: '32 bytes for its randomness (default: zeros)' },
    { form: '--trace', about: 'keep checkpoints, some 1,000 in a run of all its gas' },
  ],
  examples: [
    { line: 'vcp run wasm-modules/hello/hello.wasm', about: 'run a command' },
    {
      line: 'vcp run wasm-modules/pi/pi.wasm --invoke estimate 100000 7',
      about: 'call a function; --json gives its results',
    },
    {
      line: 'vcp run wasm-modules/sha256/sha256.wasm --input README.md --trace --json',
      about: 'the fields of a receipt, with the root of the trace',
    },
  ],
  input: Input,
  async run(input, context): Promise<Ran> {
    const module = await readInputBytes(input.module, limits.wasmModuleBytesMax)
    const allowance = allowanceOf(input.preset, {
      gas: input.gas,
      memoryMb: input.memory,
      seconds: input.timeout,
    })
    const checkpointGas = input.trace ? Math.max(1_000, Math.ceil(allowance.gas / 1_000)) : null
    const call = await callOf(input, module)
    const seed = Buffer.from(input.seed, 'hex')
    const request = requestOf(call, allowance, seed, checkpointGas)
    const result = await inSandbox(module, request, allowance, context)
    if (!context.json && result.kind === 'attestable') {
      context.host.out(result.results === null ? result.stdout : `${outputText(result)}\n`)
      context.host.err(new TextDecoder().decode(result.stderr))
    }
    return ranOf(module, request, result)
  },
  text: () => '',
  talk: ranText,
  exitCode(ran) {
    if (isFine(ran)) return exitCodes.ok
    return ran.fault === 'timeout' ? exitCodes.timeout : exitCodes.taskFailed
  },
})

async function callOf(input: Input, module: Uint8Array): Promise<SandboxCall> {
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
  const memoryPagesMax = (limits.wasmMemoryMbMax * 2 ** 20) / pageBytes
  const inspected = inspect(module, { memoryPagesMax, trace: false })
  const { exports } = inspected.module ?? { exports: [] }
  const functions = exports.filter(({ kind }) => kind === 'function')
  const signature = functions.find(({ name }) => name === input.invoke)?.type
  if (signature === undefined || signature === null) {
    const names = functions.map(({ name }) => name).join(', ')
    throw new VcpError('USAGE', {
      message: `the module exports no function ${input.invoke}; it exports ${names || 'none'}`,
    })
  }
  const values = argumentsOf(input.invoke, signature, input.args)
  return { kind: 'function', function: input.invoke, arguments: values }
}

async function inSandbox(
  module: Uint8Array,
  request: RunRequest,
  { memoryMb, seconds }: Allowance,
  { host, json }: Context,
): Promise<PoolResult> {
  const pool = await openPool({ size: 1 })
  const began = host.nowMs()
  const talks = host.terminal.isInteractive && !json
  try {
    return await pool.submit(
      {
        requester: 'vcp run',
        module,
        form: 'raw',
        memoryPagesMax: (memoryMb * 2 ** 20) / pageBytes,
        request,
      },
      {
        deadlineMs: seconds * 1_000,
        memoryMb: memoryMb + hostMemoryMb,
        signal: host.signal,
        onProgress(gasUsed) {
          if (!talks || host.nowMs() - began < 2_000) return
          const percent = ((100 * gasUsed) / request.gas).toFixed(0)
          host.err(`\r${percent} % of its gas, ${((host.nowMs() - began) / 1_000).toFixed(0)} s `)
        },
      },
    )
  } finally {
    await pool.close()
  }
}

/** What compiling and shadow copies for checkpoints take, beyond the memory of the guest. */
const hostMemoryMb = 1_024

function ranOf(module: Uint8Array, request: RunRequest, result: PoolResult): Ran {
  const { wallMs, memoryBytes } = result
  const common = {
    inputHash: inputDigest(request),
    moduleHash: sha256(module),
    engine: `${sandboxEngine.name} ${sandboxEngine.version}`,
    wallMs,
    memoryBytes,
  }
  if (result.kind === 'infrastructure') return { ...common, ...nothing, ...faultOf(result) }
  const { ending, gas, traceRoot, checkpoints, memoryPages, timings } = result
  const instrumented = result.instrumented === null ? null : Digest.parse(result.instrumented)
  const receipt = receiptFields(instrumented, request, result)
  const decoder = new TextDecoder()
  return {
    ...common,
    outcome: ending.kind,
    exitCode: ending.kind === 'ok' ? 0 : ending.kind === 'exit' ? ending.exit_code : null,
    code: ending.kind === 'trap' ? ending.trap : ending.kind === 'rejected' ? ending.code : null,
    fault: null,
    detail: result.detail,
    gas,
    outputHash: sha256(outputOf(request, result)),
    output: receipt.output,
    outputBytes: receipt.output_bytes,
    results: result.results,
    stdout: decoder.decode(result.stdout),
    stderr: decoder.decode(result.stderr),
    instrumentedHash: instrumented,
    traceRoot,
    checkpoints: checkpoints.length,
    memoryPages,
    ...timings,
  }
}

const nothing = {
  outcome: null,
  exitCode: null,
  code: null,
  gas: null,
  outputHash: null,
  output: null,
  outputBytes: null,
  results: null,
  stdout: null,
  stderr: null,
  instrumentedHash: null,
  traceRoot: null,
  checkpoints: 0,
  memoryPages: null,
  instrumentMs: null,
  compileMs: null,
  runMs: null,
} as const

function faultOf({ fault, detail }: Exclude<PoolResult, Finished>) {
  return { fault, detail }
}

function outputText({ results }: Finished): string {
  return (results ?? []).map(({ value }) => String(value)).join(' ')
}
