// A program that opens a pool and keeps its children busy until it is killed:
//   node --conditions=source doomed-parent.ts <folder of the program> <act>
// Prints a line when every child runs.
import { openPool } from '../child/pool.ts'
import { actTask, ample } from './pool-tasks.ts'

const [folder, act] = process.argv.slice(2)
const size = 2
const pool = await openPool({ program: { folder: folder! }, size })
let running = 0

for (let i = 0; i < size; i++) {
  let isRunning = false
  const onProgress = () => {
    if (!isRunning && ++running === size) process.stdout.write('running\n')
    isRunning = true
  }
  pool.submit(actTask(act!), { ...ample, onProgress })
}
