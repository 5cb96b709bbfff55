// A checkpoint: the state of a run at one metering point, and the leaf that stands for it. What the
// guest keeps on its stack and in its locals and tables is not in it: a referee re-executes.

import { bytesToHex } from '@noble/hashes/utils.js'
import { type Canonical, type Digest, digestOf, type Ending, type Sha256 } from '@vcp/protocol'
import type { WasmResult } from './values.ts'

export interface CheckpointState {
  readonly index: number
  readonly gas: number
  /** How the run ended, in the last leaf; null in those before. */
  readonly ending: Ending | null
  /** The digest of what a function returned; null before, and where it returned nothing. */
  readonly results: Digest | null
  /** The guest's mutable globals in order, as `globalText` writes them. */
  readonly globals: readonly string[]
  readonly memory: { readonly pages: number; readonly root: Digest }
  /** The digest of the control flow so far; null where the module keeps none. */
  readonly control: string | null
  readonly io: {
    readonly stdin_bytes: number
    readonly random_bytes: number
    readonly descriptors: string
    readonly stdout: { readonly bytes: number; readonly digest: Digest }
    readonly stderr: { readonly bytes: number; readonly digest: Digest }
  }
}

/** What is known at the end of a run only. */
export interface Final {
  readonly ending: Ending
  readonly results: readonly WasmResult[] | null
}

/** What a leaf of the trace is: everything in the state, under a name of its own. */
export function checkpointLeaf(state: CheckpointState, sha256?: Sha256): Digest {
  const digest = sha256 && ((bytes: Uint8Array) => bytesToHex(sha256(bytes)) as Digest)
  return digestOf('vcp-sandbox/checkpoint/1', state as unknown as Canonical, digest)
}

/** A global of WebAssembly, or what stands for one. */
export interface NumberHolder {
  readonly value: unknown
}

/**
 * The value of a global in one spelling: a number by the bits of its 64-bit float, which holds
 * every value of the 32-bit types too; a NaN by those of the canonical one, for its bits may differ
 * between machines where no program can see them. A module with references in globals is refused.
 */
export function globalText({ value }: NumberHolder): string {
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  if (typeof value === 'bigint') view.setBigInt64(0, value)
  else if (Number.isNaN(value)) view.setBigUint64(0, CANONICAL_NAN)
  else view.setFloat64(0, value as number)
  return bytesToHex(bytes)
}

const CANONICAL_NAN = 0x7ff8_0000_0000_0000n
