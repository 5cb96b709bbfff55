// A store without a disk, for tests and simulations. What was written outlives its closing, as a
// file does.
import { VcpError } from '@vcp/protocol'
import type { Change, Store } from './store.ts'

export interface MemoryDisk {
  readonly records: ReadonlyMap<string, string>
  isFull: boolean
  /** Fails every write from now on; null: none. */
  failure: Error | null
  open(): Store
}

export function createMemoryDisk(): MemoryDisk {
  const records = new Map<string, string>()
  let isOpen = false
  const disk = {
    records,
    isFull: false,
    failure: null as Error | null,
    open(): Store {
      if (isOpen) {
        throw new VcpError('DATA_FOLDER_IN_USE', { message: 'another agent has the store open' })
      }
      isOpen = true
      return {
        read: () => new Map(records),
        async write(changes: readonly Change[]) {
          if (!isOpen) throw new VcpError('AGENT_STATE_FAILED', { message: 'it is closed' })
          if (disk.failure !== null) throw disk.failure
          if (disk.isFull) throw new VcpError('DISK_FULL')
          for (const { name, text } of changes) {
            if (text === null) records.delete(name)
            else records.set(name, text)
          }
        },
        close() {
          isOpen = false
        },
      }
    },
  }
  return disk
}
