// Bundles the program of the sandbox's children, after tsc, and puts the interpreter beside it:
//   node scripts/with-node.mjs scripts/bundle-child.ts
// or from sources, where nothing was built, into the cache; prints the folder:
//   node scripts/with-node.mjs scripts/bundle-child.ts --cache [--child-main f] [--worker-main f]
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build, type OutputFile } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const source = join(root, 'packages', 'sandbox', 'src', 'child')
const shipped = join(root, 'packages', 'sandbox', 'dist', 'child', 'bundle')
const cache = join(root, 'node_modules', '.cache', 'vcp-sandbox')

const { values } = parseArgs({
  options: {
    cache: { type: 'boolean', default: false },
    'child-main': { type: 'string', default: join(source, 'child-main.ts') },
    'worker-main': { type: 'string', default: join(source, 'worker-main.ts') },
  },
})

const { outputFiles } = await build({
  entryPoints: { 'child-main': values['child-main'], 'worker-main': values['worker-main'] },
  outdir: root,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  conditions: ['source'],
  absWorkingDir: root,
  logLevel: 'error',
})

if (values.cache) {
  console.log(place(outputFiles, join(cache, digestOf(outputFiles))))
} else {
  rmSync(shipped, { recursive: true, force: true })
  console.log(place(outputFiles, shipped))
  shipInterpreter()
}

/** The interpreter of scripts is a module of ours that the package needs beside its code. */
function shipInterpreter(): void {
  const folder = join(root, 'packages', 'sandbox', 'dist', 'modules')
  mkdirSync(folder, { recursive: true })
  const module = join(root, 'wasm-modules', 'quickjs', 'quickjs.wasm')
  copyFileSync(module, join(folder, basename(module)))
}

/** Puts the files there all at once, so that nobody reads half of them. */
function place(files: readonly OutputFile[], folder: string): string {
  if (existsSync(folder)) return folder
  mkdirSync(dirname(folder), { recursive: true })
  const made = mkdtempSync(`${folder}.`)
  for (const { path, contents } of files) writeFileSync(join(made, basename(path)), contents)
  chmodSync(made, 0o755)
  try {
    renameSync(made, folder)
  } catch (error) {
    rmSync(made, { recursive: true, force: true })
    // Another process was faster; what it made is the same, for the name is its digest.
    if (!existsSync(folder)) throw error
  }
  return folder
}

function digestOf(files: readonly OutputFile[]): string {
  const hash = createHash('sha256')
  for (const { path, contents } of files) hash.update(basename(path)).update(contents)
  return hash.digest('hex').slice(0, 24)
}
