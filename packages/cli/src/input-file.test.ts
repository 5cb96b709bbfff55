import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readInputFile } from './input-file.ts'
import { temporaryFolder } from './testing/host.ts'

describe('a file named on the command line', () => {
  test('is read up to its bound and refused beyond', () => {
    const file = join(temporaryFolder(), 'input')
    writeFileSync(file, 'four')
    expect(readInputFile(file, 4)).toBe('four')
    expect(() => readInputFile(file, 3)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }))
  })

  test('that is missing or a folder cannot be read', () => {
    const folder = temporaryFolder()
    for (const path of [folder, join(folder, 'none')]) {
      expect(() => readInputFile(path, 10)).toThrow(
        expect.objectContaining({ code: 'INPUT_UNREADABLE' }),
      )
    }
  })
})
