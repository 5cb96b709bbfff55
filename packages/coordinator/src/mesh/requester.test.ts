import type { AccountId } from '@vcp/protocol'
import { expect, test } from 'vitest'
import { createRequesterOf } from './requester.ts'

const ana = '01900000-0000-7000-8000-00000000000a' as AccountId
const ben = '01900000-0000-7000-8000-00000000000b' as AccountId
const at = (byte: number) => createRequesterOf(new Uint8Array(32).fill(byte))

test('a submitter has one name for nodes, another than other submitters and elsewhere', () => {
  expect(at(1)(ana)).toMatch(/^[0-9a-f]{64}$/)
  expect(at(1)(ana)).toBe(at(1)(ana))
  expect(new Set([at(1)(ana), at(1)(ben), at(2)(ana)]).size).toBe(3)
})
