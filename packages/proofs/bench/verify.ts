// What checking costs, in processor time of this thread, on the proofs that are committed: reading
// and checking the points, one proof, and one of a batch. Beside it, in the same run, the equation
// with the pairing of @noble/curves, for which the lines of the key's points are known as well.
//   node scripts/with-node.mjs packages/proofs/bench/verify.ts [--json] [--batch 100]
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { bn254 } from '@noble/curves/bn254.js'
import { catalogue } from '../src/circuits/catalogue.ts'
import { G1, g1FromJson, g2FromJson } from '../src/groth16/points.ts'
import { decodeProof, encodeProof } from '../src/groth16/proof-codec.ts'
import { type VerificationKeyJson, verificationKeyFrom } from '../src/groth16/verification-key.ts'
import { type Claim, claimFrom, verify } from '../src/groth16/verify.ts'
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
  const keyJson = committed(folder, name, 'key')
  const [key, keyMs] = cpuMs(() => taken(verificationKeyFrom(keyJson)))
  const { proof, signals } = committed(folder, name, 'proof')
  const claim = taken(claimFrom(proof, signals))
  const readMs = eachMs(() => taken(claimFrom(proof, signals)))
  const verifyMs = eachMs(() => taken(verify(key, claim)))
  const throughNoble = equationOfNoble(keyJson)
  const nobleMs = eachMs(() => throughNoble(claim))
  const bytes = encodeProof(claim.proof)
  const decodeMs = eachMs(() => taken(decodeProof(bytes)))
  const batch = new Array(count).fill(claim)
  verifyBatch(key, batch.slice(0, 10), randomBytes).map(taken)
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
    nobleMs: round(nobleMs),
    ratio: round(nobleMs / verifyMs),
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

/** Of many runs, after some that only warm up. */
function eachMs(work: () => unknown): number {
  for (let i = 0; i < 20; i++) work()
  const runs = 20
  const [, ms] = cpuMs(() => {
    for (let i = 0; i < runs; i++) work()
  })
  return ms / runs
}

/** The same equation without a pairing of ours. */
function equationOfNoble(json: VerificationKeyJson): (claim: Claim) => void {
  const { Fp12 } = bn254.fields
  const linesOf = (point: VerificationKeyJson['vk_beta_2']) =>
    bn254.utils.calcPairingPrecomputes(taken(g2FromJson(point, 'a point')).point)
  const [beta, gamma, delta] = [json.vk_beta_2, json.vk_gamma_2, json.vk_delta_2].map(linesOf)
  const [alpha, ...inputs] = [json.vk_alpha_1, ...json.IC].map((point) =>
    taken(g1FromJson(point, 'a point')),
  )
  const loop = (pairs: readonly (readonly [typeof beta, typeof alpha])[]) =>
    bn254.millerLoopBatch(pairs.map(([lines, point]) => [lines!, point!.x, point!.y]))
  const alphaBeta = loop([[beta, alpha]])
  return ({ proof: { a, b, c }, signals }) => {
    const sum = signals.reduce(
      (total, signal, i) => total.add(inputs[i + 1]!.multiplyUnsafe(signal)),
      inputs[0] ?? G1.ZERO,
    )
    const lines = bn254.utils.calcPairingPrecomputes(b.point)
    const product = loop([
      [lines, a.negate()],
      [gamma, sum],
      [delta, c],
    ])
    const whole = Fp12.finalExponentiate(Fp12.mul(product, alphaBeta))
    if (!Fp12.eql(whole, Fp12.ONE)) throw new Error('the proof does not hold there')
  }
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10
}
