// Does what the README says in a clean clone of the present commit, on one Node alone:
//   npm run clean-clone -- --node 20
import { parseArgs } from 'node:util'
import { cloneFor, uncommitted } from './steps/clone.ts'
import { closingLine, sum } from './steps/counts.ts'
import { findNode } from './steps/node-path.ts'
import { readme, runReadme } from './steps/readme.ts'
import { tableOf } from './steps/table.ts'

const { values } = parseArgs({ options: { node: { type: 'string', default: '24' } } })
const major = Number(values.node)
if (findNode(major) === null) {
  console.error(`there is no Node ${values.node} on this machine: put one on PATH`)
  process.exit(2)
}
const clone = cloneFor(major)
if (uncommitted() > 0) console.log(`${uncommitted()} uncommitted files are not in the clone`)

const results = await runReadme(clone, readme)
clone.remove()

const total = sum(results.map(({ counts }) => counts))
console.log(`\n${tableOf(results)}\n`)
console.log(closingLine(total))
process.exitCode = total.failed === 0 ? 0 : 1
