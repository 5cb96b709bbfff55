import { describe, expect, test } from 'vitest'
import { breachesOf } from './admission.ts'
import { profiles } from './policy.ts'
import { taskTypes } from './tasks/task-type.ts'
import { taskOf } from './testing/samples.ts'

const mb = 1_048_576

describe('admission', () => {
  test.each(taskTypes)('takes a plain %s task under both profiles', (type) => {
    for (const profile of Object.values(profiles)) {
      expect(breachesOf(taskOf(type), 1_000, profile)).toEqual([])
    }
  })

  test('refuses a task that may run longer than its type allows, with both numbers', () => {
    const task = taskOf('wasm_execution', { requirements: { max_execution_seconds: 901 } })
    expect(breachesOf(task, 0, profiles.public)).toEqual([
      { code: 'EXECUTION_TOO_LONG', asked: 901, limit: 900 },
    ])
  })

  test('counts what the inputs themselves say about time', () => {
    const task = taskOf('connect_only')
    const long = { ...task, inputs: { ...task.inputs, duration_seconds: 3_600 } }
    const profile = {
      ...profiles.open,
      tasks: {
        ...profiles.open.tasks,
        connect_only: { ...profiles.open.tasks.connect_only, execution_seconds_max: 60 },
      },
    }
    expect(breachesOf(long, 0, profile)).toMatchObject([{ code: 'EXECUTION_TOO_LONG' }])
  })

  test('refuses a payload over the limit of the type, to the byte', () => {
    const task = taskOf('wasm_execution')
    expect(breachesOf(task, 10 * mb, profiles.public)).toEqual([])
    expect(breachesOf(task, 10 * mb + 1, profiles.public)).toEqual([
      { code: 'PAYLOAD_TOO_LARGE', asked: 10 * mb + 1, limit: 10 * mb },
    ])
  })

  test('refuses WASM where the policy does not allow it', () => {
    const profile = {
      ...profiles.open,
      tasks: {
        ...profiles.open.tasks,
        wasm_execution: { ...profiles.open.tasks.wasm_execution, allows_wasm: false },
      },
    }
    expect(breachesOf(taskOf('wasm_execution'), 0, profile)).toEqual([{ code: 'WASM_NOT_ALLOWED' }])
  })
})
