// What stands between the machine and the two processes of a proof: the stranger's witness
// generator, and the prover that reads a stranger's key.
import { isolationWith, wrappers } from '@vcp/sandbox'
import { yielding } from '../sandbox-pool.ts'

export interface ProofIsolation {
  /** Before the generator, which writes to a pipe and to nothing else. */
  readonly witness: readonly string[]
  /** Before the prover, which has a proof to write. */
  readonly prover: readonly string[]
}

export async function isolateProofs(): Promise<ProofIsolation> {
  const [witness, prover] = await Promise.all([
    isolationWith([yielding, ...wrappers]),
    // `prlimit` as the sandbox has it lets no file be written.
    isolationWith([yielding, ...wrappers.filter(({ tool }) => tool !== 'prlimit')]),
  ])
  return { witness: witness.prefix, prover: prover.prefix }
}
