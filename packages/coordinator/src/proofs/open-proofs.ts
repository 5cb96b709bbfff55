import type { BlobStore } from '@vcp/mesh'
import { type CircuitKey, knownKeys } from '@vcp/proofs'
import type { Digest } from '@vcp/protocol'
import type { Loop } from '../loop/loop.ts'
import { createProofDesk, type ProofDesk } from './proof-desk.ts'
import { createProofVerifier } from './proof-verifier.ts'

export interface OpenedProofs {
  readonly desk: ProofDesk
  close(): Promise<void>
}

/** Nothing is read or started before the first proof. */
export function openProofs(
  loop: Pick<Loop, 'state' | 'tell'>,
  store: Pick<BlobStore, 'bytesOf' | 'read'>,
): OpenedProofs {
  const verifier = createProofVerifier()
  let known: Promise<ReadonlyMap<Digest, CircuitKey>> | null = null
  const desk = createProofDesk({
    loop,
    store,
    verifier,
    keys() {
      known ??= knownKeys()
      return known
    },
    takesDevelopmentKeys: loop.state.settings.profile.name !== 'public',
  })
  return { desk, close: () => verifier.close() }
}
