import { runCommand } from './command.ts'

const RUNS = 5

/** The CPU time of a command with its children: user and system, the median of some runs. */
export async function cpuMs(command: readonly string[], cwd: string): Promise<string> {
  const seconds: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const script = 'TIMEFORMAT="cpu %U %S"; time "$@" >/dev/null 2>&1'
    const ran = await runCommand('bash', ['-c', script, 'bash', ...command], {
      cwd,
      output: 'kept',
    })
    const found = /cpu (\d+\.\d+) (\d+\.\d+)/.exec(ran.output)
    if (ran.exitCode !== 0 || found === null) return 'unknown'
    seconds.push(Number(found[1]) + Number(found[2]))
  }
  return String(Math.round(seconds.sort((a, b) => a - b)[Math.floor(RUNS / 2)]! * 1_000))
}
