import type { PeerId } from '@vcp/protocol'
import { expect, test } from 'vitest'
import { styleFor } from '../style.ts'
import { fitsText } from './fits-text.ts'

const style = styleFor(false, 80)
const peer = (name: string) => `12D3KooW${name.padEnd(44, 'x')}` as PeerId
const small = {
  code: 'MEMORY_SMALL',
  needs: 8,
  has: 4,
  text: 'memory is 4 GB, needs at least 8 GB',
}
const nodes = [
  { peer_id: peer('ana'), fits: true, mismatches: [] },
  { peer_id: peer('ben'), fits: false, mismatches: [small] },
]

test('each node is named with what keeps it from the task', () => {
  const kept_out = [{ code: 'MEMORY_SMALL', nodes: 1 }]
  const fits = { registered: 2, looked_at: 2, eligible: 1, kept_out, nodes }
  const lines = fitsText(fits, style).split('\n')
  expect(lines).toEqual([
    '1 would fit, of 2',
    `✓ ${peer('ana')}  fits`,
    `✗ ${peer('ben')}  memory is 4 GB, needs at least 8 GB`,
  ])
})

test('where several must agree, one that fits is not all that is said', () => {
  const fits = { registered: 2, looked_at: 2, eligible: 1, kept_out: [], nodes }
  const [first] = fitsText({ ...fits, copies: 2 }, style).split('\n')
  expect(first).toBe('1 would fit, of 2; 2 of distinct owners must agree')
  expect(fitsText({ ...fits, copies: 1 }, style)).toBe(fitsText(fits, style))
})

test('of very many nodes the rest is counted', () => {
  const kept_out = [{ code: 'MEMORY_SMALL', nodes: 900 }]
  const fits = { registered: 5_000, looked_at: 1_000, eligible: 0, kept_out, nodes }
  const text = fitsText(fits, style)
  expect(text).toContain('no node fits, of 1000 looked at, of 5000')
  expect(text).toContain('and 998 more; kept out in all: MEMORY_SMALL 900')
})

test('where there are no nodes at all, that is what is said', () => {
  const none = { registered: 0, looked_at: 0, eligible: 0, kept_out: [], nodes: [] }
  expect(fitsText(none, style)).toBe('no node is registered with this coordinator')
})
