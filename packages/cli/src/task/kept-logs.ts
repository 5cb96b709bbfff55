import type { KnownLogs } from '@vcp/client'
import * as z from 'zod'
import { openKeptFile } from './kept-file.ts'

/** The keys of logs as they were when they were first used, in the data folder. */
export function keptLogs(dataDir: string): KnownLogs {
  const file = openKeptFile(dataDir, 'known-logs.json', z.string().max(256))
  return {
    place: file.path,
    find: async (url) => file.find(url),
    async keep(url, key) {
      const kept = file.find(url)
      if (kept === null) file.put(url, key)
      return kept ?? key
    },
  }
}
