// Runs a tool of this repository on a Node that is new enough, whatever `node` on PATH is:
//   node scripts/with-node.mjs vitest run
//   node scripts/with-node.mjs scripts/tidy.ts
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runtime, spawnInPlace } from '../packages/cli/bin/runtime.js'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [tool, ...rest] = process.argv.slice(2)

if (tool === undefined) {
  console.error('usage: node scripts/with-node.mjs <tool or script> [arguments]')
  process.exit(2)
}

const linked = join(root, 'node_modules', '.bin', tool)
const file = existsSync(linked) ? realpathSync(linked) : join(root, tool)
if (!existsSync(file)) {
  console.error(`with-node: no tool or script named ${tool}; run \`npm ci\` first`)
  process.exit(2)
}

const isScript = /\.[cm]?[jt]s$/.test(file) || readFileSync(file, 'latin1').startsWith('#!')
const node = runtime()
// Our own TypeScript runs on our own sources, whether or not they were built.
const conditions = file.endsWith('.ts') ? ['--conditions=source'] : []
if (isScript) spawnInPlace(node, [...conditions, file, ...rest])
else spawnInPlace(file, rest)
