import type { LedgerAccount, LedgerEvent } from './ledger-event.ts'

type CreditsMoved = Extract<LedgerEvent, { type: 'credits-moved' }>

/**
 * The credits of a log, counted by double entry: what one account is given another one gives, so
 * that the sum over all of them is nought. Only the issuer may owe.
 */
export interface LedgerMoney {
  /** Why credits cannot have moved so; null where they can, and then they have. */
  move(event: CreditsMoved): string | null
  readonly accounts: number
  /** What the issuer has given out and not taken back. */
  readonly issuedMicro: number
}

export function countMoney(): LedgerMoney {
  const balances = new Map<string, number>()
  const issuer = keyOf({ kind: 'issuer' })
  const balance = (key: string) => balances.get(key) ?? 0

  return {
    move({ from, to, amount_micro: amount }) {
      const [giver, taker] = [keyOf(from), keyOf(to)]
      if (giver !== issuer && balance(giver) < amount) {
        return `${giver} gives ${amount} and has ${balance(giver)}`
      }
      balances.set(giver, balance(giver) - amount)
      balances.set(taker, balance(taker) + amount)
      // Beyond 2^53 sums are rounded, and rounding makes credits out of nothing.
      const areExact = [giver, taker].every((key) => Number.isSafeInteger(balance(key)))
      return areExact ? null : `the balances of ${giver} and ${taker} pass 2^53`
    },
    get accounts() {
      return [...balances.keys()].filter((key) => key !== issuer).length
    },
    get issuedMicro() {
      return balance(issuer) === 0 ? 0 : -balance(issuer)
    },
  }
}

function keyOf(account: LedgerAccount): string {
  switch (account.kind) {
    case 'owner':
      return `owner ${account.address}`
    case 'account':
      return `account ${account.account_id}`
    case 'escrow':
      return `escrow ${account.task_id}`
    case 'issuer':
      return 'issuer'
  }
}
