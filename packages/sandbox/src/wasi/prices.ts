// What host calls cost, in gas. Charged before the work, so that no call does more than was paid.

export const prices = {
  /** Any call, with the structures of fixed size that it reads or writes. */
  hostCall: 500,
  /** Each byte of variable data that a call moves or makes. */
  byte: 1,
  /** Each vector of a read or write, or entry of a list: 8 bytes to read and check. */
  vector: 8,
  /** Each subscription of a poll: 48 bytes in, 32 out. */
  subscription: 80,
  /** Each nanosecond slept: the virtual clock is the gas. */
  sleptNs: 1,
} as const

/** More vectors than this in one call answer EINVAL; `IOV_MAX` of Linux. */
export const vectorsMax = 1_024

/** More subscriptions than this in one poll answer EINVAL. */
export const subscriptionsMax = 1_024
