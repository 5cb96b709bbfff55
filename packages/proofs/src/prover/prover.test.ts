import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { refuse } from '@vcp/protocol'
import { afterAll, expect, test } from 'vitest'
import { verificationKeyFrom } from '../groth16/verification-key.ts'
import { keyOf, trapdoor } from '../testing/trapdoor.ts'
import { type Prover, proveWitness } from './prover.ts'

const folder = mkdtempSync(join(tmpdir(), 'vcp-prover-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('what a proof is made of lies in the folder that it is told, and goes with it', async () => {
  const seen: { file: string; bytes: Uint8Array }[] = []
  const prover: Prover = {
    name: 'one that looks',
    async prove({ witness }) {
      seen.push({ file: witness, bytes: readFileSync(witness) })
      return refuse('PROVING_FAILED', 'it has seen enough')
    },
  }
  const key = verificationKeyFrom(keyOf(trapdoor(1, 1)))
  if (!key.ok) throw new Error(key.reason)
  const witness = Uint8Array.of(1, 2, 3)
  const order = { witness, provingKey: 'nowhere', verificationKey: key.value }
  const within = join(folder, 'made', 'at once')
  const made = await proveWitness(prover, order, { within })
  expect(made).toMatchObject({ ok: false, reason: 'it has seen enough' })
  const [{ file, bytes }] = seen as [(typeof seen)[number]]
  expect(Uint8Array.from(bytes)).toEqual(witness)
  expect(dirname(dirname(file))).toBe(within)
  expect([existsSync(file), readdirSync(within)]).toEqual([false, []])
})
