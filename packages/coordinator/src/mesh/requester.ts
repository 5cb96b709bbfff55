// What nodes call a submitter: enough to keep the work of two apart, and nothing to know them by at
// another coordinator or to look up here.
import type { AccountId, Digest } from '@vcp/protocol'
import { keyedHash, keyFor } from '../accounts/keyed-hash.ts'

export type RequesterOf = (ownerId: AccountId) => Digest

export function createRequesterOf(secret: Uint8Array): RequesterOf {
  const hash = keyedHash(keyFor(secret, 'requester'))
  return (ownerId) => hash(ownerId) as Digest
}
