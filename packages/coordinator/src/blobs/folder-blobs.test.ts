import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type Cid, cidOf } from '@vcp/protocol'
import { afterAll, describe, expect, test } from 'vitest'
import { wasmTask } from '../core/testing/samples.ts'
import { openBlobFolder } from './folder-blobs.ts'

const root = mkdtempSync(join(tmpdir(), 'vcp-blobs-'))
afterAll(() => rmSync(root, { recursive: true }))
let folders = 0
const newFolder = () => join(root, String(folders++))

const bytes = Buffer.from('a blob of some bytes')
const cid = cidOf('raw', bytes)
const quota = { bytesMax: 1_000, totalMax: 1_500 }
const streamOf = (...chunks: Uint8Array[]) => Readable.from(chunks.map((each) => Buffer.from(each)))
const filesIn = (folder: string) => readdirSync(folder).filter((name) => name !== 'incoming')

async function contentOf(
  outcome: Awaited<ReturnType<Awaited<ReturnType<typeof openBlobFolder>>['get']>>,
) {
  if (!outcome.ok) return expect.unreachable(outcome.reason)
  const chunks: Buffer[] = []
  for await (const chunk of outcome.value.bytes) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

describe('a folder of blobs', () => {
  test('gives back what was put in, whole or a part', async () => {
    const blobs = await openBlobFolder(newFolder(), quota)
    expect(await blobs.put(cid, streamOf(bytes.subarray(0, 5), bytes.subarray(5)))).toEqual({
      ok: true,
      value: bytes.length,
    })
    expect(await contentOf(await blobs.get(cid, null))).toBe(bytes.toString())
    expect(await contentOf(await blobs.get(cid, { from: 7, to: 9 }))).toBe('of ')
    expect(await contentOf(await blobs.get(cid, { from: 15, to: null }))).toBe('bytes')
    expect(await contentOf(await blobs.get(cid, { from: 15, to: 900 }))).toBe('bytes')
    expect(await contentOf(await blobs.get(cid, { from: bytes.length, to: null }))).toBe('')
    const beyond = await blobs.get(cid, { from: bytes.length + 1, to: null })
    expect(beyond).toMatchObject({ ok: false, code: 'INVALID' })
  })

  test('keeps nothing whose bytes are not those that the name says', async () => {
    const folder = newFolder()
    const blobs = await openBlobFolder(folder, quota)
    const wrong = await blobs.put(cid, streamOf(bytes, bytes))
    expect(wrong).toMatchObject({ ok: false, code: 'INVALID' })
    expect(await blobs.get(cid, null)).toMatchObject({ ok: false, code: 'NOT_FOUND' })
    expect([filesIn(folder), readdirSync(join(folder, 'incoming'))]).toEqual([[], []])
    const noCid = `b${'a'.repeat(58)}` as Cid
    expect(await blobs.put(noCid, streamOf(bytes))).toMatchObject({ ok: false, code: 'INVALID' })
  })

  test('takes blobs up to a size, and so much in all', async () => {
    const folder = newFolder()
    const blobs = await openBlobFolder(folder, quota)
    const put = (size: number, fill: number) => {
      const content = Buffer.alloc(size, fill)
      return blobs.put(cidOf('raw', content), streamOf(content))
    }
    expect(await put(1_001, 1)).toMatchObject({ ok: false, code: 'TOO_LARGE' })
    expect(await put(1_000, 2)).toMatchObject({ ok: true })
    expect(await put(501, 3)).toMatchObject({ ok: false, code: 'DISK_FULL' })
    expect(await put(500, 4)).toMatchObject({ ok: true })
    expect(blobs.totalBytes).toBe(1_500)
    expect(readdirSync(join(folder, 'incoming'))).toEqual([])
  })

  test('counts a blob that comes twice at the same time once', async () => {
    const blobs = await openBlobFolder(newFolder(), quota)
    const both = await Promise.all([1, 2].map(() => blobs.put(cid, streamOf(bytes))))
    expect(both.map(({ ok }) => ok)).toEqual([true, true])
    expect(blobs.totalBytes).toBe(bytes.length)
  })

  test('keeps nothing of a blob that breaks off', async () => {
    const folder = newFolder()
    const blobs = await openBlobFolder(folder, quota)
    const broken = new Readable({
      read() {
        this.push(bytes.subarray(0, 5))
        this.destroy(Object.assign(new Error('gone'), { code: 'ECONNRESET' }))
      },
    })
    await expect(blobs.put(cid, broken)).rejects.toMatchObject({ code: 'REQUEST_MALFORMED' })
    expect(readdirSync(join(folder, 'incoming'))).toEqual([])
    expect(blobs.totalBytes).toBe(0)
  })

  test('is the same after a restart, without what was half written', async () => {
    const folder = newFolder()
    const before = await openBlobFolder(folder, quota)
    await before.put(cid, streamOf(bytes))
    writeFileSync(join(folder, 'incoming', 'half'), 'x')
    const after = await openBlobFolder(folder, quota)
    expect(await contentOf(await after.get(cid, null))).toBe(bytes.toString())
    expect(after.totalBytes).toBe(bytes.length)
    expect(readdirSync(join(folder, 'incoming'))).toEqual([])
  })

  test('counts with a task the blobs that it names', async () => {
    const blobs = await openBlobFolder(newFolder(), quota)
    const spec = wasmTask({ inputs: { module: cid, call: { kind: 'wasi' } } })
    const without = blobs.payloadBytes(spec)
    await blobs.put(cid, streamOf(bytes))
    expect(blobs.payloadBytes(spec)).toBe(without + bytes.length)
  })
})
