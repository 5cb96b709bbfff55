// Double-entry books: credit only ever moves, so the sum over all accounts stays nothing. Only the
// issuer may owe.
import type { LedgerAccount } from '@vcp/protocol'

export interface Transfer {
  readonly from: LedgerAccount
  readonly to: LedgerAccount
  readonly amountMicro: number
}

export class Books {
  readonly #balances = new Map<string, number>()

  balance(account: LedgerAccount): number {
    return this.#balances.get(keyOf(account)) ?? 0
  }

  /** Why a transfer may not be made; null where it may. */
  objection({
    from,
    to,
    amountMicro,
  }: Transfer): 'not an amount' | 'too little' | 'too much' | null {
    if (!Number.isSafeInteger(amountMicro) || amountMicro <= 0) return 'not an amount'
    if (from.kind !== 'issuer' && this.balance(from) < amountMicro) return 'too little'
    const isExact =
      Number.isSafeInteger(this.balance(from) - amountMicro) &&
      Number.isSafeInteger(this.balance(to) + amountMicro)
    return isExact ? null : 'too much'
  }

  move(transfer: Transfer): void {
    const objection = this.objection(transfer)
    if (objection !== null) throw new Error(`credit cannot be moved: ${objection}`)
    this.#add(transfer.from, -transfer.amountMicro)
    this.#add(transfer.to, transfer.amountMicro)
  }

  #add(account: LedgerAccount, amountMicro: number): void {
    const key = keyOf(account)
    const after = (this.#balances.get(key) ?? 0) + amountMicro
    if (after === 0) this.#balances.delete(key)
    else this.#balances.set(key, after)
  }

  /** Puts back what `entries` gave. */
  restore(key: string, amountMicro: number): void {
    this.#balances.set(key, amountMicro)
  }

  /** Accounts with something in them, by key, in order. */
  entries(): readonly (readonly [string, number])[] {
    return [...this.#balances].sort(([one], [other]) => (one < other ? -1 : 1))
  }
}

export function keyOf(account: LedgerAccount): string {
  switch (account.kind) {
    case 'owner':
      return `owner:${account.address}`
    case 'account':
      return `account:${account.account_id}`
    case 'escrow':
      return `escrow:${account.task_id}`
    case 'issuer':
      return 'issuer'
  }
}
