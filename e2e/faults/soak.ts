// A network at work for long, while nodes come and go: what its processes hold of memory, and
// whether that grows. The coordinator and one node are spared, because a process that is new is
// small.
import { setTimeout as pause } from 'node:timers/promises'
import { childrenOf, residentMb } from '../bench/processes.ts'
import { createCensus } from '../network/census.ts'
import { chanceFrom } from '../network/chance.ts'
import { type Network, openNetwork } from '../network/network.ts'
import { openBooks } from './books.ts'
import { type Counts, examine, leftFiles, programsOf } from './examine.ts'
import { killAndStart, lineFaults, stopAndContinue, worsen } from './faults.ts'
import { startLoad } from './load.ts'

export interface Soak {
  readonly folder: string
  readonly seed: number
  readonly minutes: number
  readonly perSecond: number
  progress?(sample: Sample): void
}

export interface Sample {
  readonly seconds: number
  readonly tasks: number
  /** Resident megabytes of a process with its children, by its name. */
  readonly mb: Readonly<Record<string, number>>
}

export interface Flatness {
  readonly name: string
  /** What is left after a collection, in the second and in the last quarter of the time. */
  readonly earlyMb: number
  readonly lateMb: number
  readonly isFlat: boolean
}

export interface SoakReport extends Counts {
  readonly samples: readonly Sample[]
  readonly flatness: readonly Flatness[]
  readonly churned: number
  readonly faults: readonly string[]
}

const sampleMs = 5_000
/** Between two that come and go. */
const churnMs = 10_000
/** What is measured may miss the moment after a collection by so much. */
const roomShare = 1.1
const roomMb = 15

export async function soak(options: Soak): Promise<SoakReport> {
  const { folder, seed, minutes, perSecond, progress = () => undefined } = options
  const chance = chanceFrom(seed)
  const census = createCensus()
  const counts: Counts = { acknowledged: 0, verified: 0, failed: 0 }
  const samples: Sample[] = []
  const faults: string[] = []
  let churned = 0
  const network = await openNetwork({ folder, chance: chance.unit })
  try {
    for (let i = 1; i <= 4; i++) await network.addNode(`node-${i}`)
    const load = startLoad(network.connection, { perSecond, openMax: 200 })
    const beganMs = performance.now()
    const untilMs = beganMs + 60_000 * minutes
    const churning = (async () => {
      while (performance.now() < untilMs) {
        await comeAndGo(network, { chance, census })
        churned += 1
        await pause(churnMs)
      }
    })()
    while (performance.now() < untilMs) {
      await pause(sampleMs)
      const seconds = Math.round((performance.now() - beganMs) / 1_000)
      samples.push({ seconds, tasks: load.tasks.size, mb: memoryOf(network) })
      progress(samples.at(-1)!)
    }
    await churning
    const books = openBooks(network.connection)
    faults.push(...(await examine({ network, books, census }, load, counts)))
  } finally {
    census.take(programsOf(network))
    const killed = await network.stop()
    faults.push(...killed.map((name) => `${name} does not end when it is told to`))
  }
  faults.push(...census.orphans([]).map((one) => `a process outlives the network: ${one}`))
  faults.push(...leftFiles(network))
  const flatness = ['coordinator', 'node-1'].map((name) => flatnessOf(name, samples))
  return { ...counts, samples, flatness, churned, faults }
}

async function comeAndGo(
  { nodes }: Network,
  harm: Parameters<typeof killAndStart>[1],
): Promise<void> {
  const { chance } = harm
  const node = chance.pick(nodes.slice(1))
  const fault = lineFaults[chance.pick(Object.keys(lineFaults))]!
  const harms = [
    () => killAndStart(node, harm),
    () => stopAndContinue(node, harm),
    () => worsen(node, fault, harm),
  ]
  await chance.pick(harms)()
}

function memoryOf({ coordinator, nodes }: Network): Readonly<Record<string, number>> {
  const named = [{ name: 'coordinator', program: coordinator.program }, ...nodes]
  return Object.fromEntries(
    named.map(({ name, program }) => {
      const pids = program.end === null ? [program.pid, ...childrenOf(program.pid)] : []
      return [name, Math.round(pids.reduce((sum, pid) => sum + residentOf(pid), 0))]
    }),
  )
}

/** Nought where it has just gone. */
function residentOf(pid: number): number {
  try {
    return residentMb(pid)
  } catch {
    return 0
  }
}

export function flatnessOf(name: string, samples: readonly Sample[]): Flatness {
  const values = samples.map(({ mb }) => mb[name] ?? 0)
  const quarter = Math.floor(values.length / 4)
  const earlyMb = floorOf(values.slice(quarter, 2 * quarter))
  const lateMb = floorOf(values.slice(-quarter))
  return { name, earlyMb, lateMb, isFlat: lateMb <= roomShare * earlyMb + roomMb }
}

/** All but the lowest tenth lie above it. */
function floorOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 10)] ?? Number.NaN
}
