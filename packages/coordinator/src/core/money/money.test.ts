import { describe, expect, test } from 'vitest'
import { ana, taskIdOf, walletOf, wasmTask } from '../testing/samples.ts'
import { Scenario } from '../testing/scenario.ts'
import { Books } from './books.ts'

const one = taskIdOf(1)
const account = { kind: 'account', account_id: ana } as const

describe('the books', () => {
  test('let nobody but the issuer owe', () => {
    const books = new Books()
    const to = { kind: 'escrow', task_id: one } as const
    expect(books.objection({ from: account, to, amountMicro: 1 })).toBe('too little')
    books.move({ from: { kind: 'issuer' }, to: account, amountMicro: 5 })
    expect(books.objection({ from: account, to, amountMicro: 5 })).toBeNull()
    expect(books.objection({ from: account, to, amountMicro: 6 })).toBe('too little')
    expect(() => books.move({ from: account, to, amountMicro: 6 })).toThrow('too little')
  })

  test.each([0, -1, 0.5, Number.NaN, 2 ** 53])('move no %d', (amountMicro) => {
    const transfer = { from: { kind: 'issuer' }, to: account, amountMicro } as const
    expect(new Books().objection(transfer)).toBe('not an amount')
  })

  test('hold no sum that could not be told exactly', () => {
    const books = new Books()
    const transfer = { from: { kind: 'issuer' }, to: account } as const
    books.move({ ...transfer, amountMicro: 2 ** 53 - 1 })
    expect(books.objection({ ...transfer, amountMicro: 1 })).toBe('too much')
  })
})

describe('a reward', () => {
  function funded(): Scenario {
    const scenario = new Scenario()
    scenario.tell({ type: 'credits-issued', accountId: ana, amountMicro: 1_000 })
    return scenario
  }

  test('is put aside at submission and paid to the owner of the node', () => {
    const scenario = funded()
    const peerId = scenario.node('n1')
    scenario.submit(one, wasmTask({ reward_micro: 300 }))
    expect(scenario.state.books.balance(account)).toBe(700)
    scenario.run(one, peerId)
    const owner = { kind: 'owner', address: walletOf('n1') } as const
    expect(scenario.state.books.balance(owner)).toBe(300)
  })

  test('is shared by those who agreed, to the last millionth', () => {
    const scenario = funded()
    const nodes = ['n1', 'n2', 'n3'].map((name) => scenario.node(name))
    scenario.submit(one, wasmTask({ reward_micro: 100, verification: { quorum: 3 } }))
    for (const peerId of nodes) {
      scenario.accept(one, peerId)
      scenario.commit(one, peerId)
    }
    for (const peerId of nodes) scenario.reveal(one, peerId)
    const shares = ['n1', 'n2', 'n3'].map((name) =>
      scenario.state.books.balance({ kind: 'owner', address: walletOf(name) }),
    )
    expect(shares.sort()).toEqual([33, 33, 34])
  })

  test('comes back when the task is cancelled or fails', () => {
    const scenario = funded()
    scenario.submit(one, wasmTask({ reward_micro: 300 }))
    scenario.tell({ type: 'task-cancelled', taskId: one, ownerId: ana, reason: 'no' })
    expect(scenario.state.books.balance(account)).toBe(1_000)
    const timeouts = { match_seconds: 5 }
    scenario.submit(taskIdOf(2), wasmTask({ reward_micro: 300, timeouts }))
    scenario.pass(6_000)
    expect(scenario.task(taskIdOf(2)).state).toBe('failed')
    expect(scenario.state.books.balance(account)).toBe(1_000)
  })

  test('that the account does not hold is refused, and nothing is written', () => {
    const scenario = funded()
    const { reply, entries } = scenario.submit(one, wasmTask({ reward_micro: 1_001 }))
    expect(reply).toMatchObject({ ok: false, code: 'CREDITS_SHORT' })
    expect(entries).toEqual([])
  })
})
