// A PATH on which only one Node can be found: everything else of this machine is linked in.
import { execFileSync } from 'node:child_process'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  symlinkSync,
} from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const usual = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
const ofNode = new Set([
  'node',
  'nodejs',
  'npm',
  'npx',
  'corepack',
  'yarn',
  'yarnpkg',
  'pnpm',
  'pnpx',
])

/** A Node of this major version, or null: the one on PATH, or the one that comes along. */
export function findNode(major: number): string | null {
  const onPath = foldersOnPath().map((folder) => join(folder, 'node'))
  const bundle = `node-${process.platform}-${process.arch}`
  const bundled = join(root, 'node_modules', bundle, 'bin', 'node')
  const all = [process.execPath, ...onPath, bundled]
  const fits = (node: string) => isExecutable(node) && versionOf(node).startsWith(`v${major}.`)
  return all.find(fits) ?? null
}

export function versionOf(node: string): string {
  return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
}

/** Fills a new folder, which is then a whole PATH, and returns it. */
export function makePath(folder: string, node: string): string {
  mkdirSync(folder)
  const npm = npmProgram()
  const links = new Map([
    ['node', node],
    ['npm', npm],
    ['npx', join(dirname(npm), 'npx-cli.js')],
  ])
  for (const from of foldersOnPath()) {
    for (const name of readdirSync(from)) {
      if (!ofNode.has(name) && !links.has(name)) links.set(name, join(from, name))
    }
  }
  for (const [name, target] of links) symlinkSync(target, join(folder, name))
  return folder
}

/** npm's own script, whatever it is started through. */
function npmProgram(): string {
  const given = process.env['npm_execpath']
  if (given?.endsWith('npm-cli.js') === true) return given
  const linked = foldersOnPath().map((folder) => join(folder, 'npm'))
  const found = linked.filter(existsSync).map((file) => realpathSync(file))
  const script = found.find((file) => file.endsWith('npm-cli.js'))
  if (script === undefined) throw new Error('npm is not on PATH, or not in a form known here')
  return script
}

/** The folders that programs are found in, without those that npm puts before them. */
function foldersOnPath(): string[] {
  const given = (process.env['PATH'] ?? '').split(delimiter)
  return [...new Set([...given, ...usual])].filter(
    (folder) => folder.startsWith('/') && !folder.includes('/node_modules/') && existsSync(folder),
  )
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
