import { expect, test } from 'vitest'
import { credits } from './credits.ts'

test.each([
  [0, '0'],
  [1, '0.000001'],
  [1_500_000, '1.5'],
  [20_000_000, '20'],
  [9_007_199_254_740_991, '9007199254.740991'],
])('%d millionths are %s credits', (amountMicro, text) => {
  expect(credits(amountMicro)).toBe(text)
})
