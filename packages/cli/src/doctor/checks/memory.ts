import { gigabytes } from '../../hardware/describe.ts'
import type { Memory } from '../../hardware/hardware.ts'
import { type Check, ok, unknown, warning } from '../check.ts'

export const memory: Check = {
  name: 'memory',
  about: 'memory that a task could use now',
  async run({ settings, hardware }) {
    const floorMb = settings['memory.free_mb_min']
    const { available_bytes: available } = hardware.memory
    const figures = { ...hardware.memory, free_mb_min: floorMb }
    if (available === null) {
      const hint = 'Look with the tools of your system; nothing is assumed in its place.'
      return unknown('the available memory cannot be read', hint, figures)
    }
    const summary = `${gigabytes(available)} are available${aside(hardware.memory)}`
    if (available >= floorMb * 2 ** 20) return ok(summary, figures)
    return warning(
      `${summary}, and memory.free_mb_min asks for ${floorMb} MB`,
      'Stop programs that are not needed, or lower memory.free_mb_min.',
      figures,
    )
  },
}

function aside({ limit_bytes, swap_total_bytes, swap_free_bytes }: Memory): string {
  const limit =
    limit_bytes === null ? '' : ` of the ${gigabytes(limit_bytes)} that the cgroup allows`
  if (swap_total_bytes === null) return limit
  if (swap_total_bytes === 0) return `${limit}, without swap`
  const free = swap_free_bytes === null ? 'an unknown part' : gigabytes(swap_free_bytes)
  return `${limit}, and ${free} of ${gigabytes(swap_total_bytes)} swap`
}
