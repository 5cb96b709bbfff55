import { credits } from '../../credits.ts'
import { duration, plural } from '../figures.ts'
import type { Pane } from '../pane.ts'
import { type Line, line, type Span, span } from '../text.ts'
import { balanceOf, type NetworkFacts } from './facts.ts'
import { notThere } from './not-there.ts'

/** The books, as far as they are about the account that asks. */
export const moneyPane: Pane<NetworkFacts> = {
  words: ['money', 'account'],
  title: 'Money',
  above({ account, firstBalance, atMs }) {
    if (account.asked !== 'answered') return [notThere(account)]
    const { answer } = account
    const total = balanceOf(answer)
    const rows: readonly (readonly [string, Span | string])[] = [
      ['account', `${answer.account_id}, ${answer.role}`],
      ['credits', credits(answer.balance_micro)],
      ['in escrow', `${credits(answer.escrow_micro)}, for tasks that have not ended`],
      ...answer.wallets.map(({ address, nodes, balance_micro: micro }) => {
        const text = `${credits(micro)}, ${address}, ${plural(nodes, 'node')}`
        return ['wallet', text] as const
      }),
      ['in all', `${credits(total)} without what is in escrow`],
      ...(firstBalance === null
        ? []
        : [['change', changeText(firstBalance, total, atMs)] as const]),
    ]
    return rows.map(rowLine)
  },
}

function rowLine([name, value]: readonly [string, Span | string]): Line {
  return line(span(`  ${name.padEnd(12)} `, 'quiet'), value)
}

function changeText(
  first: { readonly atMs: number; readonly micro: number },
  total: number,
  atMs: number,
): string {
  const change = total - first.micro
  const sign = change < 0 ? '-' : '+'
  return `${sign}${credits(Math.abs(change))} in the last ${duration(atMs - first.atMs)}`
}
