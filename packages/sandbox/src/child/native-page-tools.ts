import { hash } from 'node:crypto'
import type { PageTools } from '../run/page-tools.ts'

/** Node's own, some ten times as fast at hashing as what runs anywhere. */
export const nativePageTools: PageTools = {
  sha256: (bytes) => hash('sha256', bytes, 'buffer'),
  isEqual: (one, other) => Buffer.compare(one, other) === 0,
}
