// Phases of harm under load, from a seed: each ends with a network that is whole again, and with
// the question whether anything of what was promised is missing.
import { setTimeout as pause } from 'node:timers/promises'
import { type Census, createCensus } from '../network/census.ts'
import { type Chance, chanceFrom } from '../network/chance.ts'
import { type Network, openNetwork } from '../network/network.ts'
import { type Books, openBooks } from './books.ts'
import { examine, leftFiles, programsOf } from './examine.ts'
import { killAndStart, lineFaults, stopAndContinue, worsen } from './faults.ts'
import { startLoad } from './load.ts'

export interface Campaign {
  readonly folder: string
  readonly seed: number
  readonly seconds: number
  readonly nodes: number
  readonly perSecond: number
  progress?(text: string): void
}

export interface Report {
  readonly seed: number
  phases: number
  /** What was done, how often. */
  readonly harm: Record<string, number>
  acknowledged: number
  verified: number
  failed: number
  entries: number
  /** Empty where all that must hold held. */
  faults: string[]
}

interface World {
  readonly network: Network
  readonly census: Census
  readonly chance: Chance
  readonly books: Books
  readonly report: Report
}

/** Before the first harm is done, and between two. */
const calmMs = 1_500

/** Stops at the first phase after which something is wrong. */
export async function runCampaign(campaign: Campaign): Promise<Report> {
  const { folder, seed, seconds, progress = () => undefined } = campaign
  const chance = chanceFrom(seed)
  const report: Report = {
    ...{ seed, phases: 0, harm: {} },
    ...{ acknowledged: 0, verified: 0, failed: 0, entries: 0, faults: [] },
  }
  const network = await openNetwork({ folder, chance: chance.unit })
  const census = createCensus()
  try {
    for (let i = 1; i <= campaign.nodes; i++) await network.addNode(`node-${i}`)
    const books = openBooks(network.connection)
    const untilMs = performance.now() + 1_000 * seconds
    while (performance.now() < untilMs && report.faults.length === 0) {
      const did = await onePhase({ network, census, chance, books, report }, campaign)
      report.phases += 1
      report.entries = books.entries
      progress(`phase ${report.phases}: ${did.join(', ')}; ${textOf(report)}`)
    }
  } finally {
    census.take(programsOf(network))
    const killed = await network.stop()
    report.faults.push(...killed.map((name) => `${name} does not end when it is told to`))
  }
  const left = census.orphans([])
  report.faults.push(...left.map((one) => `a process outlives the network: ${one}`))
  report.faults.push(...leftFiles(network))
  return report
}

export function textOf({ acknowledged, verified, failed, entries, faults }: Report): string {
  const ended = `${verified} verified and ${failed} failed of ${acknowledged} tasks`
  return `${ended}, ${entries} entries, ${faults.length === 0 ? 'all holds' : faults.join('; ')}`
}

async function onePhase(world: World, { perSecond }: Campaign): Promise<readonly string[]> {
  const { network, chance, census, books, report } = world
  const load = startLoad(network.connection, { perSecond, openMax: 200 })
  await pause(calmMs)
  const done: string[] = []
  const turns = chance.between(1, 3)
  const spared = [...network.nodes]
  for (let i = 0; i < turns; i++) {
    const doings = [harmSomebody(world, spared), harmSomeLine(world, spared)]
    done.push(...(await Promise.all(doings)).filter((did) => did !== null))
    await pause(chance.between(0, calmMs))
  }
  for (const did of done) {
    const what = did.replace(/ .*/, '')
    report.harm[what] = (report.harm[what] ?? 0) + 1
  }
  report.faults.push(...(await examine({ network, books, census }, load, report)))
  for (const { name, program } of [
    ...network.nodes,
    { name: 'coordinator', ...network.coordinator },
  ]) {
    if (program.end !== null) report.faults.push(`${name} ended: ${program.said().slice(-800)}`)
  }
  return done
}

async function harmSomebody(
  { network, chance, census }: World,
  spared: Network['nodes'][number][],
): Promise<string> {
  const isNode = chance.unit() < 0.6
  const one = isNode ? chance.pick(spared) : network.coordinator
  const who = 'name' in one ? one.name : 'coordinator'
  const isKilled = chance.unit() < 0.6
  await (isKilled ? killAndStart : stopAndContinue)(one, { chance, census })
  return `${isKilled ? 'killed' : 'stopped'} ${who}`
}

async function harmSomeLine(
  { chance, census }: World,
  spared: Network['nodes'][number][],
): Promise<string | null> {
  if (chance.unit() < 0.2) return null
  const node = chance.pick(spared)
  const name = chance.pick(Object.keys(lineFaults))
  await worsen(node, lineFaults[name]!, { chance, census })
  return `${name} ${node.name}`
}
