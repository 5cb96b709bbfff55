import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createOpenFiles, type OpenFile } from './open-files.ts'

let opened: FileHandle[]
let folder: string

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  opened = []
  folder = mkdtempSync(join(tmpdir(), 'vcp-open-files-'))
  for (const name of ['a', 'b']) writeFileSync(join(folder, name), name)
  onTestFinished(() => {
    vi.useRealTimers()
    rmSync(folder, { recursive: true })
  })
})

async function openIn(name: string): Promise<FileHandle | null> {
  if (name === 'none') return null
  const handle = await open(join(folder, name), 'r')
  opened.push(handle)
  return handle
}

const filesOf = (filesMax = 64) => createOpenFiles(openIn, { ms: 1_000, filesMax })

/** A closed handle has no descriptor. */
const areOpen = () => opened.map(({ fd }) => fd >= 0)

async function textOf(file: OpenFile | null): Promise<string> {
  const { buffer } = await file!.handle.read(Buffer.alloc(1), 0, 1, 0)
  return buffer.toString()
}

describe('files that were read', () => {
  test('stay open for a moment, for all who read them', async () => {
    const files = filesOf()
    const [one, other] = await Promise.all([files.open('a'), files.open('a')])
    await one!.close()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await textOf(other)).toBe('a')
    await other!.close()
    await vi.advanceTimersByTimeAsync(999)
    const again = await files.open('a')
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await textOf(again)).toBe('a')
    expect(areOpen()).toEqual([true])
    await again!.close()
    await vi.advanceTimersByTimeAsync(1_000)
    await vi.waitFor(() => expect(areOpen()).toEqual([false]))
  })

  test('are read on by who has them when they are forgotten, and by nobody else', async () => {
    const files = filesOf()
    const before = await files.open('a')
    await files.forget('a')
    const after = await files.open('a')
    expect(after!.handle).not.toBe(before!.handle)
    expect(await textOf(before)).toBe('a')
    await before!.close()
    expect(areOpen()).toEqual([false, true])
    await after!.close()
    await files.forget('a')
    expect(areOpen()).toEqual([false, false])
  })

  test('do not linger where too many do', async () => {
    const files = filesOf(1)
    const [a, b] = [await files.open('a'), await files.open('b')]
    await a!.close()
    await b!.close()
    expect(areOpen()).toEqual([false, true])
    await files.forget('b')
  })

  test('are looked for again where there was none, or it could not be opened', async () => {
    const files = filesOf()
    expect(await files.open('none')).toBe(null)
    await expect(files.open('c')).rejects.toMatchObject({ code: 'ENOENT' })
    writeFileSync(join(folder, 'c'), 'c')
    const found = await files.open('c')
    expect(await textOf(found)).toBe('c')
    await found!.close()
    await files.forget('c')
  })
})
