import { type Cid, cidOf } from '@vcp/protocol'
import { expect, test } from 'vitest'
import { getBlob, nameBlob, putBlob } from './blobs.ts'
import { serveFake } from './testing/fake-coordinator.ts'
import { connected } from './testing/tasks.ts'

const large = new Uint8Array(300_000).map((_, i) => i % 251)
const blob = nameBlob(large)
const { cid } = blob

test('a blob is sent once, and not at all where it is there', async () => {
  const fake = await serveFake()
  const seen: number[] = []
  const first = connected(fake)
  await putBlob(first, blob, (sent) => seen.push(sent))
  expect(seen.at(-1)).toBe(large.length)
  expect(seen.length).toBeGreaterThan(3)
  expect(fake.blobs.get(cid)?.equals(large)).toBe(true)
  await putBlob(first, blob)
  await putBlob(connected(fake), blob)
  expect(fake.count('putBlob')).toBe(1)
})

test('of the blobs that were sent only the last are remembered', async () => {
  const fake = await serveFake()
  const connection = connected(fake)
  for (let n = 0; n < 70_000; n++) connection.stored.add(`${n}` as Cid)
  await putBlob(connection, blob)
  expect(connection.stored.size).toBe(65_536)
  expect([...connection.stored].at(-1)).toBe(cid)
})

test('a transfer that breaks is begun again', async () => {
  const fake = await serveFake()
  let cuts = 1
  fake.mishap = ({ name }) => {
    if (name !== 'putBlob' || cuts === 0) return undefined
    cuts -= 1
    return 'cut'
  }
  await putBlob(connected(fake), blob)
  expect(fake.blobs.get(cid)?.equals(large)).toBe(true)
})

test('what came is what was asked for, and no more than that', async () => {
  const fake = await serveFake()
  fake.blobs.set(cid, Buffer.from(large))
  const connection = connected(fake)
  expect(Buffer.from(await getBlob(connection, cid, 1_000_000)).equals(large)).toBe(true)
  await expect(getBlob(connection, cid, 1_000)).rejects.toMatchObject({ code: 'TOO_LARGE' })
  fake.blobs.set(cid, Buffer.from('other bytes'))
  await expect(getBlob(connection, cid, 1_000)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' })
  const missing = cidOf('raw', Buffer.from('not here'))
  await expect(getBlob(connection, missing, 1_000)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('a download that breaks goes on where it broke', async () => {
  const fake = await serveFake()
  fake.blobs.set(cid, Buffer.from(large))
  fake.cutBlobsAfter = [100_000, 50_000]
  const bytes = await getBlob(connected(fake), cid, 1_000_000)
  expect(Buffer.from(bytes).equals(large)).toBe(true)
  const ranges = fake.calls.map(({ headers }) => headers.range)
  expect(ranges).toHaveLength(3)
  expect(ranges[0]).toBeUndefined()
  expect(ranges[2]).toMatch(/^bytes=\d+-$/)
})
