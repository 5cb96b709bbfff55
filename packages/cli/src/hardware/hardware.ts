// What this machine is. Null stands for every reading that the machine does not give, or gives in a
// form that cannot be true; nothing here is ever estimated.
import * as z from 'zod'

const Bytes = z.int().min(1)
const Text = z.string().min(1)

export const Cpu = z.strictObject({
  model: Text.nullable(),
  architecture: Text,
  cores_physical: z.int().min(1).nullable(),
  cores_logical: z.int().min(1).nullable(),
  /** What this process may use: affinity and the quota of its cgroup count. */
  available: z.int().min(1).nullable(),
  speed_ghz: z.number().positive().nullable(),
  /** Over a quarter of a second before the rest of the examination began. */
  load_percent: z.number().min(0).max(100).nullable(),
})
export type Cpu = z.infer<typeof Cpu>

export const Memory = z.strictObject({
  total_bytes: Bytes.nullable(),
  available_bytes: z.int().min(0).nullable(),
  /** The limit of the cgroup, or null: there is none, or none that can be read. */
  limit_bytes: Bytes.nullable(),
  swap_total_bytes: z.int().min(0).nullable(),
  swap_free_bytes: z.int().min(0).nullable(),
})
export type Memory = z.infer<typeof Memory>

export const Gpu = z.strictObject({
  model: Text.nullable(),
  vendor: Text.nullable(),
  vram_bytes: Bytes.nullable(),
  driver: Text.nullable(),
})
export type Gpu = z.infer<typeof Gpu>

export const Temperature = z.strictObject({
  cpu_c: z.number().positive().max(150).nullable(),
  /** The sensor that was read. */
  source: Text.nullable(),
})
export type Temperature = z.infer<typeof Temperature>

export const Battery = z.strictObject({
  present: z.boolean(),
  percent: z.number().min(0).max(100).nullable(),
  on_mains: z.boolean().nullable(),
})
export type Battery = z.infer<typeof Battery>

export const Disk = z.strictObject({
  /** The data folder, or the nearest folder above it that exists. */
  path: Text,
  total_bytes: Bytes,
  /** What a user may still write; the reserve of the administrator is not in it. */
  free_bytes: z.int().min(0),
  filesystem: Text.nullable(),
  inodes_total: z.int().min(1).nullable(),
  inodes_free: z.int().min(0).nullable(),
})
export type Disk = z.infer<typeof Disk>

export const NetworkInterface = z.strictObject({
  name: Text,
  type: z.enum(['wired', 'wireless', 'virtual']).nullable(),
  speed_mbps: z.number().positive().nullable(),
  up: z.boolean().nullable(),
})
export type NetworkInterface = z.infer<typeof NetworkInterface>

export const OperatingSystem = z.strictObject({
  platform: Text,
  distro: Text.nullable(),
  release: Text.nullable(),
  kernel: Text.nullable(),
})
export type OperatingSystem = z.infer<typeof OperatingSystem>

export const Hardware = z.strictObject({
  cpu: Cpu,
  memory: Memory,
  /** Null: the machine cannot be asked. Empty: it was asked, and there is none. */
  gpus: z.array(Gpu).nullable(),
  temperature: Temperature,
  battery: Battery.nullable(),
  disk: Disk.nullable(),
  network: z.strictObject({ interfaces: z.array(NetworkInterface).nullable() }),
  os: OperatingSystem,
  /** Whether this is a virtual machine or a container. */
  virtual: z.boolean().nullable(),
  /** Why a reading is missing, where more is known than that. */
  notes: z.array(Text),
})
export type Hardware = z.infer<typeof Hardware>
