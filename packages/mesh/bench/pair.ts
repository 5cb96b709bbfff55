// What the two processes of the bench know of each other.

import type { Roster } from '@vcp/mesh'
import {
  assignProtocol,
  type Cid,
  noteVerifier,
  publicKeyOf,
  type Signer,
  signerFrom,
} from '@vcp/protocol'

/** Secrets that everybody knows. */
export const signers = { parent: signerOf(1), child: signerOf(2) }

/** What the child says when it is ready. */
export interface Ready {
  readonly address: string
  readonly cid: Cid
  readonly megabytes: number
  /** Where it gives the same bytes to anybody over plain TCP. */
  readonly port: number
}

/** As it is, but for its rate: the bench asks as fast as it can. */
export const askProtocol = { ...assignProtocol, asksPerSecond: 1e9 }

export function rosterOfBoth(): Roster {
  const key = publicKeyOf(signers.parent.peerId) ?? new Uint8Array()
  const origin = 'bench.invalid/log'
  return {
    isNode: () => true,
    isCoordinator: () => false,
    log: { origin, verifier: noteVerifier(origin, key), size: 0 },
  }
}

/** The value below which this share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
}

function signerOf(byte: number): Signer {
  return signerFrom(new Uint8Array(32).fill(byte))
}
