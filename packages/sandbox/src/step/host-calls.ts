// A call of an import: one step, made outside of the interpreter, from nothing but the state and
// the request. The meter and the WASI session are those of every run; before each call they are set
// to where the state says, and after it the state says where they are.
import { sha256 } from '@noble/hashes/sha2.js'
import type { Ending } from '@vcp/protocol'
import { abi } from '../abi.ts'
import { pageBytes as guestPageBytes } from '../run/memory-tree.ts'
import { createMeter, type Meter } from '../run/meter.ts'
import { type RunRequest, stdioSource, wasiBounds } from '../run/request.ts'
import { RunEnd } from '../run/run-end.ts'
import { deterministicProvider } from '../wasi/deterministic.ts'
import { type OutputBuffer, outputBuffer } from '../wasi/output-buffer.ts'
import { type WasiSession, wasiSession } from '../wasi/overlay.ts'
import type { OutputStream, Stdio, WasiHost } from '../wasi/provider.ts'
import { header, type Layout, slotBytes, statuses } from './layout.ts'
import { numberOf, slotOf } from './slots.ts'
import type { State } from './state.ts'
import { globalAt, type StepProgram } from './step-program.ts'

/** How a host call can end a run, by the numbers in the state. */
export const hostEndings = ['ok', 'exit', 'out_of_gas', 'output_limit'] as const

export interface HostCallEvents {
  /** A tick at which a checkpoint is taken; the state is that before the tick. */
  readonly checkpoint?: ((gasUsed: number, index: number) => void) | undefined
  /** Told of each range of the state before it is read or written, where anybody asks. */
  readonly touched?: ((at: number, bytes: number) => void) | undefined
}

export interface HostCalls {
  /** Makes the call that the state waits for. */
  call(): void
  readonly meter: Meter
  /** The bytes of the output: not part of the state, which has their number and digest. */
  readonly outputs: Readonly<Record<OutputStream, OutputBuffer>>
}

export function createHostCalls(
  program: StepProgram,
  request: RunRequest,
  state: State,
  layout: Layout,
  events: HostCallEvents,
): HostCalls {
  const outputs = { stdout: outputBuffer(), stderr: outputBuffer() }
  const meter = meterOf(program, request, state, events)
  const { touched } = events
  const host: WasiHost = {
    memory: () =>
      new Uint8Array(state.memory.buffer, layout.guestAt, state.guestPages * guestPageBytes),
    charge: (gas) => meter.charge(gas),
    gasUsed: () => meter.used(),
    end(ending) {
      throw new RunEnd(ending)
    },
    ...(touched && { touched: ({ at, bytes }) => touched(layout.guestAt + at, bytes) }),
  }
  const session = wasiSession(host, stdioOf(request, state, outputs), wasiBounds(request))

  return {
    meter,
    outputs,
    call() {
      const { io } = state
      session.resume(io, state.written('stdout') + state.written('stderr'))
      meter.resume(state.meter)
      try {
        callImport(program, state, session, meter, events)
        state.setWord(header.status, statuses.running)
      } catch (error) {
        if (!(error instanceof RunEnd)) throw error
        writeEnding(state, error.ending)
      }
      state.setWord(header.reason, 0)
      state.io = session.position()
      state.meter = meter.position()
    },
  }
}

function meterOf(
  program: StepProgram,
  request: RunRequest,
  state: State,
  events: HostCallEvents,
): Meter {
  const gasAt = globalAt(program, abi.gas)!
  const counter = {
    get value() {
      events.touched?.(gasAt, slotBytes)
      return BigInt.asIntN(64, state.slot(gasAt))
    },
    set value(gas: unknown) {
      events.touched?.(gasAt, slotBytes)
      state.setSlot(gasAt, BigInt.asUintN(64, gas as bigint))
    },
  }
  const bounds = { limit: request.gas, checkpointGas: request.checkpointGas, reportGas: null }
  return createMeter(counter, bounds, {
    checkpoint(gasUsed) {
      const index = state.word(header.checkpoints)
      events.checkpoint?.(gasUsed, index)
      state.setWord(header.checkpoints, index + 1)
      return state.guestPages
    },
    report: () => {},
  })
}

/** As the default provider, but that what was read and written is in the state. */
function stdioOf(
  request: RunRequest,
  state: State,
  outputs: Readonly<Record<OutputStream, OutputBuffer>>,
): Stdio {
  const source = stdioSource(request)
  const { args, environ } = deterministicProvider.open(source)
  return {
    args,
    environ,
    read(bytesMax) {
      const { io } = state
      const bytes = source.stdin.subarray(io.stdinBytes, io.stdinBytes + bytesMax)
      state.io = { ...io, stdinBytes: io.stdinBytes + bytes.length }
      return bytes
    },
    write(stream, bytes) {
      outputs[stream].put(state.written(stream), bytes)
      const chain = state.addWritten(stream, bytes.length)
      chain.set(sha256.create().update(chain).update(bytes).digest())
    },
    written: (stream) => outputs[stream].bytes,
  }
}

function callImport(
  program: StepProgram,
  state: State,
  session: WasiSession,
  meter: Meter,
  events: HostCallEvents,
): void {
  const index = state.word(header.reason)
  const { module, name } = program.module.imports[index]!
  if (module === abi.importModule) {
    meter.tick()
    return
  }
  const { params, results } = program.functionTypes[index]!
  const sp = state.word(header.sp)
  const first = sp - (params.length - 1) * slotBytes
  events.touched?.(first - slotBytes, (params.length + 2) * slotBytes)
  const given = params.map((type, i) => numberOf(type, state.slot(first + i * slotBytes)))
  const call = session.imports[name as keyof typeof session.imports] as (
    ...given: (number | bigint)[]
  ) => number | undefined
  const answer = call(...given)
  const below = first - slotBytes
  if (results.length === 0) {
    state.setWord(header.sp, below)
    state.setSlot(header.top, state.slot(below))
    return
  }
  state.setWord(header.sp, first)
  state.setSlot(header.top, slotOf(results[0]!, answer!))
}

function writeEnding(state: State, ending: Ending): void {
  const index = (hostEndings as readonly string[]).indexOf(ending.kind)
  if (index < 0) throw new Error(`a host call ended a run with ${ending.kind}`)
  state.setWord(header.status, statuses.ended)
  state.setWord(header.ending, index)
  state.setWord(header.exitCode, ending.kind === 'exit' ? ending.exit_code : 0)
}
