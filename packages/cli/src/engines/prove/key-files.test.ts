import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cidOf } from '@vcp/protocol'
import { afterAll, expect, test } from 'vitest'
import { createKeyFiles, type KeyFiles } from './key-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'vcp-key-files-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let folders = 0

function made(bytesMax = 100) {
  const into = join(folder, String(folders++))
  return { into, files: createKeyFiles(into, bytesMax) }
}

function use(files: KeyFiles, fill: number, what = async (file: string) => file): Promise<string> {
  const bytes = new Uint8Array(40).fill(fill)
  return files.with(cidOf('raw', bytes), bytes, what)
}

test('a key that several use is written once, and stays for the next', async () => {
  const { into, files } = made()
  const [first, second] = await Promise.all([use(files, 1), use(files, 1)])
  expect(second).toBe(first)
  expect(await use(files, 1)).toBe(first)
  expect(readdirSync(into)).toHaveLength(1)
  expect([...readFileSync(first)]).toEqual(new Array(40).fill(1))
})

test('what was not used for longest goes first, and nothing that is in use', async () => {
  const { files } = made()
  const [first, second] = [await use(files, 1), await use(files, 2)]
  await use(files, 1)
  const third = await use(files, 3)
  expect([first, second, third].map((file) => existsSync(file))).toEqual([true, false, true])
  const held = await use(files, 1, async (file) => {
    await Promise.all([use(files, 4), use(files, 5), use(files, 6)])
    return existsSync(file) ? 'still there' : 'gone'
  })
  expect(held).toBe('still there')
})

test('a file that somebody could not use is not kept, and is written anew', async () => {
  const { into, files } = made()
  const broken = use(files, 1, () => Promise.reject(new Error('it is cut short')))
  await expect(broken).rejects.toThrow('it is cut short')
  expect(readdirSync(into)).toEqual([])
  expect([...readFileSync(await use(files, 1))]).toHaveLength(40)
})

test('once the disk takes files again, so does the folder', async () => {
  const { into, files } = made()
  writeFileSync(into, 'a file where the folder would be')
  await expect(use(files, 1)).rejects.toThrow('EEXIST')
  rmSync(into)
  expect(existsSync(await use(files, 1))).toBe(true)
})
