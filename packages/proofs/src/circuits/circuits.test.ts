import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reduce } from '../field/scalar-field.ts'
import { verificationKeyFrom } from '../groth16/verification-key.ts'
import { claimFrom, verify } from '../groth16/verify.ts'
import { forgeryWithout, hole } from '../r1cs/mutation.ts'
import { Rework } from '../r1cs/rework.ts'
import { broken, witnessFor } from '../r1cs/witness.ts'
import { CircuitManifest } from '../setup/manifest.ts'
import { catalogue } from './catalogue.ts'
import { sourcesOf } from './compile.ts'
import { type CircuitDefinition, inputOf, signalsOf } from './definition.ts'
import { type FoundTarget, targetOf } from './target.ts'
import { updateNorm } from './update-norm.ts'

const circuits = fileURLToPath(new URL('../../../../circuits/', import.meta.url))
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vcp-circuits-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each(catalogue)('the circuit $name', (circuit) => {
  const { small } = circuit.variants
  const tried = circuit.mutated ?? small
  let found: FoundTarget

  beforeAll(async () => {
    const into = join(folder, circuit.name)
    const target = await targetOf(circuits, circuit, tried, into)
    if (!target.ok) throw new Error(target.reason)
    found = target.value
  }, 180_000)

  test('leaves no private signal to who proves: inputs determine every wire', () => {
    const { free } = found.target.determination
    expect(free.map(found.nameOf)).toEqual([])
  })

  test('takes what is true, with the outputs of its statement', () => {
    const { system, determination, trials } = found.target
    const witness = witnessFor(system, determination, trials[0]!.inputs)
    expect(broken(system, witness)).toBeNull()
    const signals = signalsOf(circuit, tried, circuit.sample(tried.parameters))!
    expect(witness.slice(1, signals.length + 1)).toEqual(signals.map(reduce))
  })

  test('takes no lie', () => {
    const { trials } = found.target
    expect(trials.slice(1).every(({ outputs }) => outputs === null)).toBe(true)
    expect(trials.length).toBeGreaterThan(2)
    expect(hole(found.target)).toBeNull()
  })

  test('needs each of some constraints from all over it', () => {
    const { constraints } = found.target.system
    for (let at = 5; at < constraints.length; at += Math.ceil(constraints.length / 8)) {
      expect(forgeryWithout(found.target, at), `without ${at}`).not.toBeNull()
    }
  })

  test('has a key, a manifest and a proof that are of its present sources', async () => {
    const [key, manifest, proof, sample] = await Promise.all(
      ['key', 'manifest', 'proof', 'sample'].map((what) => committed(circuit, what)),
    )
    const opened = verificationKeyFrom(key)
    if (!opened.ok) throw new Error(opened.reason)
    const { variants, setup } = CircuitManifest.parse(manifest)
    const { digest } = await sourcesOf(circuits, circuit, small)
    expect(setup).toBe('development')
    expect(variants.small).toMatchObject({
      sources: digest,
      verification_key: opened.value.digest,
    })
    expect(sample).toEqual(inputOf(circuit.sample(small.parameters)))
    const { proof: proofJson, signals } = proof as { proof: unknown; signals: string[] }
    const claim = claimFrom(proofJson, signals)
    expect(claim.ok && verify(opened.value, claim.value).ok).toBe(true)
    const wanted = signalsOf(circuit, small, circuit.sample(small.parameters))!
    expect(signals).toEqual(wanted.map((value) => String(reduce(value))))
  })

  test('refuses its own proof for any other signal, the context first of all', async () => {
    const opened = verificationKeyFrom(await committed(circuit, 'key'))
    if (!opened.ok) throw new Error(opened.reason)
    const { proof, signals } = (await committed(circuit, 'proof')) as {
      proof: unknown
      signals: string[]
    }
    for (const [at, signal] of signals.entries()) {
      const claim = claimFrom(proof, signals.with(at, String(reduce(BigInt(signal) + 1n))))
      expect(claim.ok && verify(opened.value, claim.value).ok, `signal ${at}`).toBe(false)
    }
  })
})

test('the harness finds each constraint of a tiny circuit needed, and a copy not', async () => {
  const found = await targetOf(circuits, updateNorm, { parameters: [2, 4] }, join(folder, 'tiny'))
  if (!found.ok) throw new Error(found.reason)
  const { target } = found.value
  const places = [...target.system.constraints.keys()]
  expect(places.filter((at) => forgeryWithout(target, at) === null)).toEqual([])

  const constraints = [...target.system.constraints, target.system.constraints[0]!]
  const system = { ...target.system, constraints }
  const doubled = { ...target, system, rework: new Rework(system, target.determination) }
  expect(forgeryWithout(doubled, places.length)).toBeNull()
}, 60_000)

async function committed({ folder: own, name }: CircuitDefinition, what: string): Promise<unknown> {
  return JSON.parse(await readFile(join(circuits, own, `${name}.${what}.json`), 'utf8'))
}
