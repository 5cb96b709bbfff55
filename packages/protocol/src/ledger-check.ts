// The check of a whole log, entry by entry, by somebody who trusts nobody but the log's key: that
// it is what the signed head says, and that it breaks none of its own rules.
import { bytesToHex } from '@noble/hashes/utils.js'
import { openEnvelope } from './envelope.ts'
import type { ErrorCode } from './errors.ts'
import type { Digest } from './ids.ts'
import { parse } from './json.ts'
import type { VerifySignature } from './keys.ts'
import { entryDigest } from './ledger-chain.ts'
import { LedgerEntry, leafBytes } from './ledger-event.ts'
import { countMoney } from './ledger-money.ts'
import { leafHash } from './merkle.ts'
import { emptyFrontier, extendFrontier, frontierRoot } from './merkle-frontier.ts'
import type { TreeHead } from './tree-head.ts'

/** The first thing that is wrong with a log. */
export interface LedgerFault {
  /** The entry that it was found at; null where it is about the log as a whole. */
  readonly index: number | null
  readonly code: ErrorCode
  /** For people: what was expected, and what is there. */
  readonly reason: string
}

/** What was counted on the way. */
export interface LedgerCounts {
  readonly entries: number
  /** Receipts, each of them signed by its node. */
  readonly receipts: number
  /** Accounts that credits have moved to or from, beside the issuer. */
  readonly accounts: number
  readonly issuedMicro: number
}

export interface LedgerCheckOptions {
  /** The signed head; entries after those it covers are a fault. */
  readonly head: TreeHead
  /** Heads that somebody kept from before: the log must begin with what they covered. */
  readonly kept?: readonly TreeHead[]
  readonly verify?: VerifySignature
}

/** Takes the entries in order, as they came, unchecked. After a fault it is of no more use. */
export interface LedgerCheck {
  add(entry: unknown): LedgerFault | null
  /** Whether that was all of it. */
  finish(): LedgerFault | null
  readonly counts: LedgerCounts
}

export function createLedgerCheck({ head, kept = [], verify }: LedgerCheckOptions): LedgerCheck {
  const money = countMoney()
  const heads = [...kept, head]
  const sizes = new Set(heads.map(({ treeSize }) => treeSize))
  let frontier = emptyFrontier
  let previous: Digest | null = null
  let receipts = 0

  function check(value: unknown): LedgerFault | null {
    const index = frontier.size
    const wrong = (reason: string, code: ErrorCode = 'LEDGER_INVALID') => ({ index, code, reason })
    if (index >= head.treeSize) {
      return wrong(`an entry after the ${head.treeSize} that the head covers`)
    }
    const parsed = parse(LedgerEntry, value)
    if (!parsed.ok) return wrong(`not an entry: ${parsed.reason}`)
    const entry = parsed.value
    if (entry.index !== index) return wrong(`entry ${entry.index} is where ${index} belongs`)
    if (entry.previous !== previous) {
      return wrong('it does not continue the entry before it: one of the two was changed')
    }
    const { event } = entry
    if (event.type === 'receipt-revealed') {
      const opened = openEnvelope('receipt', event.receipt, verify)
      if (!opened.ok) return wrong(opened.reason, opened.code)
      receipts += 1
    }
    const objection = event.type === 'credits-moved' ? money.move(event) : null
    if (objection !== null) return wrong(objection)
    // The bytes of what came, not of what a schema made of it: those are what was signed.
    const leaf = leafBytes(value as LedgerEntry)
    previous = entryDigest(leaf)
    frontier = extendFrontier(frontier, [leafHash(leaf)])
    return headFault(index)
  }

  function headFault(index: number | null): LedgerFault | null {
    if (!sizes.has(frontier.size)) return null
    const root = bytesToHex(frontierRoot(frontier))
    const isLed = heads.every(({ treeSize, rootHash }) => {
      return treeSize !== frontier.size || rootHash === root
    })
    if (isLed) return null
    const reason = `the first ${frontier.size} entries do not lead to the head signed for them`
    return { index, code: 'LEDGER_INVALID', reason }
  }

  return {
    add: check,
    finish() {
      if (frontier.size < head.treeSize) {
        const reason = `it ends after ${frontier.size} of the ${head.treeSize} entries signed for`
        return { index: frontier.size, code: 'LEDGER_INVALID', reason }
      }
      const beyond = kept.find(({ treeSize }) => treeSize > head.treeSize)
      if (beyond !== undefined) {
        const reason = `a head of ${beyond.treeSize} entries was kept; this one has fewer`
        return { index: head.treeSize, code: 'LEDGER_INVALID', reason }
      }
      return headFault(null)
    },
    get counts() {
      const { accounts, issuedMicro } = money
      return { entries: frontier.size, receipts, accounts, issuedMicro }
    },
  }
}
