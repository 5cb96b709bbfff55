// Builds the C programs of the benchmark: node packages/sandbox/bench/build.mjs
// The modules are committed; wasm-modules/README.md says which packages bring the tools.
import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = join(dirname(fileURLToPath(import.meta.url)), 'programs')
const options = ['--target=wasm32-wasi', '-O2', '-Wall', '-Wextra', '-Werror', '-Wl,--strip-all']
for (const name of ['fannkuch', 'json', 'quicksort']) {
  const files = [join(folder, `${name}.c`), '-o', join(folder, `${name}.wasm`)]
  execFileSync('clang', [...options, ...files], { stdio: 'inherit' })
}
