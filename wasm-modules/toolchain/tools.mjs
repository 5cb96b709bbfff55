// Finds the compilers, says what to install where one is missing, and asks each for its version.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const DEBIAN = 'apt-get install clang lld wasi-libc libclang-rt-14-dev-wasm32'

/** A tool is not installed; the message says how to get it. */
export class MissingTool extends Error {}

const tools = {
  clang: () => firstLine('clang', ['--version']),
  'wasm-ld': () => firstLine('wasm-ld', ['--version']),
  'wasi-libc': () => debianPackage('wasi-libc'),
  'libclang-rt': () => debianPackage(`libclang-rt-${clangMajor()}-dev-wasm32`),
  assemblyscript: () => npmPackage('assemblyscript'),
  binaryen: () => npmPackage('binaryen'),
  wabt: () => npmPackage('wabt'),
  'quickjs-wasi': () => npmPackage('quickjs-wasi'),
}

/** The version of each tool, by its name. */
export function versionsOf(names) {
  return Object.fromEntries(names.map((name) => [name, tools[name]()]))
}

/** Runs a compiler of the system. */
export function run(program, args, cwd) {
  execFileSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Runs a program of the npm packages in this folder. */
export function runPackaged(name, args, cwd) {
  const program = join(root, 'node_modules', '.bin', name)
  if (!existsSync(program)) throw new MissingTool(`${name}: cd wasm-modules && npm ci`)
  run(program, args, cwd)
}

/** A file of an npm package in this folder. */
export function packagedFile(...path) {
  return join(root, 'node_modules', ...path)
}

function firstLine(program, args) {
  try {
    return execFileSync(program, args, { encoding: 'utf8' }).split('\n')[0].trim()
  } catch (error) {
    if (error.code === 'ENOENT') throw new MissingTool(`${program}: ${DEBIAN}`)
    throw error
  }
}

function clangMajor() {
  return /version (\d+)/.exec(tools.clang())?.[1] ?? '14'
}

// Where there is no dpkg the version is unknown, and then nothing is promised of the bytes.
function debianPackage(name) {
  try {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the hole is for dpkg-query to fill
    const query = ['--show', '--showformat', '${Version}', name]
    const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }
    return execFileSync('dpkg-query', query, options) || 'unknown'
  } catch (error) {
    if (error.code === 'ENOENT') return 'unknown'
    throw new MissingTool(`${name}: apt-get install ${name}`)
  }
}

function npmPackage(name) {
  const manifest = packagedFile(name, 'package.json')
  if (!existsSync(manifest)) throw new MissingTool(`${name}: cd wasm-modules && npm ci`)
  return JSON.parse(readFileSync(manifest, 'utf8')).version
}
