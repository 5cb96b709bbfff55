import { pass } from '@vcp/protocol'
import type { Handlers } from '../handler.ts'
import { nextCursor, readCursor } from './cursor.ts'
import type { HandlerParts } from './handlers.ts'

type Names =
  | 'ledgerHead'
  | 'ledgerEntries'
  | 'ledgerInclusion'
  | 'ledgerConsistency'
  | 'verifyProof'
  | 'proofKey'
  | 'listRounds'
  | 'getRound'

export function ledgerHandlers({ backend }: HandlerParts): Pick<Handlers, Names> {
  const { ledger, proofs, rounds } = backend
  return {
    async ledgerHead() {
      return pass(await ledger.checkpoint())
    },
    async ledgerEntries({ query: { from, limit } }) {
      const found = await ledger.entries(from, limit)
      return found.ok ? pass({ size: ledger.size, entries: [...found.value] }) : found
    },
    ledgerInclusion: ({ query: { index, size } }) => ledger.inclusion(index, size),
    ledgerConsistency: ({ query: { from, to } }) => ledger.consistency(from, to),
    verifyProof: ({ body }) => proofs.check(body),
    proofKey: ({ params }) => proofs.key(params.digest),
    async listRounds({ identity, query: { task_id, ...query } }) {
      const asked = readCursor(query)
      if (!asked.ok) return asked
      const page = await rounds.list(identity, task_id ?? null, asked.value)
      return pass({ rounds: [...page.items], next_cursor: nextCursor(page) })
    },
    getRound: ({ identity, params }) => rounds.show(identity, params.id),
  }
}
