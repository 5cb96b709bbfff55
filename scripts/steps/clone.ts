// A clean clone of the present commit, and an environment in which only one Node exists: what a
// stranger has.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { removedAtEnd } from './command.ts'
import { findNode, makePath, versionOf } from './node-path.ts'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

export interface Clone {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  /** As `v24.21.0`. */
  readonly node: string
  readonly commit: string
  remove(): void
}

/** Clones the present commit; only a Node of this major version is on the clone's PATH. */
export function cloneFor(major: number): Clone {
  const node = findNode(major)
  if (node === null) throw new Error(`there is no Node ${major} on this machine: put one on PATH`)
  const home = mkdtempSync(join(tmpdir(), 'vcp-clone-'))
  const remove = removedAtEnd(() => rmSync(home, { recursive: true, force: true }))
  const folder = join(home, 'vcp')
  git(root, 'clone', '--quiet', root, folder)
  return {
    folder,
    env: strangersEnv(home, makePath(join(home, 'bin'), node)),
    node: versionOf(node),
    commit: git(folder, 'rev-parse', '--short', 'HEAD'),
    remove,
  }
}

/** How many files differ from the present commit, and so are not in a clone. */
export function uncommitted(): number {
  return git(root, 'status', '--porcelain').split('\n').filter(Boolean).length
}

/** Our environment without what npm and our own tools put there, with a home of its own. */
function strangersEnv(home: string, path: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !ofTools.test(name))
  const own = join(home, 'home')
  mkdirSync(own)
  const npm = process.env['npm_config_userconfig'] ?? join(homedir(), '.npmrc')
  const cache = process.env['npm_config_cache'] ?? join(homedir(), '.npm')
  return {
    ...Object.fromEntries(kept),
    PATH: path,
    HOME: own,
    npm_config_userconfig: npm,
    npm_config_cache: cache,
  }
}

const ofTools = new RegExp(
  '^(npm_(lifecycle|package|command|execpath|node_execpath).*' +
    '|npm_config_(local_prefix|prefix|user_agent|node_gyp)' +
    '|INIT_CWD|NODE|NODE_(OPTIONS|ENV|PATH|COMPILE_CACHE)|VITEST.*|VCP_.*|XDG_.*)$',
)

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8' }).trim()
}
