import { openMemoryStore } from '@vcp/mesh'
import { cidOfDigest } from '@vcp/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { openAgentFile } from '../store/agent-file.ts'
import { taskId } from '../testing/kept-run.ts'
import { secureShelf } from './secure-shelf.ts'

test('an update that a power cut brings back is gone once its words are there', async () => {
  const { kept, records } = openAgentFile(':memory:')
  onTestFinished(() => records.close())
  const store = await openMemoryStore(1_000_000)
  const randomBytes = (count: number) => new Uint8Array(count).fill(7)
  const shelf = secureShelf({ store, kept, randomBytes }, taskId)
  const update = Buffer.from('an update')
  const digest = await shelf.put(update)
  expect(await shelf.has(digest)).toBe(true)
  expect(Buffer.from(await shelf.take(digest))).toEqual(update)
  expect(await shelf.has(digest)).toBe(false)
  await shelf.show(Buffer.from('words under masks'))
  const again = await store.put([randomBytes(32), update], { shape: 'whole' })
  expect(again).toBe(cidOfDigest(digest))
  expect(await shelf.has(digest)).toBe(false)
})
