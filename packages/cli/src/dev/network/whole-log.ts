// All of a coordinator's log, checked as `vcp ledger verify` checks it.
import type { Connection } from '@vcp/client'
import { checkLedgerFile } from '@vcp/protocol'
import { ledgerFileOf } from '../../ledger/fetch-log.ts'
import { logOf } from '../../ledger/known-log.ts'

export async function checkWholeLog(
  connection: Connection,
): Promise<{ readonly holds: boolean; readonly outcome: string }> {
  const log = await logOf(connection, undefined)
  const { ok, fault, entries, receipts } = await checkLedgerFile(ledgerFileOf(connection, log), {
    log,
  })
  const outcome = ok
    ? `${entries} entries, ${receipts} receipts of nodes`
    : `entry ${fault?.index ?? 'unknown'}: ${fault?.reason ?? 'it does not hold'}`
  return { holds: ok, outcome }
}
