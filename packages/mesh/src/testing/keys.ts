// Signers for tests; the secrets are public.
import { type Signer, signerFrom } from '@vcp/protocol'

export function signerOf(byte: number): Signer {
  return signerFrom(new Uint8Array(32).fill(byte))
}

export const ana = signerOf(0xa1)
export const ben = signerOf(0xb2)
export const eve = signerOf(0xee)
