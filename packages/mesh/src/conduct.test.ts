import { describe, expect, test } from 'vitest'
import { createConduct, type Offence } from './conduct.ts'
import { ana, ben } from './testing/keys.ts'

function started() {
  const clock = { nowMs: 0 }
  const shunned: string[] = []
  const conduct = createConduct(
    () => clock.nowMs,
    (peerId) => shunned.push(peerId),
  )
  const times = (count: number, offence: Offence) => {
    for (let i = 0; i < count; i++) conduct.note(ana.peerId, offence)
  }
  return { clock, conduct, shunned, times }
}

describe('conduct', () => {
  test('shuns a peer once its offences add up, and says so once', () => {
    const { conduct, shunned, times } = started()
    times(4, 'garbage')
    expect(conduct.isShunned(ana.peerId)).toBe(false)
    times(2, 'garbage')
    expect(conduct.isShunned(ana.peerId)).toBe(true)
    expect(shunned).toEqual([ana.peerId])
  })

  test('holds nothing against another peer', () => {
    const { conduct, times } = started()
    times(10, 'corruption')
    expect(conduct.scoreOf(ben.peerId)).toBe(0)
    expect(conduct.isShunned(ben.peerId)).toBe(false)
  })

  test('fades', () => {
    const { clock, conduct, times } = started()
    times(6, 'garbage')
    clock.nowMs += 600_000
    expect(conduct.scoreOf(ana.peerId)).toBeCloseTo(-60)
    expect(conduct.isShunned(ana.peerId)).toBe(false)
  })
})
