import { execFile } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))
const launcher = join(root, 'scripts/with-node.mjs')
const packagesOfPages = ['web', 'protocol', 'proofs']

/**
 * So that what is tried is what the sources say: a coordinator serves what was built. Where that is
 * newer than its sources it is left alone, since others may be reading it.
 */
export async function buildPages(): Promise<void> {
  const sources = packagesOfPages.map((name) => newestIn(join(root, 'packages', name, 'src')))
  if (newestIn(join(root, 'packages/web/dist/pages')) > Math.max(...sources)) return
  const argv = [launcher, 'vite', 'build', 'packages/web', '--logLevel', 'warn']
  await promisify(execFile)(process.execPath, argv, { cwd: root })
}

/** When the newest file below a folder was written; 0 where there is none. */
function newestIn(folder: string): number {
  const isThere = statSync(folder, { throwIfNoEntry: false }) !== undefined
  const files = isThere ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []
  return Math.max(0, ...files.map((file) => statSync(join(folder, file)).mtimeMs))
}
