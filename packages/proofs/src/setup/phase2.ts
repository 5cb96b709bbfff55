// The part of a setup that is for one circuit. snarkjs does the arithmetic, as a child process;
// what it does not ask is asked here. It calls a key good to which nobody has contributed, and one
// whose only contribution is a public beacon: for both, anybody can make proofs of anything.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { runTool, snarkjs, type ToolBounds } from '../prover/run-tool.ts'
import { readZkeyHeader, type ZkeyHeader } from './zkey.ts'

export interface SetupFiles {
  readonly r1cs: string
  readonly ptau: string
  readonly provingKey: string
}

/** The key of phase 2 before anybody has contributed: not to be used as it is. */
export function startSetup(files: SetupFiles, bounds?: ToolBounds): Promise<Outcome<string>> {
  const { r1cs, ptau, provingKey } = files
  return runTool(snarkjs(['groth16', 'setup', r1cs, ptau, provingKey]), bounds)
}

/** Adds a secret that is drawn here and forgotten. `entropy` is mixed with the system's own. */
export function contribute(
  from: string,
  to: string,
  { name, entropy }: { readonly name: string; readonly entropy: string },
  bounds?: ToolBounds,
): Promise<Outcome<string>> {
  const args = ['zkey', 'contribute', from, to, `--name=${name}`, `-e=${entropy}`]
  return runTool(snarkjs(args), bounds)
}

/** Adds a public random value, hashed 2^iterations times, that nobody could choose. */
export function addBeacon(
  from: string,
  to: string,
  { value, iterations }: { readonly value: string; readonly iterations: number },
  bounds?: ToolBounds,
): Promise<Outcome<string>> {
  const args = ['zkey', 'beacon', from, to, value, String(iterations), '--name=beacon']
  return runTool(snarkjs(args), bounds)
}

/** Writes the verification key of a proving key. */
export function exportKey(provingKey: string, to: string): Promise<Outcome<string>> {
  return runTool(snarkjs(['zkey', 'export', 'verificationkey', provingKey, to]))
}

/**
 * Whether a proving key is of this circuit and powers of tau, and was contributed to: what its
 * header says first, since the rest takes as long as the setup did.
 */
export async function verifySetup(
  { r1cs, ptau, provingKey }: SetupFiles,
  bounds?: ToolBounds,
): Promise<Outcome<ZkeyHeader>> {
  const header = await readZkeyHeader(provingKey)
  if (!header.ok) return header
  const refusal = forgeable(header.value)
  if (refusal !== null) return refuse('ZK_PROOF_INVALID', refusal)
  const checked = await runTool(snarkjs(['zkey', 'verify', r1cs, ptau, provingKey]), bounds)
  return checked.ok ? pass(header.value) : refuse('ZK_PROOF_INVALID', checked.reason)
}

/** Why anybody could forge proofs for a key, as far as the key itself shows it. */
export function forgeable(header: ZkeyHeader): string | null {
  if (header.isDeltaGamma) return 'delta is gamma: nobody contributed, anybody can forge'
  if (header.contributions.length === 0) return 'nobody contributed: anybody can forge'
  if (header.contributions.every(({ kind }) => kind === 'beacon')) {
    return 'only a beacon contributed, which is public: anybody can forge'
  }
  return null
}
