// Completed tasks a second, from how their count grows while somebody looks.
import { createStore } from '../api/store.ts'
import type { Point } from '../parts/line-plot.tsx'

/** An hour of looking every five seconds. */
const samplesMax = 720
const minuteMs = 60_000

let last: { readonly atMs: number; readonly completed: number } | null = null

export const samples = createStore<readonly Point[]>([])

export function addSample(atMs: number, completed: number): void {
  if (last !== null && atMs - last.atMs < 1_000) return
  if (last !== null) {
    const rate = rateBetween(last, { atMs, completed })
    samples.set([...samples.value, { x: atMs, y: rate }].slice(-samplesMax))
  }
  last = { atMs, completed }
}

/**
 * Null where the count went back: it is another coordinator's, or another account's. And null where
 * nobody looked for a minute: what was done in that time says nothing of the last minute.
 */
export function rateBetween(
  before: { readonly atMs: number; readonly completed: number },
  now: { readonly atMs: number; readonly completed: number },
): number | null {
  const more = now.completed - before.completed
  const tookMs = now.atMs - before.atMs
  return more < 0 || tookMs > minuteMs ? null : (1_000 * more) / tookMs
}

/** Over the last minute; null before anything was measured. */
export function perSecond(points: readonly Point[]): number | null {
  const newest = points.at(-1)?.x
  if (newest === undefined) return null
  const known = points.filter(({ x, y }) => y !== null && x > newest - minuteMs)
  if (known.length === 0) return null
  const sum = known.reduce((total, { y }) => total + (y ?? 0), 0)
  return Math.round((10 * sum) / known.length) / 10
}
