// Builds the modules from their sources and compares them with the committed ones.
//   node wasm-modules/build.mjs [--write] [module ...]
// With the versions that a module's `built_with` records, the result must be the same to the byte.
// --write puts new modules in the place of the committed ones, with their sizes, hashes and tools.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { recipes } from './toolchain/recipes.mjs'
import { MissingTool, versionsOf } from './toolchain/tools.mjs'

const root = dirname(fileURLToPath(import.meta.url))
const say = (line) => process.stdout.write(`${line}\n`)

const given = process.argv.slice(2)
const chosen = given.filter((argument) => argument !== '--write')
const all = readdirSync(root).filter((name) => existsSync(join(root, name, 'module.json')))
const unknown = chosen.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  say(`there is no module ${unknown.join(', ')}; there is ${all.join(', ')}`)
  process.exitCode = 2
} else {
  process.exitCode = buildEach(chosen.length > 0 ? chosen : all, given.includes('--write'))
}

function buildEach(names, write) {
  const failed = names.filter((name) => {
    try {
      return !buildOne(name, write)
    } catch (error) {
      const compilerFailed = typeof error.status === 'number' // and has said why on stderr
      if (!(error instanceof MissingTool || compilerFailed)) throw error
      const word = compilerFailed ? 'failed' : 'missing'
      say(`${word.padEnd(10)} ${name.padEnd(14)} ${error.message}`)
      return true
    }
  })
  return failed.length === 0 ? 0 : 1
}

/** Whether the module is as it should be. */
function buildOne(name, write) {
  const folder = join(root, name)
  const file = join(folder, 'module.json')
  const module = JSON.parse(readFileSync(file, 'utf8'))
  const recipe = recipes[module.build.recipe]
  const tools = versionsOf(recipe.tools)
  const bytes = build(folder, name, module, recipe)
  const wasm = { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
  const same = wasm.sha256 === module.wasm.sha256
  const other = differences(module.built_with, tools)

  if (write) {
    writeFileSync(join(folder, `${name}.wasm`), bytes)
    const next = { ...module, wasm, built_with: tools }
    writeFileSync(file, `${JSON.stringify(next, null, 2)}\n`)
  }
  const word = same ? 'identical' : write ? 'written' : other === '' ? 'DIFFERS' : 'other'
  say(
    `${word.padEnd(10)} ${name.padEnd(14)} ${wasm.bytes} bytes${other === '' ? '' : `; ${other}`}`,
  )
  return word !== 'DIFFERS'
}

function build(folder, name, module, recipe) {
  const scratch = join(root, '.cache', name)
  rmSync(scratch, { recursive: true, force: true })
  mkdirSync(scratch, { recursive: true })
  const out = join(scratch, `${name}.wasm`)
  recipe.build({ folder, scratch, out, build: module.build })
  return readFileSync(out)
}

/** Which tools are not those that the committed module was built with. */
function differences(recorded = {}, present) {
  return Object.entries(present)
    .filter(([tool, version]) => recorded[tool] !== version)
    .map(([tool, version]) => `${tool} is ${version}, was ${recorded[tool] ?? 'not recorded'}`)
    .join('; ')
}
