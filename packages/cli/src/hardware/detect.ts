import { type Asked, type Asking, ask } from './ask.ts'
import { batteryFrom } from './battery.ts'
import { cpuFrom } from './cpu.ts'
import { diskFrom } from './disk.ts'
import { gpusFrom } from './gpus.ts'
import type { Hardware } from './hardware.ts'
import { measureLoad } from './load.ts'
import { memoryFrom } from './memory.ts'
import { networkFrom } from './network.ts'
import type { ProbeName, RawAnswers } from './probes.ts'
import { operatingSystemFrom, virtualFrom } from './system.ts'
import { temperatureFrom } from './temperature.ts'

/** The raw answers, null for each question that got none. */
export type Answers = { readonly [Name in ProbeName]: RawAnswers[Name] | null }

export interface Detection {
  readonly dataDir: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly deadlineMs?: number
}

/** Looks at this machine. Never fails: what cannot be read is null, with the reason in `notes`. */
export async function detectHardware(detection: Detection): Promise<Hardware> {
  const { dataDir, env, signal, deadlineMs = defaultDeadlineMs } = detection
  // First, while the machine does only what it would do anyway.
  const load = await measureLoad(250, signal).catch(() => null)
  const asking: Asking = { folder: dataDir, env, deadlineMs, signal }
  const names = Object.keys(nothing) as ProbeName[]
  const asked = await Promise.all(
    names.map(
      async (name): Promise<[ProbeName, Asked<ProbeName>]> => [name, await ask(name, asking)],
    ),
  )
  const notes = asked.flatMap(([name, { reason }]) => (reason === null ? [] : `${name}: ${reason}`))
  const answers = Object.fromEntries(asked.map(([name, { answer }]) => [name, answer]))
  return hardwareFrom({ ...nothing, ...answers }, load, notes)
}

/** Makes of raw answers what can be said of the machine. */
export function hardwareFrom(
  raw: Answers,
  loadPercent: number | null,
  notes: readonly string[] = [],
): Hardware {
  const heat = raw.temperature === null ? null : temperatureFrom(raw.temperature)
  const gpus = raw.gpus === null ? null : gpusFrom(raw.gpus)
  const interfaces = raw.network === null ? null : networkFrom(raw.network)
  const hidden = raw.gpus !== null && gpus === null ? ['gpus: the system gives no list'] : []
  return {
    cpu: { ...(raw.cpu === null ? unknownCpu() : cpuFrom(raw.cpu)), load_percent: loadPercent },
    memory: raw.memory === null ? unknownMemory : memoryFrom(raw.memory),
    gpus: gpus === null ? null : [...gpus],
    temperature: heat?.temperature ?? { cpu_c: null, source: null },
    battery: raw.battery === null ? null : batteryFrom(raw.battery),
    disk: raw.disk === null ? null : diskFrom(raw.disk),
    network: { interfaces: interfaces === null ? null : [...interfaces] },
    os: raw.system === null ? unknownSystem() : operatingSystemFrom(raw.system),
    virtual: raw.system === null ? null : virtualFrom(raw.system),
    notes: [...notes, ...hidden, ...(heat?.note == null ? [] : [heat.note])],
  }
}

/** On Windows each question starts PowerShell several times, a second each on a busy laptop. */
const defaultDeadlineMs = process.platform === 'win32' ? 20_000 : 5_000

const nothing: Answers = {
  cpu: null,
  memory: null,
  gpus: null,
  temperature: null,
  battery: null,
  disk: null,
  network: null,
  system: null,
}

function unknownCpu(): ReturnType<typeof cpuFrom> {
  return {
    model: null,
    architecture: process.arch,
    cores_physical: null,
    cores_logical: null,
    available: null,
    speed_ghz: null,
  }
}

const unknownMemory: Hardware['memory'] = {
  total_bytes: null,
  available_bytes: null,
  limit_bytes: null,
  swap_total_bytes: null,
  swap_free_bytes: null,
}

function unknownSystem(): Hardware['os'] {
  return { platform: process.platform, distro: null, release: null, kernel: null }
}
