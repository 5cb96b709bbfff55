import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { createProofVerifier } from './proof-verifier.ts'
import { createVerifyWork } from './verify-work.ts'

const circuits = fileURLToPath(new URL('../../../../circuits/', import.meta.url))
const read = async (file: string) => JSON.parse(await readFile(`${circuits}${file}`, 'utf8'))
const keyJson = await read('update-norm/update-norm.key.json')
const { proof, signals } = await read('update-norm/update-norm.proof.json')
const otherKey = await read('model-diff/model-diff.key.json')
const other = await read('model-diff/model-diff.proof.json')
const lower = [...signals.slice(0, -1), String(BigInt(signals.at(-1)) - 1n)]
const honest = { work: 'claim', keyJson, proof, signals } as const
const lying = { work: 'claim', keyJson, proof, signals: lower } as const

const verifier = createProofVerifier()
afterAll(() => verifier.close())

test('proofs are verified in a thread, several at once, each by itself', async () => {
  const more = { work: 'claim', keyJson: otherKey, ...other } as const
  const all = await Promise.all([honest, lying, honest, more].map((work) => verifier.verify(work)))
  expect(all.map(({ ok }) => ok)).toEqual([true, false, true, true])
}, 20_000)

test('a key that anybody can forge for is refused with whatever comes under it', async () => {
  const forgeable = { ...keyJson, vk_delta_2: keyJson.vk_gamma_2 }
  const verdict = await verifier.verify({ ...honest, keyJson: forgeable })
  expect(verdict).toMatchObject({ ok: false, reason: expect.stringContaining('forge') })
  expect(await verifier.verify({ ...honest, keyJson: undefined })).toMatchObject({ ok: false })
})

test('after a thread that has failed another verifies, undisturbed by its end', async () => {
  const failing = createProofVerifier()
  try {
    const unreadable = { ...honest, keyJson: 1n } // no JSON has such a number
    expect(await failing.verify(unreadable)).toMatchObject({ ok: false, code: 'INTERNAL' })
    expect(await failing.verify(honest)).toMatchObject({ ok: true })
  } finally {
    await failing.close()
  }
}, 20_000)

test('what waits when it stops is answered with that', async () => {
  const stopped = createProofVerifier()
  const waits = stopped.verify(honest)
  await stopped.close()
  expect(await waits).toMatchObject({ ok: false, code: 'COORDINATOR_STOPPING' })
  expect(await stopped.verify(honest)).toMatchObject({ ok: false, code: 'COORDINATOR_STOPPING' })
})

test('proofs that have come together under one key share one look at the equation', () => {
  let drawn = 0
  const verifyWork = createVerifyWork((count) => {
    drawn += 1
    return new Uint8Array(count).fill(drawn)
  })
  const asked = [honest, lying, honest].map((work, id) => ({ id, work }))
  expect(verifyWork(asked).map(({ verdict }) => verdict.ok)).toEqual([true, false, true])
  expect(drawn).toBe(3)
})
