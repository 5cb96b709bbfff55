import { clockNs, clockResolutionNs } from './clock.ts'
import { type Errno, errno } from './errno.ts'
import type { Guest } from './guest.ts'
import type { WasiImports } from './signatures.ts'

type ClockCalls = Pick<WasiImports, 'clock_res_get' | 'clock_time_get' | 'sched_yield'>

export function clockCalls({ host, memory }: Guest): ClockCalls {
  function answer(at: number, ns: bigint | null): Errno {
    if (ns === null) return errno.inval
    if (!memory.holds(at, 8)) return errno.fault
    memory.view({ at, bytes: 8 }).setBigUint64(0, ns, true)
    return errno.success
  }

  return {
    clock_res_get: (clock, at) => answer(at, clockNs(clock, 0) === null ? null : clockResolutionNs),
    clock_time_get: (clock, _precision, at) => answer(at, clockNs(clock, host.gasUsed())),
    sched_yield: () => errno.success,
  }
}
