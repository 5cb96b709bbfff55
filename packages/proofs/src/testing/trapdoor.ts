// Keys whose secrets are known, and proofs made from the secrets instead of a witness: valid for
// the verifier, at the price of a few multiplications. It is what a setup must keep anybody from
// doing.
import { power, reduce, scalarModulus } from '../field/scalar-field.ts'
import { G1, G2, g1ToJson, g2ToJson } from '../groth16/points.ts'
import type { ProofJson } from '../groth16/proof.ts'
import type { VerificationKeyJson } from '../groth16/verification-key.ts'

export interface Trapdoor {
  readonly alpha: bigint
  readonly beta: bigint
  readonly gamma: bigint
  readonly delta: bigint
  readonly inputs: readonly bigint[]
}

/** A sequence of scalars that a seed gives: powers of a generator of the field. */
export function scalars(seed: number): () => bigint {
  let state = power(7n, BigInt(seed) + (1n << 200n))
  return () => {
    state = power(state + 5n, 3n)
    return state
  }
}

export function trapdoor(seed: number, signals: number): Trapdoor {
  const next = scalars(seed)
  return {
    alpha: next(),
    beta: next(),
    gamma: next(),
    delta: next(),
    inputs: Array.from({ length: signals + 1 }, next),
  }
}

export function keyOf({ alpha, beta, gamma, delta, inputs }: Trapdoor): VerificationKeyJson {
  const second = (scalar: bigint) => g2ToJson(G2.BASE.multiply(scalar))
  return {
    protocol: 'groth16',
    curve: 'bn128',
    nPublic: inputs.length - 1,
    vk_alpha_1: g1ToJson(G1.BASE.multiply(alpha)),
    vk_beta_2: second(beta),
    vk_gamma_2: second(gamma),
    vk_delta_2: second(delta),
    IC: inputs.map((scalar) => g1ToJson(G1.BASE.multiply(scalar))),
  }
}

export function proofBy(secrets: Trapdoor, signals: readonly bigint[], seed: number): ProofJson {
  const next = scalars(seed)
  const [a, b] = [next(), next()]
  const sum = signals.reduce((total, signal, i) => total + signal * secrets.inputs[i + 1]!, 0n)
  const inputs = (sum + secrets.inputs[0]!) * secrets.gamma
  const rest = reduce(a * b - secrets.alpha * secrets.beta - inputs)
  const c = reduce(rest * power(secrets.delta, scalarModulus - 2n))
  return {
    pi_a: g1ToJson(G1.BASE.multiply(a)),
    pi_b: g2ToJson(G2.BASE.multiply(b)),
    pi_c: g1ToJson(G1.BASE.multiply(c)),
    protocol: 'groth16',
    curve: 'bn128',
  }
}
