// How each kind of module is built. A recipe names its tools, whose versions decide its bytes.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fetchSources } from './npm-sources.mjs'
import { packagedFile, run, runPackaged } from './tools.mjs'

const CLANG = ['-O2', '-Wall', '-Wextra', '-Werror', '-Wl,--strip-all']
const WASI = ['--target=wasm32-wasi', ...CLANG]
const BARE = ['--target=wasm32', '-nostdlib', '-mbulk-memory', '-Wl,--no-entry', ...CLANG]
const wasiTools = ['clang', 'wasm-ld', 'wasi-libc', 'libclang-rt']
const bareTools = ['clang', 'wasm-ld']

export const recipes = {
  wat: {
    tools: ['wabt'],
    build: ({ folder, out, build }) => runPackaged('wat2wasm', [build.source, '-o', out], folder),
  },

  assemblyscript: {
    tools: ['assemblyscript'],
    build({ folder, out, build }) {
      // `stub` never frees, which suits a program that ends; `abort=` leaves out its one import.
      const options = ['-O3', '--runtime', 'stub', '--use', 'abort=', '--noAssert', '-o', out]
      runPackaged('asc', [build.source, ...options], folder)
    },
  },

  c: {
    tools: wasiTools,
    build: ({ folder, out, build }) => run('clang', [...WASI, build.source, '-o', out], folder),
  },

  'c-without-libc': {
    tools: bareTools,
    build({ folder, out, build }) {
      run('clang', [...BARE, '-Wl,-z,stack-size=65536', build.source, '-o', out], folder)
    },
  },

  sqlite: {
    tools: wasiTools,
    build({ folder, scratch, out, build }) {
      const sources = join(fetchSources(build, scratch), build.amalgamation)
      const defines = build.defines.map((define) => `-D${define}`)
      const compile = [...WASI, '-DNDEBUG', ...defines, `-I${sources}`]
      const quiet = ['-Wno-unused-parameter', '-Wno-unused-but-set-variable']
      const units = [join(folder, build.source), join(sources, 'sqlite3.c')]
      run('clang', [...compile, ...quiet, ...units, '-o', out], scratch)
    },
  },

  quickjs: {
    tools: [...bareTools, 'binaryen', 'wabt', 'quickjs-wasi'],
    build: buildQuickjs,
  },
}

const FEATURES = [
  '--enable-bulk-memory',
  '--enable-sign-ext',
  '--enable-mutable-globals',
  '--enable-nontrapping-float-to-int',
  '--enable-multivalue',
  '--enable-reference-types',
]

const ROOTS = [
  { name: 'program', reaches: ['start', 'memory'], root: true },
  { name: 'start', export: '_start' },
  { name: 'memory', export: 'memory' },
]

/** Joins the engine with the command that drives it; quickjs/README.md has the why. */
function buildQuickjs({ folder, scratch, out }) {
  const at = (name) => join(scratch, name)
  writeFileSync(at('bootstrap.h'), textAsC(join(folder, 'bootstrap.js')))
  writeFileSync(at('roots.json'), JSON.stringify(ROOTS))
  const placed = ['-Wl,--import-memory', '-Wl,--global-base=1024', '-Wl,-z,stack-size=16384']
  const source = join(folder, 'command.c')
  run('clang', [...BARE, ...placed, `-I${scratch}`, source, '-o', at('command.wasm')], scratch)
  runPackaged('wat2wasm', [join(folder, 'memory.wat'), '-o', at('memory.wasm')], scratch)

  const engine = packagedFile('quickjs-wasi', 'quickjs.wasm')
  const modules = [at('command.wasm'), 'env', at('memory.wasm'), 'env', engine, 'engine']
  const merge = ['--rename-export-conflicts', '-o', at('merged.wasm'), ...FEATURES]
  runPackaged('wasm-merge', [...modules, ...merge], scratch)
  const reached = ['-f', at('roots.json'), '-o', at('reached.wasm'), ...FEATURES]
  runPackaged('wasm-metadce', [at('merged.wasm'), ...reached], scratch)
  const passes = ['--duplicate-import-elimination', '--remove-unused-module-elements']
  const strip = ['--strip-debug', '--strip-producers', '--strip-target-features']
  runPackaged(
    'wasm-opt',
    [at('reached.wasm'), '-o', out, ...FEATURES, ...passes, ...strip],
    scratch,
  )
}

function textAsC(file) {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  const quoted = lines.map((line) => `    ${JSON.stringify(`${line}\n`)}`)
  return `static const char BOOTSTRAP[] =\n${quoted.join('\n')};\n`
}
