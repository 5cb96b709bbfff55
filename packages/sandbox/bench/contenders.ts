// One program under one set of rules, to be run again and again. Each contender compiles its module
// once and takes a fresh instance for each run: code that V8 optimised in one run is there for the
// next, though no run changes over to it half-way (V8 has no on-stack replacement for WASM).
import { createHash } from 'node:crypto'
import { nativePageTools } from '../src/child/native-page-tools.ts'
import { type InstrumentOptions, instrument } from '../src/instrument/instrument.ts'
import { type CallPlan, planCall } from '../src/run/call.ts'
import { createCapture } from '../src/run/capture.ts'
import { checkpointLeaf } from '../src/run/checkpoint.ts'
import type { LinkedGuest } from '../src/run/link.ts'
import { assemble, captured, type RunHooks } from '../src/run/machine.ts'
import { compileProgram } from '../src/run/program.ts'
import { programName, type RunRequest, type SandboxCall } from '../src/run/request.ts'
import { run } from '../src/run/run.ts'
import { RunEnd } from '../src/run/run-end.ts'
import { guestArgument } from '../src/run/values.ts'
import { runRequest } from '../src/testing/run-request.ts'
import { deterministicProvider } from '../src/wasi/deterministic.ts'
import { wasiSession } from '../src/wasi/overlay.ts'
import { wasiModule } from '../src/wasi/signatures.ts'
import { type WasmMemory, wasm } from '../src/webassembly.ts'
import { cpuMs } from './cpu-time.ts'

export interface Contender {
  /** Runs once; the milliseconds of processor time that the guest took. */
  once(): number
  /** What the last run came to, to be compared. */
  answer(): string
}

const outputBytesMax = 1 << 24
export const gasAllowed = 1e12
/** What `vcp run --trace` takes for the 10 G gas of a default task. */
const checkpointGas = 1e7
const hooks: RunHooks = nativePageTools

function requestFor(call: SandboxCall, trace: boolean, isChecked: boolean): RunRequest {
  const checkpoints = isChecked ? checkpointGas : null
  return runRequest({
    call,
    gas: isChecked ? checkpointGas * 1_000 : gasAllowed,
    stackUnits: 4_000_000,
    outputBytesMax,
    checkpointGas: checkpoints,
    trace,
  })
}

/** The module as it came, on V8, with the same WASI. */
export function plain(bytes: Uint8Array, call: SandboxCall): Contender {
  const module = new wasm.Module(bytes)
  let last = ''
  return {
    once() {
      const world = openWorld(call)
      const { exports } = new wasm.Instance(module, { [wasiModule]: world.imports })
      world.use(exports['memory'] as WasmMemory)
      const [name, given] = entryOf(call)
      const [returned, ms] = cpuMs(() => ending(() => (exports[name] as GuestFunction)(...given)))
      last = answerOf(world.written(), returned)
      return ms
    },
    answer: () => last,
  }
}

type GuestFunction = (...given: readonly (number | bigint)[]) => unknown

/** Instrumented, with or without trace; `isChecked` takes checkpoints besides. */
export function metered(
  bytes: Uint8Array,
  call: SandboxCall,
  { trace, isChecked }: { readonly trace: boolean; readonly isChecked: boolean },
): Contender {
  const program = compileProgram(instrumented(bytes, { trace }))
  const request = requestFor(call, trace, isChecked)
  const plan = planCall(program, request)
  if (!plan.ok) throw new Error(plan.detail)
  let last = ''
  return {
    once() {
      const capture = createCapture(nativePageTools)
      let index = 0
      const machine = assemble(program, request, hooks, (reached, gas) => {
        checkpointLeaf(capture(captured(reached), { index: index++, gas, final: null }))
      })
      if ('ending' in machine) throw new Error(machine.ending.kind)
      const { guest, session } = machine
      const [returned, ms] = cpuMs(() => ending(() => callGuest(guest, plan, request.stackUnits)))
      last = answerOf(session.written('stdout'), returned)
      return ms
    },
    answer: () => last,
  }
}

/** The whole of `run`: the instance, the guest, and what is taken from it. */
export function wholeRun(bytes: Uint8Array, call: SandboxCall): Contender {
  const program = compileProgram(instrumented(bytes, { trace: false }))
  const request = requestFor(call, false, false)
  let last = ''
  return {
    once() {
      const [result, ms] = cpuMs(() => run(program, request, hooks))
      if (result.kind !== 'attestable') throw new Error(result.detail)
      last = answerOf(result.stdout, result.results?.[0]?.value)
      return ms
    },
    answer: () => last,
  }
}

export function instrumented(
  bytes: Uint8Array,
  options: Pick<InstrumentOptions, 'trace'>,
): Uint8Array {
  const made = instrument(bytes, { memoryPagesMax: 8_192, ...options })
  if (!made.ok) throw new Error(`${made.code}: ${made.detail}`)
  return made.bytes
}

function callGuest(guest: LinkedGuest, plan: CallPlan, stackUnits: number): unknown {
  for (const name of plan.before) {
    guest.stack.value = stackUnits
    guest.call(name, [])
  }
  guest.stack.value = stackUnits
  return guest.call(plan.name, plan.given)
}

function openWorld(call: SandboxCall) {
  let memory: WasmMemory | null = null
  const host = {
    memory: () => new Uint8Array(memory?.buffer ?? new ArrayBuffer(0)),
    charge: () => undefined,
    gasUsed: () => 0,
    end(ending: RunEnd['ending']): never {
      throw new RunEnd(ending)
    },
  }
  const { args, env, stdin } =
    call.kind === 'wasi' ? call : { args: [], env: {}, stdin: new Uint8Array(0) }
  const stdio = deterministicProvider.open({ args: [programName, ...args], env, stdin })
  const seed = new Uint8Array(32)
  const session = wasiSession(host, stdio, { stdinBytes: stdin.length, outputBytesMax, seed })
  return {
    imports: session.imports,
    written: () => session.written('stdout'),
    use(exported: WasmMemory) {
      memory = exported
    },
  }
}

function entryOf(call: SandboxCall): [name: string, given: readonly (number | bigint)[]] {
  if (call.kind === 'wasi') return ['_start', []]
  return [call.function, call.arguments.map((value) => guestArgument(value)!)]
}

/** What a call returns; a program that exits with 0 returns nothing. */
function ending(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    if (error instanceof RunEnd && 'exit_code' in error.ending && error.ending.exit_code === 0) {
      return undefined
    }
    throw error
  }
}

function answerOf(stdout: Uint8Array, returned: unknown): string {
  const digest = createHash('sha256').update(stdout).digest('hex')
  return returned === undefined || stdout.length > 0 ? digest : String(returned)
}
