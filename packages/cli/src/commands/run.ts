import { exitCodes } from '@vcp/protocol'
import type { Finished } from '@vcp/sandbox'
import * as z from 'zod'
import { defineCommand } from '../command.ts'
import { inSandbox, ranOf } from '../sandbox/in-sandbox.ts'
import { isFine, type Ran, ranText } from '../sandbox/ran.ts'
import { plannedRun, runOptions, runShape } from '../sandbox/run-input.ts'

export const command = defineCommand({
  about:
    'Runs a module as a node would: metered, bounded, in a process of its own, without files or ' +
    'network, with a virtual clock and seeded randomness. The same module and input give the ' +
    'same output, gas and hashes on every machine. What the module prints goes where it would ' +
    'without us; the figures go to stderr.',
  arguments: [
    {
      form: '<module>',
      about: 'a WASM file: a WASI command, or any exports with --invoke; or a script (.js)',
    },
    { form: '[args...]', about: 'its arguments; after -- they may begin with a dash' },
  ],
  options: [
    ...runOptions,
    { form: '--trace', about: 'keep checkpoints, some 1,000 in a run of all its gas' },
  ],
  examples: [
    { line: 'vcp run wasm-modules/hello/hello.wasm', about: 'run a command' },
    {
      line: 'vcp run wasm-modules/pi/pi.wasm --invoke estimate 100000 7',
      about: 'call a function; --json gives its results',
    },
    {
      line: 'vcp run examples/javascript/statistics.js --input examples/javascript/values.json',
      about: 'run a script in an interpreter inside the sandbox',
    },
    {
      line: 'vcp run wasm-modules/sha256/sha256.wasm --input README.md --trace --json',
      about: 'the fields of a receipt, with the root of the trace',
    },
  ],
  input: z.strictObject({ ...runShape, trace: z.boolean().default(false) }),
  async run(input, context): Promise<Ran> {
    const planned = await plannedRun(input, input.trace)
    const result = await inSandbox(planned, context)
    if (!context.json && result.kind === 'attestable') {
      context.host.out(result.results === null ? result.stdout : `${outputText(result)}\n`)
      context.host.err(new TextDecoder().decode(result.stderr))
    }
    return ranOf(planned.module, planned.request, result)
  },
  text: () => '',
  talk: ranText,
  exitCode(ran) {
    if (isFine(ran)) return exitCodes.ok
    return ran.fault === 'timeout' ? exitCodes.timeout : exitCodes.taskFailed
  },
})

function outputText({ results }: Finished): string {
  return (results ?? []).map(({ value }) => String(value)).join(' ')
}
