// What checking costs, in processor time of this thread, on the proofs that are committed: reading
// and checking the points, one proof, and one of a batch.
//   node scripts/with-node.mjs packages/proofs/bench/verify.ts [--json] [--batch 100]
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { catalogue } from '../src/circuits/catalogue.ts'
import { decodeProof, encodeProof } from '../src/groth16/proof-codec.ts'
import { verificationKeyFrom } from '../src/groth16/verification-key.ts'
import { claimFrom, verify } from '../src/groth16/verify.ts'
import { verifyBatch } from '../src/groth16/verify-batch.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    batch: { type: 'string', default: '100' },
  },
})
const count = Number(values.batch)
const never = new Int32Array(new SharedArrayBuffer(4))
const committed = (folder: string, name: string, what: string) => {
  const file = new URL(`../../../circuits/${folder}/${name}.${what}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8'))
}

const rows = catalogue.map(({ name, folder }) => {
  const [key, keyMs] = cpuMs(() => taken(verificationKeyFrom(committed(folder, name, 'key'))))
  const { proof, signals } = committed(folder, name, 'proof')
  const claim = taken(claimFrom(proof, signals))
  const readMs = fastest(() => taken(claimFrom(proof, signals)))
  const verifyMs = fastest(() => taken(verify(key, claim)))
  const bytes = encodeProof(claim.proof)
  const decodeMs = fastest(() => taken(decodeProof(bytes)))
  const batch = new Array(count).fill(claim)
  const [, batchMs] = cpuMs(() => verifyBatch(key, batch, randomBytes).map(taken))
  return {
    circuit: name,
    signals: signals.length,
    bytes: bytes.length,
    keyMs: round(keyMs),
    readMs: round(readMs),
    decodeMs: round(decodeMs),
    verifyMs: round(verifyMs),
    batchEachMs: round(batchMs / count),
  }
})
if (values.json) console.log(JSON.stringify(rows))
else console.table(rows)

function taken<T>(outcome: { ok: true; value: T } | { ok: false; reason: string }): T {
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.value
}

function cpuMs<T>(work: () => T): [made: T, ms: number] {
  const before = spentMs()
  const made = work()
  return [made, spentMs() - before]
}

/** Milliseconds so far. Linux counts up what a thread took when it stops running; so it stops. */
function spentMs(): number {
  Atomics.wait(never, 0, 0, 0.01)
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

function fastest(work: () => unknown): number {
  return Math.min(...Array.from({ length: 8 }, () => cpuMs(work)[1]))
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10
}
