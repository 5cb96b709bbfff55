// Where the code of the child is. It ships bundled: from single files a child starts in a fifth of
// the time, and it needs to read nothing but its own folder.
import { execFile } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export interface ChildProgram {
  /**
   * The real path, for permissions are about those, of a folder with `child-main.mjs` and
   * `worker-main.mjs`, and with nothing that a child may not read.
   */
  readonly folder: string
}

/** The program that belongs to this version; found or made once. */
export function childProgram(): Promise<ChildProgram> {
  found ??= isSource ? bundleFromSources() : shipped()
  return found
}

/** Bundles afresh, for who runs from sources; `entries` take the place of what ships. */
export async function bundleFromSources(
  entries: Partial<Record<'childMain' | 'workerMain', string>> = {},
): Promise<ChildProgram> {
  const script = join(here, '..', '..', '..', '..', 'scripts', 'bundle-child.ts')
  const chosen = [
    ...(entries.childMain === undefined ? [] : ['--child-main', entries.childMain]),
    ...(entries.workerMain === undefined ? [] : ['--worker-main', entries.workerMain]),
  ]
  const { stdout } = await run(process.execPath, [script, '--cache', ...chosen])
  return { folder: realpathSync(stdout.trim()) }
}

const run = promisify(execFile)
const here = dirname(fileURLToPath(import.meta.url))
const isSource = import.meta.url.endsWith('.ts')
let found: Promise<ChildProgram> | undefined

async function shipped(): Promise<ChildProgram> {
  const folder = join(here, 'bundle')
  // Asked here once: a missing file would only show as children that die one after the other.
  if (!existsSync(join(folder, 'child-main.mjs'))) throw new Error(`no child program in ${folder}`)
  return { folder: realpathSync(folder) }
}
