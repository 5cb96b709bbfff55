// What is measured of a machine: how much of something it does in a second, again and again for a
// while, so that it is seen how far one time differs from another.
import { setImmediate as breath } from 'node:timers/promises'
import { type Outcome, pass } from '@vcp/protocol'

/** One thing to measure. */
export interface Measure {
  readonly name: string
  /** What is done, and by what. */
  readonly about: string
  /** Of what it does in a second. */
  readonly unit: string
  /** Refuses where the machine cannot do it at all. */
  start(place: BenchPlace): Promise<Outcome<Work>>
}

export interface Work {
  /** Does some of it; resolves with how much, in the unit. */
  some(): Promise<Outcome<number>>
  end(): Promise<void>
}

export interface BenchPlace {
  /** The folder whose disk is measured: it is there. */
  readonly folder: string
  /** Processes of a node of this machine. */
  readonly seats: number
  readonly signal: AbortSignal
}

/** How much was done a second, over a slice of time that ended then. */
export interface Sample {
  readonly at_s: number
  readonly rate: number
}

export interface Measured {
  readonly name: string
  readonly about: string
  readonly unit: string
  /** Of all samples; null where there are none. */
  readonly median: number | null
  /** One in ten is below it, and one in ten above the other. */
  readonly p10: number | null
  readonly p90: number | null
  readonly samples: readonly Sample[]
  /** Why there are none, or no more of them. */
  readonly reason: string | null
}

export interface Pacing {
  readonly seconds: number
  readonly signal: AbortSignal
  /** A clock that never goes back. */
  nowMs(): number
  /** A slice is over. */
  onSample?(sample: Sample): void
}

const slices = 32
const sliceMsMax = 500
/** Before the first slice: code is compiled and processes are started by then. */
const warmUpShare = 0.25
const warmUpMsMax = 2_000
/** Work that waits for nothing lets nobody else in: not even whoever asks for its end. */
const breathMs = 50

/** Ends early, with what there is, at the signal. */
export async function measured(
  measure: Measure,
  place: BenchPlace,
  pacing: Pacing,
): Promise<Measured> {
  const { name, about, unit } = measure
  const started = await measure.start(place)
  if (!started.ok) return { name, about, unit, ...nothing, reason: started.reason }
  try {
    const taken = await samplesOf(started.value, pacing)
    return { name, about, unit, ...taken, ...spreadOf(taken.samples) }
  } finally {
    await started.value.end()
  }
}

const nothing = { median: null, p10: null, p90: null, samples: [] } as const

async function samplesOf(work: Work, { seconds, signal, nowMs, onSample }: Pacing) {
  const wholeMs = 1_000 * seconds
  const sliceMs = Math.min(sliceMsMax, wholeMs / slices)
  let breathedMs = nowMs()

  /** Works for so long, and does no less than a little of it. */
  async function workFor(ms: number): Promise<Outcome<number>> {
    const from = nowMs()
    let amount = 0
    do {
      const done = await work.some()
      if (!done.ok) return done
      amount += done.value
      if (nowMs() < breathedMs + breathMs) continue
      await breath()
      breathedMs = nowMs()
    } while (nowMs() < from + ms && !signal.aborted)
    return pass((1_000 * amount) / (nowMs() - from))
  }

  const samples: Sample[] = []
  const warmUp = await workFor(Math.min(warmUpMsMax, wholeMs * warmUpShare))
  if (!warmUp.ok) return { samples, reason: warmUp.reason }
  const began = nowMs()
  while (nowMs() < began + wholeMs && !signal.aborted) {
    const rate = await workFor(sliceMs)
    if (!rate.ok) return { samples, reason: rate.reason }
    const sample = { at_s: (nowMs() - began) / 1_000, rate: rate.value }
    samples.push(sample)
    onSample?.(sample)
  }
  return { samples, reason: samples.length === 0 ? 'it was interrupted' : null }
}

function spreadOf(samples: readonly Sample[]): Pick<Measured, 'median' | 'p10' | 'p90'> {
  const sorted = samples.map(({ rate }) => rate).sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? null
  return { median: at(0.5), p10: at(0.1), p90: at(0.9) }
}
