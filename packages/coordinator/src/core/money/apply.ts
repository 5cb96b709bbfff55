import type { Applier } from '../apply.ts'

export const moneyAppliers = {
  'account-opened': ((state, { account_id }) => {
    state.accounts.add(account_id)
  }) satisfies Applier<'account-opened'>,

  'credits-moved': ((state, { from, to, amount_micro }) => {
    state.books.move({ from, to, amountMicro: amount_micro })
  }) satisfies Applier<'credits-moved'>,
}
