// The verification key that a proving key carries in itself, as JSON of the form that snarkjs
// exports, without what follows from the rest.
import { open } from 'node:fs/promises'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type { VerificationKeyJson } from '../groth16/verification-key.ts'
import { canonical, coordinateModulus, inverse } from '../pairing/base-field.ts'
import { readExactly, zkeySections } from './zkey.ts'

/** Its points are looked at by whoever opens the key: `verificationKeyFrom`. */
export async function keyOfZkey(file: string): Promise<Outcome<VerificationKeyJson>> {
  const handle = await open(file, 'r')
  try {
    const sections = await zkeySections(handle)
    if (!sections.ok) return sections
    const [head, inputs] = [2, 3].map((id) => sections.value.get(id))
    if (head?.bytes !== headBytes || inputs === undefined || inputs.bytes % 64 !== 0) {
      return refuse('INVALID', 'the proving key carries no verification key')
    }
    const numbers = await readExactly(handle, head.at, head.bytes)
    const points = await readExactly(handle, inputs.at, inputs.bytes)
    const IC = Array.from({ length: points.length / 64 }, (_, i) => g1At(points, 64 * i))
    return pass({
      protocol: 'groth16',
      curve: 'bn128',
      nPublic: numbers.readUInt32LE(76),
      vk_alpha_1: g1At(numbers, pointsAt),
      vk_beta_2: g2At(numbers, pointsAt + 128),
      vk_gamma_2: g2At(numbers, pointsAt + 256),
      vk_delta_2: g2At(numbers, pointsAt + 448),
      IC,
    })
  } finally {
    await handle.close()
  }
}

/** Both moduli and three numbers; then alpha1 beta1 beta2 gamma2 delta1 delta2. */
const pointsAt = 84
const headBytes = pointsAt + 3 * 64 + 3 * 128

type Pair = [string, string]

function g1At(bytes: Buffer, at: number): VerificationKeyJson['vk_alpha_1'] {
  return [coordinateAt(bytes, at), coordinateAt(bytes, at + 32), '1']
}

function g2At(bytes: Buffer, at: number): VerificationKeyJson['vk_beta_2'] {
  const pair = (from: number): Pair => [coordinateAt(bytes, from), coordinateAt(bytes, from + 32)]
  return [pair(at), pair(at + 64), ['1', '0']]
}

const byMontgomery = inverse((1n << 256n) % coordinateModulus)

function coordinateAt(bytes: Buffer, at: number): string {
  const written = [24, 16, 8, 0].reduce(
    (value, i) => (value << 64n) | bytes.readBigUInt64LE(at + i),
    0n,
  )
  return canonical(written * byMontgomery).toString()
}
