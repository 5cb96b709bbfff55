// Where the privacy ledger of a node lies. Beside the state of the agent and not in it: it outlives
// every task, and commands read it while the agent runs.
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { openPrivacyLedger, type PrivacyLedger } from '@vcp/learning'
import { openDataFolder } from '../keystore/data-folder.ts'

export function ledgerFile(dataDir: string): string {
  return join(dataDir, 'privacy.sqlite')
}

/** Made where it is missing. */
export function openLedger(dataDir: string): PrivacyLedger {
  openDataFolder(dataDir)
  const file = ledgerFile(dataDir)
  // SQLite would make it for everybody to read; what lies beside it has the mode of the file.
  closeSync(openSync(file, 'a', 0o600))
  return openPrivacyLedger(file)
}
