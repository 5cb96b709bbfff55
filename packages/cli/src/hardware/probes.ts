// What this machine is asked, each question in a process of its own (`probe-main.ts`).
import type { RawBattery } from './battery.ts'
import type { RawCpu } from './cpu.ts'
import type { RawDisk } from './disk.ts'
import type { RawGpus } from './gpus.ts'
import type { RawMemory } from './memory.ts'
import type { RawNetwork } from './network.ts'
import type { RawSystem } from './system.ts'
import type { RawTemperature } from './temperature.ts'

/** The raw answer to each question, before anything is made of it. */
export interface RawAnswers {
  readonly cpu: RawCpu
  readonly memory: RawMemory
  readonly gpus: RawGpus
  readonly temperature: RawTemperature
  readonly battery: RawBattery
  readonly disk: RawDisk
  readonly network: RawNetwork
  readonly system: RawSystem
}

export type ProbeName = keyof RawAnswers

export type Probes = { readonly [Name in ProbeName]: (folder: string) => Promise<RawAnswers[Name]> }

export const probes: Probes = {
  cpu: async () => (await import('./cpu.ts')).readCpu(),
  memory: async () => (await import('./memory.ts')).readMemory(),
  gpus: async () => (await import('./gpus.ts')).readGpus(),
  temperature: async () => (await import('./temperature.ts')).readTemperature(),
  battery: async () => (await import('./battery.ts')).readBattery(),
  disk: async (folder) => (await import('./disk.ts')).readDisk(folder),
  network: async () => (await import('./network.ts')).readNetwork(),
  system: async () => (await import('./system.ts')).readSystem(),
}
