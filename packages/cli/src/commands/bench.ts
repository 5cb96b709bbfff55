import { VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { type Bench, benchText } from '../bench/bench-text.ts'
import { measures } from '../bench/measures.ts'
import { runBench } from '../bench/run-bench.ts'
import { defineCommand } from '../command.ts'
import { nearest } from '../config/nearest.ts'

const names = measures.map(({ name }) => name)

export const command = defineCommand({
  about:
    'Measures what this machine does in a second of what a node does all day: digests, ' +
    'signatures, tasks in the sandbox, steps of a training, writes to the disk of the data ' +
    'folder. Each is done for a while and its rate taken again and again: the median is shown, ' +
    'between which rates eight in ten lie, and all of them over time. What the machine cannot ' +
    'do is unknown, with the reason. Nothing is sent anywhere, and nothing is left on the disk.',
  options: [
    { form: '--seconds <n>', about: 'for each measure; 2 unless said' },
    { form: '--only <measure...>', about: `only these: ${names.join(', ')}` },
  ],
  examples: [
    { line: 'vcp bench', about: 'everything, in half a minute' },
    { line: 'vcp bench --only tasks training --seconds 20', about: 'two of them, more exactly' },
    { line: 'vcp bench --json > before.json', about: 'to compare with another day' },
  ],
  input: z.strictObject({
    seconds: z.coerce.number().min(0.1).max(600).default(2),
    only: z.array(z.string()).optional(),
  }),
  endsItself: true,
  async run({ seconds, only }, context): Promise<Bench> {
    const unknown = only?.find((name) => !names.includes(name))
    if (unknown !== undefined) {
      const like = nearest(unknown, names)
      const message = `there is no measure "${unknown}"; the measures are ${names.join(', ')}`
      const hint = like === null ? {} : { hint: `Did you mean ${like}?` }
      throw new VcpError('USAGE', { message, ...hint })
    }
    const chosen = measures.filter(({ name }) => only === undefined || only.includes(name))
    return runBench(chosen, seconds, context)
  },
  text: benchText,
  exitCode: ({ is_interrupted }) => (is_interrupted ? 130 : 0),
})
