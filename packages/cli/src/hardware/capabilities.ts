import type { Capabilities } from '@vcp/protocol'
import type { Essentials } from './essentials.ts'

/** What a machine shows of itself by being looked at; what a node may claim of it. */
export type MachineCapabilities = {
  readonly [Field in Exclude<keyof Capabilities, 'engines' | 'tasks_max'>]:
    | Capabilities[Field]
    | null
}

/** Never more than was read: memory is rounded down, and bandwidth is null until it is measured. */
export function capabilitiesOf({ cpu, memory, gpus, disk }: Essentials): MachineCapabilities {
  const { total_bytes: total, limit_bytes: limit } = memory
  const usable = total === null || limit === null ? (total ?? limit) : Math.min(total, limit)
  return {
    bandwidth_mbps: null,
    cpu_cores: cpu.available ?? cpu.cores_logical,
    memory_gb: usable === null ? null : wholeTenths(usable),
    gpu_available: gpus === null ? null : gpus.some(({ vendor }) => computes.has(vendor ?? '')),
    disk_free_gb: disk === null ? null : wholeTenths(disk.free_bytes),
  }
}

/** The makers of GPUs that calculate; the others make screens for servers and virtual machines. */
const computes = new Set(['NVIDIA', 'AMD', 'Intel', 'Apple'])

function wholeTenths(bytes: number): number {
  return Math.floor((bytes / 2 ** 30) * 10) / 10
}
