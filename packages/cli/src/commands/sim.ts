import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { exitCodes, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../command.ts'
import { fields } from '../style.ts'

const Report = z.strictObject({
  seed: z.int(),
  /** Null: every promise was kept. */
  broken: z.string().nullable(),
  steps: z.int(),
  entries: z.int(),
  digest: z.string(),
  tasks: z.record(z.string(), z.int()),
  levels: z.record(z.string(), z.int()),
  secure_rounds: z.record(z.string(), z.int()),
  restarts: z.int(),
  nodes: z.int(),
  healed_within_ms: z.int().nullable(),
})

const Line = z.union([z.strictObject({ line: z.string() }), z.strictObject({ report: Report })])

export const command = defineCommand({
  about:
    'Runs the real coordinator among simulated nodes, honest and not, on a network that loses, ' +
    'repeats and reorders, with crashes, full disks and jumping clocks: all of it from one ' +
    'seed. First nothing that is promised may be broken; then all is healed, and everything ' +
    'that was begun must come to an end. The same seed is the same run.',
  options: [
    { form: '--seed <n>', about: 'which run' },
    { form: '--steps <n>', about: 'happenings before all is healed; 2000 where nothing is said' },
    { form: '--trace', about: 'tell everything that the coordinator was told, and its answers' },
  ],
  examples: [
    { line: 'vcp sim --seed 7', about: 'one run' },
    { line: 'vcp sim --seed 7 --trace', about: 'the same run, told in full' },
    { line: 'vcp sim --seed 7 --steps 20000 --json', about: 'a longer one, for a program' },
  ],
  input: z.strictObject({
    seed: z.coerce.number().int().min(0).max(4_294_967_295),
    steps: z.coerce.number().int().min(1).max(10_000_000).default(2_000),
    trace: z.boolean().default(false),
  }),
  async run({ seed, steps, trace }, { host }) {
    const asked = ['--seed', String(seed), '--steps', String(steps), ...(trace ? ['--trace'] : [])]
    const printed = await simulate(asked, host.signal)
    const lines: string[] = []
    for (const each of printed.trimEnd().split('\n')) {
      const said = Line.parse(JSON.parse(each))
      if ('report' in said) return { ...said.report, trace: trace ? lines : null }
      lines.push(said.line)
    }
    throw new VcpError('INTERNAL', { message: 'the simulation ended without a report' })
  },
  text({ trace, ...report }, style) {
    const verdict =
      report.broken === null
        ? style.good('every promise was kept')
        : style.bad(`a promise was broken: ${report.broken}`)
    const healed = report.healed_within_ms
    const rows: [string, string][] = [
      ['seed', String(report.seed)],
      ['nodes', String(report.nodes)],
      ['tasks', counted(report.tasks)],
      ['levels', counted(report.levels)],
      ['secure rounds', counted(report.secure_rounds)],
      ['restarts', String(report.restarts)],
      ['journal', `${report.entries} entries, ${report.digest}`],
      ['healed', healed === null ? 'never' : `all had ended after ${Math.ceil(healed / 1_000)} s`],
    ]
    return [...(trace ?? []), fields(rows, style), verdict].join('\n')
  },
  exitCode: ({ broken }) => (broken === null ? exitCodes.ok : exitCodes.verificationFailed),
})

/** Run, never imported: this program and the coordinator's meet only in what it prints. */
const simulator = '@vcp/coordinator/sim'

async function simulate(asked: readonly string[], signal: AbortSignal): Promise<string> {
  const file = fileURLToPath(import.meta.resolve(simulator))
  const conditions = file.endsWith('.ts') ? ['--conditions=source'] : []
  const child = spawn(process.execPath, [...conditions, file, ...asked], {
    stdio: ['ignore', 'pipe', 'inherit'],
    signal,
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  // 1 says that a promise was broken: then there is a report that says which.
  if (code !== 0 && code !== 1) {
    throw new VcpError('INTERNAL', { message: `the simulation exited with ${code}` })
  }
  return Buffer.concat(chunks).toString('utf8')
}

function counted(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')
}
