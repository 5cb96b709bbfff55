// A receipt does not depend on how the engine is set: which of its compilers works, how much heap
// and how much native stack there is.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { golden } from './wasm-modules/receipts.ts'

const execute = promisify(execFile)
const script = fileURLToPath(new URL('./wasm-modules/receipts-main.ts', import.meta.url))

async function receiptsWith(flags: readonly string[], stackSizeMb: number): Promise<unknown> {
  const argv = ['--conditions=source', ...flags, script, String(stackSizeMb)]
  const { stdout } = await execute(process.execPath, argv, { maxBuffer: 2 ** 24 })
  return JSON.parse(stdout)
}

describe('the receipts of the prebuilt modules', () => {
  test.each([
    { about: 'the baseline compiler alone', flags: ['--liftoff-only'], stackSizeMb: 64 },
    { about: 'the optimising compiler alone', flags: ['--no-liftoff'], stackSizeMb: 48 },
    { about: 'a small heap', flags: ['--max-old-space-size=96'], stackSizeMb: 64 },
    { about: 'a large heap', flags: ['--max-old-space-size=2048'], stackSizeMb: 160 },
  ])(
    'are those on record with $about',
    async ({ flags, stackSizeMb }) => {
      const expected = JSON.parse(readFileSync(golden, 'utf8'))
      expect(await receiptsWith(flags, stackSizeMb)).toEqual(expected)
    },
    120_000,
  )
})
