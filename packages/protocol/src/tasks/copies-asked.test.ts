import { describe, expect, test } from 'vitest'
import { taskOf } from '../testing/samples.ts'
import { copiesAsked, isAskedOnce } from './copies-asked.ts'

const wasm = (more: object = {}) => taskOf('wasm_execution', more)

describe('the copies that are asked for', () => {
  test.each([
    ['nothing', wasm(), null],
    ['one', wasm({ verification: { quorum: 1 } }), 1],
    ['three', wasm({ verification: { quorum: 3 } }), 3],
    ['one, replicated', wasm({ verification: { level: 'replicated', quorum: 1 } }), 2],
    ['one, on two nodes', wasm({ requirements: { min_nodes: 2 }, verification: { quorum: 1 } }), 2],
    ['a proof', taskOf('zk_proof'), 1],
  ])('by a task that says %s', (_, task, copies) => {
    expect(copiesAsked(task)).toBe(copies)
    expect(isAskedOnce(task)).toBe(copies === 1)
  })

  test('of a training come to no single result', () => {
    const training = taskOf('federated_learning', { verification: { quorum: 1 } })
    expect(copiesAsked(training)).toBe(1)
    expect(isAskedOnce(training)).toBe(false)
  })
})
