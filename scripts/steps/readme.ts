// What the README promises a stranger, tried out.
import type { Clone } from './clone.ts'
import { runCommand } from './command.ts'
import { counts } from './counts.ts'
import { failuresIn } from './failures.ts'
import type { StepResult } from './table.ts'

/** The README's commands, in its order. */
export const readme = ['npm ci', 'npx vcp dev --demo', 'npm test'] as const

/** The same where every test has run just before: of them, those that start real processes. */
export const readmeAfterTests = [
  'npm ci',
  'npx vcp dev --demo',
  'npm test -- e2e/coordinator.test.ts e2e/node.test.ts e2e/task.test.ts packages/cli/src/cli',
] as const

/** Runs commands one after the other in a folder; where the first fails, the others cannot run. */
export async function runLines(
  lines: readonly string[],
  where: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly label: string },
): Promise<StepResult[]> {
  const results: StepResult[] = []
  for (const line of lines) {
    const name = `${where.label}: ${line}`
    if ((results[0]?.counts.failed ?? 0) > 0) {
      results.push({ name, counts: counts(0, 0), seconds: 0, note: 'not reached' })
      continue
    }
    console.log(`\n--- ${name}`)
    const [file = '', ...args] = line.split(' ')
    const { cwd, env } = where
    const ran = await runCommand(file, args, { cwd, env, output: 'both', timeoutMinutes: 20 })
    const isFine = ran.exitCode === 0
    results.push({
      name,
      counts: counts(isFine ? 1 : 0, isFine ? 0 : 1),
      seconds: ran.seconds,
      ...(isFine ? {} : { note: `exits with ${ran.exitCode}`, failures: failuresIn(ran.output) }),
    })
  }
  return results
}

/** Commands of the README in a clean clone. */
export async function runReadme(clone: Clone, lines: readonly string[]): Promise<StepResult[]> {
  const { folder, env, node, commit } = clone
  console.log(`\nclean clone of ${commit} with Node ${node} alone`)
  return await runLines(lines, { cwd: folder, env, label: `clone, Node ${node}` })
}
