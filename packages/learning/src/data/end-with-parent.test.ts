import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'

test('a child that never comes back to its messages ends with its parent', async () => {
  const { href } = new URL('./end-with-parent.ts', import.meta.url)
  const program = `
    import { writeSync } from 'node:fs'
    import { endWithParent } from '${href}'
    await endWithParent()
    writeSync(1, 'busy')
    for (;;);`
  const flags = ['--conditions=source', '--input-type=module', '--eval', program]
  const child = spawn(process.execPath, flags, { stdio: ['pipe', 'pipe', 'inherit'], env: {} })
  await once(child.stdout, 'data')
  child.stdin.destroy()
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
})
