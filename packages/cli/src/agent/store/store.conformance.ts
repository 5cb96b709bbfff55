// What every store of the agent does, wherever it keeps things.
import { describe, expect, test } from 'vitest'
import type { Store } from './store.ts'

export interface Place {
  open(): Store
}

export function describeStore(name: string, place: () => Place): void {
  describe(`a store ${name}`, () => {
    test('is empty at first', () => {
      expect(place().open().read()).toEqual(new Map())
    })

    test('has what was written last under each name, also after it was closed', async () => {
      const at = place()
      const store = at.open()
      await store.write([
        { name: 'lease/1', text: 'one' },
        { name: 'lease/2', text: 'two' },
      ])
      await store.write([
        { name: 'lease/1', text: null },
        { name: 'lease/2', text: 'deux' },
        { name: 'report/1', text: 'naïve ☕' },
      ])
      const expected = new Map([
        ['lease/2', 'deux'],
        ['report/1', 'naïve ☕'],
      ])
      expect(store.read()).toEqual(expected)
      store.close()
      expect(at.open().read()).toEqual(expected)
    })

    test('minds neither an empty write nor the end of what was never there', async () => {
      const store = place().open()
      await store.write([])
      await store.write([{ name: 'lease/1', text: null }])
      expect(store.read()).toEqual(new Map())
    })

    test('is one agent’s at a time', () => {
      const at = place()
      const store = at.open()
      expect(() => at.open()).toThrow(expect.objectContaining({ code: 'DATA_FOLDER_IN_USE' }))
      store.close()
      at.open()
    })

    test('takes nothing once it is closed', async () => {
      const store = place().open()
      store.close()
      store.close()
      const written = store.write([{ name: 'lease/1', text: 'one' }])
      await expect(written).rejects.toMatchObject({ code: 'AGENT_STATE_FAILED' })
    })
  })
}
