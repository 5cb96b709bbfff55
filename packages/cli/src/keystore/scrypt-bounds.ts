// What a file may ask of this machine before its password is tried. 256 MiB is what geth's standard
// wallets take (n 262144, r 8); twice our own cost in time bounds the wait to some seconds.
import * as z from 'zod'

const MEMORY_BYTES_MAX = 256 * 1024 * 1024
const BLOCKS_MAX = 2 ** 22

/** Memory for `node:crypto`, whose own limit counts a little more than the blocks. */
export const scryptMaxmem = MEMORY_BYTES_MAX + 16 * 1024 * 1024

export interface ScryptCost {
  readonly n: number
  readonly r: number
  readonly p: number
}

/** About half a second and 128 MiB a guess. */
export const standardCost: ScryptCost = { n: 2 ** 17, r: 8, p: 1 }

export const scryptCostFields = {
  n: z
    .int()
    .min(2)
    .max(2 ** 20)
    .refine((n) => Number.isInteger(Math.log2(n)), 'not a power of two'),
  r: z.int().min(1).max(32),
  p: z.int().min(1).max(16),
}

/** For the object that holds the fields. */
export function isBearable({ n, r, p }: ScryptCost): boolean {
  return 128 * n * r <= MEMORY_BYTES_MAX && n * r * p <= BLOCKS_MAX
}

export const unbearable = 'asks for more than 256 MiB or several seconds'
