import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const program = fileURLToPath(new URL('./many.ts', import.meta.url))

test('many seeds are run in several processes, and counted', async () => {
  const asked = ['--seeds', '60', '--from', '5', '--steps', '150', '--json']
  const args = ['--conditions=source', program, ...asked]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const { seeds, broken, steps } = JSON.parse(stdout)
  expect({ seeds, broken }).toEqual({ seeds: 60, broken: 0 })
  expect(steps).toBeGreaterThan(60 * 150)
})
