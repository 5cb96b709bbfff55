import type { Nonce } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { ana, ben } from '../testing/keys.ts'
import { createSeenNonces, replayWindowMs } from './seen-nonces.ts'

const nonce = 'a'.repeat(32) as Nonce

function started() {
  const clock = { nowMs: 5_000 }
  return { clock, seen: createSeenNonces(() => clock.nowMs) }
}

describe('the nonces seen', () => {
  test('are remembered for the whole window, whenever they came', () => {
    const { clock, seen } = started()
    clock.nowMs += replayWindowMs - 1
    seen.add(ana.peerId, nonce)
    clock.nowMs += replayWindowMs - 1
    expect(seen.has(ana.peerId, nonce)).toBe(true)
  })

  test('are each signer’s own', () => {
    const { seen } = started()
    seen.add(ana.peerId, nonce)
    expect(seen.has(ben.peerId, nonce)).toBe(false)
  })

  test('are forgotten after two windows', () => {
    const { clock, seen } = started()
    for (let i = 0; i < 1_000; i++) seen.add(ana.peerId, String(i).padStart(32, '0') as Nonce)
    clock.nowMs += replayWindowMs
    seen.add(ana.peerId, nonce)
    expect(seen.size).toBe(1_001)
    clock.nowMs += replayWindowMs
    expect(seen.has(ana.peerId, nonce)).toBe(true)
    expect(seen.size).toBe(1)
    clock.nowMs += 2 * replayWindowMs
    expect(seen.has(ana.peerId, nonce)).toBe(false)
    expect(seen.size).toBe(0)
  })
})
