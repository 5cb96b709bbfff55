import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readInputBytes, readInputFile, readInputJson } from './input-file.ts'
import { temporaryFolder } from './testing/host.ts'

function file(content: string | Uint8Array): string {
  const path = join(temporaryFolder(), 'input')
  writeFileSync(path, content)
  return path
}

describe('a file named on the command line', () => {
  test('is read whole up to its bound, however many chunks that takes', async () => {
    expect(await readInputFile(file('four'), 4)).toBe('four')
    const large = new Uint8Array(200_000).fill(7)
    expect(await readInputBytes(file(large), 200_000)).toEqual(Buffer.from(large))
    expect(await readInputFile(file(''), 0)).toBe('')
  })

  test('is refused beyond its bound, with both the file and the bound', async () => {
    await expect(readInputFile(file('four'), 3)).rejects.toMatchObject({
      code: 'TOO_LARGE',
      details: { bytes_max: 3 },
    })
    await expect(readInputBytes('/dev/zero', 1_000)).rejects.toMatchObject({ code: 'TOO_LARGE' })
  })

  test('that is missing, or a folder, is unreadable', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'sub'))
    for (const path of [join(folder, 'absent'), join(folder, 'sub')]) {
      await expect(readInputFile(path, 10)).rejects.toMatchObject({
        code: 'INPUT_UNREADABLE',
        message: `${path} cannot be read`,
      })
    }
  })

  test('is JSON or refused', async () => {
    expect(await readInputJson(file('{"a": 1}'), 10)).toEqual({ a: 1 })
    await expect(readInputJson(file('{"a": '), 10)).rejects.toMatchObject({ code: 'INVALID' })
  })
})
