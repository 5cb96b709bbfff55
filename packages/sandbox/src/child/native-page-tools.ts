import { createHash } from 'node:crypto'
import type { PageTools } from '../run/page-tools.ts'

/** Node's own, some ten times as fast at hashing as what runs anywhere. */
export const nativePageTools: PageTools = {
  sha256: (bytes) => createHash('sha256').update(bytes).digest(),
  isEqual: (one, other) => Buffer.compare(one, other) === 0,
}
