import type { GuestMemory } from './guest-memory.ts'
import type { WasiHost } from './provider.ts'

/** What every call of the overlay works with. */
export interface Guest {
  readonly host: WasiHost
  readonly memory: GuestMemory
}
