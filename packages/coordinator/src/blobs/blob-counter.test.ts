import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { openMemoryStore } from '@vcp/mesh'
import { type Cid, cidOf } from '@vcp/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { wasmTask } from '../core/testing/samples.ts'
import { createBlobCounter } from './blob-counter.ts'
import { openBlobs, standardBlobs } from './blobs.ts'

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vcp-blobs-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

const bytes = Buffer.from('a blob of some bytes')
const cid = cidOf('raw', bytes)
const limits = { ...standardBlobs, bytesMax: 1_000, totalMax: 1_500, freeMin: 0 }
const streamOf = (...chunks: Uint8Array[]) => Readable.from(chunks.map((each) => Buffer.from(each)))

async function openCounter(folder = newFolder()) {
  const blobs = await openBlobs(folder, limits, { nowMs: Date.now })
  const files = () =>
    ['blobs', 'trees', 'drafts'].flatMap((place) => readdirSync(join(folder, place)))
  return { ...createBlobCounter(blobs), ...blobs, files }
}

type Counter = Awaited<ReturnType<typeof openCounter>>

async function contentOf(outcome: Awaited<ReturnType<Counter['get']>>) {
  if (!outcome.ok) return expect.unreachable(outcome.reason)
  const chunks: Buffer[] = []
  for await (const chunk of outcome.value.bytes) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

describe('the counter of blobs', () => {
  test('gives back what was put in, whole or a part', async () => {
    const counter = await openCounter()
    const halves = streamOf(bytes.subarray(0, 5), bytes.subarray(5))
    expect(await counter.put(cid, halves)).toEqual({ ok: true, value: bytes.length })
    expect(await contentOf(await counter.get(cid, null))).toBe(bytes.toString())
    expect(await contentOf(await counter.get(cid, { from: 7, to: 9 }))).toBe('of ')
    expect(await contentOf(await counter.get(cid, { from: 15, to: null }))).toBe('bytes')
    expect(await contentOf(await counter.get(cid, { from: 15, to: 900 }))).toBe('bytes')
    expect(await contentOf(await counter.get(cid, { from: bytes.length, to: null }))).toBe('')
    const beyond = await counter.get(cid, { from: bytes.length + 1, to: null })
    expect(beyond).toMatchObject({ ok: false, code: 'INVALID' })
    expect(await counter.get(cidOf('raw', Buffer.of(1)), null)).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('takes a large file under the name that IPFS gives it', async () => {
    const large = Buffer.alloc(600_000, 7)
    const elsewhere = await openMemoryStore(1_000_000)
    const name = await elsewhere.put([large])
    expect(name).toMatch(/^bafybei/)
    const counter = createBlobCounter({ store: await openMemoryStore(1_000_000), bytesMax: 1e6 })
    expect(await counter.put(name, streamOf(large))).toEqual({ ok: true, value: 600_000 })
    const found = await counter.get(name, { from: 599_998, to: null })
    expect(await contentOf(found)).toBe('\u0007\u0007')
  })

  test('keeps nothing whose bytes are not those that the name says', async () => {
    const counter = await openCounter()
    expect(await counter.put(cid, streamOf(bytes, bytes))).toMatchObject({ code: 'INVALID' })
    expect(await counter.get(cid, null)).toMatchObject({ ok: false, code: 'NOT_FOUND' })
    expect(counter.files()).toEqual([])
    const noCid = `b${'a'.repeat(58)}` as Cid
    expect(await counter.put(noCid, streamOf(bytes))).toMatchObject({ ok: false, code: 'INVALID' })
  })

  test('takes blobs up to a size, and for more of them lets go of what nobody holds', async () => {
    const counter = await openCounter()
    const put = (size: number, fill: number) => {
      const content = Buffer.alloc(size, fill)
      return counter.put(cidOf('raw', content), streamOf(content))
    }
    expect(await put(1_001, 1)).toMatchObject({ ok: false, code: 'TOO_LARGE' })
    expect(await put(1_000, 2)).toMatchObject({ ok: true })
    expect(await put(501, 3)).toMatchObject({ ok: true })
    expect(counter.store.usage()).toMatchObject({ blobs: 1, bytes: 501 })
    const content = Buffer.alloc(1_000, 4)
    const named = wasmTask({
      inputs: { module: cidOf('raw', content), call: { kind: 'wasi' } },
    })
    expect(await put(1_000, 4)).toMatchObject({ ok: true })
    const submitted = { type: 'task-submitted', task: named, task_id: 't' }
    counter.held.onDurable([{ event: submitted } as never])
    expect(await put(501, 5)).toMatchObject({ ok: false, code: 'DISK_FULL' })
    expect(await put(500, 6)).toMatchObject({ ok: true })
  })

  test('keeps nothing of a blob that breaks off', async () => {
    const counter = await openCounter()
    const broken = new Readable({
      read() {
        this.push(bytes.subarray(0, 5))
        this.destroy(Object.assign(new Error('gone'), { code: 'ECONNRESET' }))
      },
    })
    await expect(counter.put(cid, broken)).rejects.toMatchObject({ code: 'REQUEST_MALFORMED' })
    expect(counter.files()).toEqual([])
    expect(counter.store.usage().bytes).toBe(0)
  })

  test('has after a restart what it had before', async () => {
    const folder = newFolder()
    await (await openCounter(folder)).put(cid, streamOf(bytes))
    const after = await openCounter(folder)
    expect(await contentOf(await after.get(cid, null))).toBe(bytes.toString())
  })

  test('counts with a task the blobs that it names', async () => {
    const counter = await openCounter()
    const spec = wasmTask({ inputs: { module: cid, call: { kind: 'wasi' } } })
    expect(counter.payloadBytes(spec, 7)).toBe(7)
    await counter.put(cid, streamOf(bytes))
    expect(counter.payloadBytes(spec, 7)).toBe(7 + bytes.length)
  })

  test.each([
    ['within a text', { labels: { from: `see ${cid}, all of it` } }],
    ['as a key', { labels: { [cid]: '' } }],
    ['in a list', { inputs: { module: cid, call: { kind: 'wasi', args: [cid, cid] } } }],
  ])('counts a blob once that is named %s', async (_, changes) => {
    const counter = await openCounter()
    await counter.put(cid, streamOf(bytes))
    expect(counter.payloadBytes(wasmTask(changes), 0)).toBe(bytes.length)
  })

  test('counts no blob for a text that only begins like its name', async () => {
    const counter = await openCounter()
    await counter.put(cid, streamOf(bytes))
    expect(counter.payloadBytes(wasmTask({ labels: { from: `${cid}a` } }), 0)).toBe(0)
  })
})
