// One question to this machine, asked in a process of its own: `probe-main.ts <name> <folder>`.
// systeminformation calls some tools synchronously, and nvidia-smi or a network disk may never
// answer: only a process can be given up.
import { type ProbeName, probes } from './probes.ts'

const [name, folder = '/'] = process.argv.slice(2)
const answer = await probes[name as ProbeName](folder)
process.stdout.write(JSON.stringify(answer), () => process.exit(0))
