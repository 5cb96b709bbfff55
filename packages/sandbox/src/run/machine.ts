// A guest joined to its meter and to its world.
import { HostFault } from '../host-fault.ts'
import { deterministicProvider } from '../wasi/deterministic.ts'
import { type WasiSession, wasiSession } from '../wasi/overlay.ts'
import type { WasiHost, WasiProvider } from '../wasi/provider.ts'
import type { Captured } from './capture.ts'
import { type LinkedGuest, link } from './link.ts'
import { pageBytes } from './memory-tree.ts'
import { createMeter, type Meter } from './meter.ts'
import type { PageTools } from './page-tools.ts'
import type { Program } from './program.ts'
import { type RunRequest, stdioSource, wasiBounds } from './request.ts'
import { RunEnd } from './run-end.ts'
import { type Failed, linkFailureOf } from './traps.ts'

/** What a run may use of the machine. None of it shows in the result. */
export interface RunHooks extends Partial<PageTools> {
  readonly provider?: WasiProvider
  /** Called about every so much gas, for whoever waits. */
  readonly report?: { readonly everyGas: number; readonly progress: (gasUsed: number) => void }
}

export interface Machine {
  readonly guest: LinkedGuest
  readonly meter: Meter
  readonly session: WasiSession
}

/** Runs nothing of the guest; but its segments may lie beyond its memory, which is a trap. */
export function assemble(
  program: Program,
  request: RunRequest,
  hooks: RunHooks,
  onCheckpoint: (machine: Machine, gasUsed: number) => void,
): Machine | Failed {
  let machine: Machine | null = null
  const running = () => {
    if (machine === null) throw new HostFault('internal', 'the guest ran before it was ready')
    return machine
  }
  const host: WasiHost = {
    memory: () => memoryBytes(running().guest),
    charge: (gas) => running().meter.charge(gas),
    gasUsed: () => running().meter.used(),
    end(ending) {
      throw new RunEnd(ending)
    },
  }
  const session = openWorld(host, request, hooks)
  let guest: LinkedGuest
  try {
    guest = link(program, { tick: () => running().meter.tick(), wasi: session.imports })
  } catch (error) {
    return linkFailureOf(error)
  }
  const { gas, checkpointGas } = request
  const meter = createMeter(
    guest.gas,
    { limit: gas, checkpointGas, reportGas: hooks.report?.everyGas ?? null },
    {
      checkpoint(gasUsed) {
        onCheckpoint(running(), gasUsed)
        return memoryPages(running().guest)
      },
      report: (gasUsed) => hooks.report?.progress(gasUsed),
    },
  )
  machine = { guest, meter, session }
  return machine
}

/** The size of the guest's memory, which never shrinks. */
export function memoryPages({ memory }: LinkedGuest): number {
  return (memory?.buffer.byteLength ?? 0) / pageBytes
}

function memoryBytes({ memory }: LinkedGuest): Uint8Array {
  return memory === null ? nothing : new Uint8Array(memory.buffer)
}

/** The machine as a checkpoint shows it. */
export function captured({ guest, session }: Machine): Captured {
  return {
    globals: guest.globals,
    control: guest.control,
    memory: memoryBytes(guest),
    position: session.position(),
    written: (stream) => session.written(stream),
  }
}

const nothing = new Uint8Array(0)

function openWorld(host: WasiHost, request: RunRequest, hooks: RunHooks): WasiSession {
  const source = stdioSource(request)
  const provider = hooks.provider ?? deterministicProvider
  return wasiSession(host, provider.open(source), wasiBounds(request))
}
