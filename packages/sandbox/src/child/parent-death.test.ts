import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { hostileProgram, ownCopy, processesOf, rogueProgram } from '../testing/pool-tasks.ts'
import { probeIsolation } from './isolation.ts'
import type { ChildProgram } from './program.ts'

const script = fileURLToPath(new URL('../testing/doomed-parent.ts', import.meta.url))
const { protections } = await probeIsolation()
const kernelHelps = protections.some(({ name, inForce }) => name === 'parent_death' && inForce)

/** Resolves when both its children are at work. */
async function parentOf(program: ChildProgram, act: string): Promise<ChildProcess> {
  const parent = spawn(process.execPath, ['--conditions=source', script, program.folder, act], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(parent.stdout!, 'data')
  return parent
}

/** How long it takes, once the parent is dead, until none of its children is left. */
function millisecondsUntilGone(program: ChildProgram, giveUpMs: number): number {
  const beganAt = performance.now()
  while (processesOf(program).length > 0 && performance.now() - beganAt < giveUpMs);
  return performance.now() - beganAt
}

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'children in an infinite loop are gone soon after %s ended their parent',
  async (signal) => {
    using program = ownCopy(await hostileProgram())
    const parent = await parentOf(program, 'spin')
    // The parent names the folder on its own command line, too.
    expect(processesOf(program)).toHaveLength(3)
    parent.kill(signal)
    await once(parent, 'exit')
    expect(millisecondsUntilGone(program, 20_000)).toBeLessThan(10_000)
  },
)

test.skipIf(!kernelHelps)(
  'a child that is deaf to its parent goes with it (skipped: needs setpriv from Linux)',
  async () => {
    using program = ownCopy(await rogueProgram())
    const parent = await parentOf(program, 'deafAfterReport')
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    expect(millisecondsUntilGone(program, 20_000)).toBeLessThan(10_000)
  },
)
