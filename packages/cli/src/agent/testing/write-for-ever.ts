// Keeps one run after another, each with a record of it, until it is killed, and says each number
// once it is durable.
import { openAgentFile } from '../store/agent-file.ts'
import { keptRun, taskId } from './kept-run.ts'

const { records, kept } = openAgentFile(process.argv[2]!)
for (let number = 1; ; number++) {
  kept.keep(keptRun({ taskId, leaseEpoch: number }))
  await records.write([{ name: `report/${number}`, text: `text ${number}` }])
  process.stdout.write(`${number}\n`)
}
