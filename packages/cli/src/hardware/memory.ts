import type { Memory } from './hardware.ts'
import { count, field, positive, within } from './plausible.ts'

export interface RawMemory {
  readonly platform: string
  /** Of systeminformation's `mem()`. */
  readonly answer: unknown
  /** Of `process.constrainedMemory()`: 0, or nearly 2^64, where there is no limit. */
  readonly constrained: number
  /** Of `process.availableMemory()`, which knows the limit of the cgroup. */
  readonly available: number
}

export async function readMemory(): Promise<RawMemory> {
  const { mem } = await import('systeminformation')
  return {
    platform: process.platform,
    answer: await mem(),
    constrained: process.constrainedMemory(),
    available: process.availableMemory(),
  }
}

export function memoryFrom({ platform, answer, constrained, available }: RawMemory): Memory {
  const total = count(field(answer, 'total'), bytesMax)
  const limit = positive(constrained, total ?? bytesMax)
  const free = count(field(answer, 'available'), total ?? bytesMax)
  const allowed = limit === null ? null : within(available, 0, limit)
  const swapTotal = within(field(answer, 'swaptotal'), 0, bytesMax)
  // Elsewhere than on Linux, 0 is also what stands there when nothing could be read.
  const hasSwap = swapTotal !== null && (swapTotal > 0 || platform === 'linux')
  return {
    total_bytes: total,
    available_bytes: free === null || allowed === null ? free : Math.min(free, allowed),
    limit_bytes: limit === total ? null : limit,
    swap_total_bytes: hasSwap ? Math.round(swapTotal) : null,
    swap_free_bytes: hasSwap ? rounded(within(field(answer, 'swapfree'), 0, swapTotal)) : null,
  }
}

/** A petabyte of memory is a misreading. */
const bytesMax = 2 ** 50

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value)
}
