// The harm that is done to a network, each until it is whole again.
import { setTimeout as pause } from 'node:timers/promises'
import type { Census } from '../network/census.ts'
import type { Chance } from '../network/chance.ts'
import type { CoordinatorAtWork, NodeAtWork } from '../network/network.ts'
import { goodLine, type Line } from './tcp-proxy.ts'

type AtWork = CoordinatorAtWork | NodeAtWork

export interface Harm {
  readonly chance: Chance
  readonly census: Census
}

/** Killed where it stands, and after a while started again. */
export async function killAndStart(one: AtWork, { chance, census }: Harm): Promise<void> {
  const { program } = one
  // Nobody is born between the counting and the killing.
  program.signal('SIGSTOP')
  census.take([program.pid])
  await program.kill()
  await pause(chance.between(0, 3_000))
  await one.start()
}

/** Neither alive nor gone, for a while: a laptop that sleeps. */
export async function stopAndContinue({ program }: AtWork, { chance }: Harm): Promise<void> {
  program.signal('SIGSTOP')
  await pause(chance.between(500, 8_000))
  program.signal('SIGCONT')
}

export const lineFaults: Readonly<Record<string, Partial<Line>>> = {
  cut: { isCut: true },
  delayed: { delayMs: 150 },
  throttled: { bytesPerSecond: 20_000 },
  corrupting: { corrupts: 0.02 },
  swallowing: { swallows: true },
}

export async function worsen(
  { line }: NodeAtWork,
  fault: Partial<Line>,
  { chance }: Harm,
): Promise<void> {
  line.become(fault)
  await pause(chance.between(1_000, 6_000))
  line.become(goodLine)
  // What was swallowed would be missed for ever: a line is whole again when it is a new one.
  if (fault.swallows === true) line.become({ isCut: true })
  line.become(goodLine)
}
