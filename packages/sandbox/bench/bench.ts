// Everything that is measured of the sandbox; without a section, all of it. --rounds and --program
// are for the ratios.
//   npm run bench -w @vcp/sandbox [-- ratios rewriting pool checkpoints --json --rounds 9]

import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { measureCheckpoints } from './checkpoints.ts'
import { measurePool } from './pool.ts'
import { measurePrograms, ratiosOf } from './ratios.ts'
import { measureRewriting, measureWorst } from './rewriting.ts'
import { printCheckpoints, printPool, printRatios, printRewriting, printWorst } from './tables.ts'

// As the children of the pool have it; says nothing about modules without hints.
setFlagsFromString('--experimental-wasm-branch-hinting')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '9' },
    program: { type: 'string', default: '' },
  },
})
const figures: Record<string, unknown> = {}

async function section(name: string, measure: () => unknown): Promise<void> {
  if (positionals.length === 0 || positionals.includes(name)) figures[name] = await measure()
}

await section('ratios', async () => {
  const wanted = (program: string) => program.startsWith(values.program)
  const programs = await measurePrograms(Number(values.rounds), wanted)
  const ratios = ratiosOf(programs)
  printRatios(ratios)
  return { programs, ratios }
})
await section('rewriting', () => {
  const rewriting = measureRewriting(12)
  printRewriting(rewriting)
  const worst = measureWorst()
  printWorst(worst)
  return { rewriting, worst }
})
await section('pool', async () => {
  const pool = await measurePool()
  printPool(pool)
  return pool
})
await section('checkpoints', () => {
  const checkpoints = measureCheckpoints()
  printCheckpoints(checkpoints)
  return checkpoints
})
if (values.json) console.log(JSON.stringify(figures, null, 2))
