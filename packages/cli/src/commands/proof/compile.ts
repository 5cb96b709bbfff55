import { writeFile } from 'node:fs/promises'
import {
  compileExecution,
  type ExecutionProgram,
  type ExecutionSizeName,
  executionInput,
  executionSizes,
  fitExecution,
  programHash,
  reduce,
  segmentsOf,
  sizeExecution,
} from '@vcp/proofs'
import { limits, type Outcome, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { readInputBytes } from '../../input-file.ts'
import { fields } from '../../style.ts'

const sizeNames = Object.keys(executionSizes) as ExecutionSizeName[]
const stepsOf = sizeNames.map((name) => executionSizes[name].steps)

export const command = defineCommand({
  about:
    'Turns a function of a WASM module into a program for the circuit that proves executions, ' +
    'or says which instruction does not fit. With --args it runs the program too, says how many ' +
    'steps and proofs that takes, and writes what `vcp proof prove` needs.',
  arguments: [{ form: '<module>', about: 'a WASM file' }],
  options: [
    { form: '--func <name>', about: 'an exported function of i32' },
    { form: '--args <list>', about: 'what it is given, numbers with commas between' },
    {
      form: '--steps <n>',
      about: `the size of the circuit: ${stepsOf.join(', ')} (default: fits)`,
    },
    { form: '--context <number>', about: 'what the proof is for, as a field element (default: 0)' },
    { form: '--out <file>', about: 'where to write the program, or the inputs of the circuit' },
  ],
  examples: [
    {
      line: 'vcp proof compile gcd.wasm --func gcd --args 48,36 --out input.json',
      about: 'make an input to prove gcd(48, 36) with',
    },
  ],
  input: z.strictObject({
    module: z.string(),
    func: z.string('--func is needed'),
    args: z
      .string()
      .regex(/^(-?\d{1,10}(,-?\d{1,10})*)?$/, 'numbers with commas between')
      .transform((list) => (list === '' ? [] : list.split(',').map(Number)))
      .optional(),
    steps: z.coerce.number().pipe(z.literal(stepsOf)).optional(),
    context: z
      .string()
      .regex(/^\d{1,77}$/, 'a whole number')
      .transform((text) => reduce(BigInt(text)))
      .default(0n),
    out: z.string().optional(),
  }),
  async run({ module, func, args, steps, context, out }) {
    const bytes = await readInputBytes(module, limits.wasmModuleBytesMax)
    const program = held(compileExecution(bytes, func))
    const asked = sizeNames.find((name) => executionSizes[name].steps === steps)
    const fit = args === undefined ? null : fitFor(program, args, asked)
    const files =
      fit === null
        ? await writeProgram(program, out)
        : await writeInputs(program, args ?? [], fit.size, context, out)
    return {
      func,
      instructions: program.instructions.length,
      words: program.words.length,
      circuit: fit === null ? null : `execution ${fit.size}`,
      program_hash:
        fit === null
          ? null
          : programHash(program.instructions, executionSizes[fit.size]).toString(),
      steps: fit?.steps ?? null,
      proofs: fit?.segments ?? null,
      value: fit === null || !program.returns ? null : fit.value | 0,
      files,
    }
  },
  text({ func, instructions, words, circuit, program_hash, steps, proofs, value, files }, style) {
    const rows: (readonly [string, string])[] = [
      ['function', style.title(func)],
      ['program', `${instructions} instructions, ${words} words`],
    ]
    if (circuit !== null) {
      rows.push(['circuit', circuit], ['program hash', program_hash ?? ''])
      rows.push(['run', `${steps} steps, in ${proofs === 1 ? 'one proof' : `${proofs} proofs`}`])
    }
    if (value !== null) rows.push(['returns', String(value)])
    return fields([...rows, ...files.map((file) => ['file', file] as const)], style)
  },
})

function fitFor(
  program: ExecutionProgram,
  args: readonly number[],
  asked: ExecutionSizeName | undefined,
) {
  if (asked === undefined) return held(sizeExecution(program, args))
  return { ...held(fitExecution(program, args, executionSizes[asked])), size: asked }
}

async function writeProgram(program: ExecutionProgram, out: string | undefined): Promise<string[]> {
  if (out === undefined) return []
  const instructions = program.instructions.map((word) => word.toString(16).padStart(12, '0'))
  await write(out, { ...program, instructions })
  return [out]
}

/** One file a proof: the name that was given, with numbers where there are several. */
async function writeInputs(
  program: ExecutionProgram,
  args: readonly number[],
  name: ExecutionSizeName,
  context: bigint,
  out: string | undefined,
): Promise<string[]> {
  if (out === undefined) return []
  const size = executionSizes[name]
  const segments = held(segmentsOf(program, args, size))
  const files: string[] = []
  for (const [i, segment] of segments.entries()) {
    const file = segments.length === 1 ? out : out.replace(/(\.[^./\\]*)?$/, `-${i + 1}$1`)
    await write(file, executionInput(program, segment, context, size))
    files.push(file)
  }
  return files
}

async function write(file: string, value: unknown): Promise<void> {
  await writeFile(file, `${JSON.stringify(value, null, 2)}\n`).catch((cause: unknown) => {
    throw new VcpError('OUTPUT_UNWRITABLE', { message: `${file} cannot be written`, cause })
  })
}

function held<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new VcpError(outcome.code, { message: outcome.reason })
  return outcome.value
}
