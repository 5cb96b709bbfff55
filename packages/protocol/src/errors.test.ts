import { describe, expect, test } from 'vitest'
import { errors, exitCodes, VcpError, wireErrors } from './errors.ts'
import { limits, limitTable } from './limits.ts'

describe('the table of errors', () => {
  test.each(Object.entries(errors))('%s says what it means and what to do', (code, row) => {
    expect(code).toMatch(/^[A-Z][A-Z0-9_]*$/)
    expect(row.meaning).toMatch(/^[A-Z].*\.$/)
    expect(row.hint).toMatch(/^[A-Z`].*\.$/)
    expect(exitCodes[row.exit]).toBeDefined()
    expect(wireErrors[row.status]).toBeDefined()
  })

  test('gives an error its exit code, status and hint, unless more is known', () => {
    const plain = new VcpError('TASK_FAILED')
    expect(plain).toMatchObject({ exitCode: 7, status: 422, message: errors.TASK_FAILED.meaning })
    expect(plain.hint).toBe(errors.TASK_FAILED.hint)
    const cause = new Error('below')
    const known = new VcpError('KEY_CORRUPT', { message: 'm', hint: 'h', details: { a: 1 }, cause })
    expect(known).toMatchObject({ message: 'm', hint: 'h', details: { a: 1 }, cause, exitCode: 3 })
  })

  test('keeps the exit codes that scripts rely on', () => {
    expect(Object.values(exitCodes)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 130])
  })
})

describe('the table of limits', () => {
  test.each(Object.entries(limitTable))(
    '%s is a number with a reason',
    (name, { value, reason }) => {
      expect(limits[name as keyof typeof limits]).toBe(value)
      expect(value).toBeGreaterThan(0)
      expect(reason.length).toBeGreaterThan(10)
    },
  )
})
