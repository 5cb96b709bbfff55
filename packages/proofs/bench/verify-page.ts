// Runs in the browser: how long verification takes there, by the clock, for what it is served.
import { claimFrom, verificationKeyFrom, verify, verifyBatch } from '../src/browser.ts'

declare const crypto: { getRandomValues(bytes: Uint8Array): Uint8Array }
declare const performance: { now(): number }
declare function fetch(
  url: string,
  sent?: { method: string; body: string },
): Promise<{ json(): Promise<unknown> }>

interface Served {
  readonly key: unknown
  readonly proof: unknown
  readonly signals: readonly string[]
  readonly batch: number
}

const served = (await (await fetch('/served.json')).json()) as Served
const key = taken(verificationKeyFrom(served.key))
const read = () => taken(claimFrom(served.proof, served.signals))
const claim = read()
const [, firstMs] = timed(() => taken(verify(key, claim)))
const random = (count: number) => crypto.getRandomValues(new Uint8Array(count))
const batch = new Array(served.batch).fill(claim)
verifyBatch(key, batch.slice(0, 10), random).map(taken)
const [, batchMs] = timed(() => verifyBatch(key, batch, random).map(taken))
const figures = {
  firstMs,
  readMs: eachMs(read),
  verifyMs: eachMs(() => taken(verify(key, claim))),
  batchEachMs: batchMs / served.batch,
}
await fetch('/figures', { method: 'POST', body: JSON.stringify(figures) })

function eachMs(work: () => unknown): number {
  const runs = 20
  for (let i = 0; i < runs; i++) work()
  const [, ms] = timed(() => {
    for (let i = 0; i < runs; i++) work()
  })
  return ms / runs
}

function timed<T>(work: () => T): [made: T, ms: number] {
  const before = performance.now()
  const made = work()
  return [made, performance.now() - before]
}

function taken<T>(outcome: { ok: true; value: T } | { ok: false; reason: string }): T {
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.value
}
