import { circuitOf, keyFileBytesMax } from '@vcp/proofs'
import {
  checkEvidence,
  type EvidenceReport,
  levelMeanings,
  limits,
  parse,
  readVerifierKey,
  Submission,
  type TaskSpec,
  taskDigest,
  VcpError,
} from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { readInputBytes, readInputJson } from '../../input-file.ts'
import { proofChecker } from '../../proof/proof-checker.ts'
import { fields } from '../../style.ts'

const outputBytesMax = 1_073_741_824
const symbols = { ok: '✓', failed: '✗', unknown: '?' } as const

export const command = defineCommand({
  about:
    'Checks, on this machine and without a network: the signature of every receipt, its place ' +
    'in the log, the signature of the log, the agreement of the nodes, and, where they are ' +
    'given, the task that was submitted and the output that came back. What cannot be checked ' +
    'is shown with ?.',
  arguments: [{ form: '<file>', about: 'the evidence, as `vcp task result` saves it' }],
  options: [
    { form: '--log-key <key>', about: 'the key of the log: <name>+<id>+<base64>' },
    { form: '--task <file>', about: 'the task as it was submitted, with its task_id' },
    { form: '--output <file>', about: 'the output as it was received' },
    { form: '--key <file>', about: 'for a proof: the verification key that the task names' },
    { form: '--module <file>', about: 'for the proof of a run: the module that was run' },
  ],
  examples: [
    {
      line: 'vcp receipt verify evidence.json --log-key "$(cat log.key)" --output result.bin',
      about: 'is this output what the node signed, and is the receipt in the log?',
    },
  ],
  input: z.strictObject({
    file: z.string(),
    logKey: z.string({ error: '--log-key is needed: whose log is to be believed?' }),
    task: z.string().optional(),
    output: z.string().optional(),
    key: z.string().optional(),
    module: z.string().optional(),
  }),
  async run({ file, logKey, task: taskFile, output, ...files }): Promise<EvidenceReport> {
    const verifier = readVerifierKey(logKey)
    if (!verifier.ok) throw new VcpError('USAGE', { message: `--log-key: ${verifier.reason}` })
    const task = taskFile === undefined ? null : await readTask(taskFile)
    return checkEvidence(await readInputJson(file, 64 * limits.ledgerEventBytesMax), {
      log: { origin: verifier.value.name, verifier: verifier.value },
      ...(task === null ? {} : { task: { taskId: task.task_id, digest: taskDigest(task.task) } }),
      ...(output === undefined ? {} : { output: await readInputBytes(output, outputBytesMax) }),
      ...(task === null ? {} : await proofPart(task.task, files)),
    })
  },
  text(report, style) {
    const paint = { ok: style.good, failed: style.bad, unknown: style.warn }
    const steps = report.steps.map(({ step, result, detail }): readonly [string, string] => [
      `${symbols[result]} ${step}`,
      paint[result](detail),
    ])
    const verdict =
      report.level === null
        ? `${style.bad('NOT VERIFIED')}: do not rely on this result`
        : `${style.good(report.level)}: ${levelMeanings[report.level]}`
    return `${fields(steps, style)}\n\n${verdict}`
  },
  exitCode: ({ ok }) => (ok ? 0 : 8),
})

interface ProofFiles {
  readonly key?: string | undefined
  readonly module?: string | undefined
}

/**
 * A circuit that comes with vcp has its key at hand; any other's is in the file. Of a run the
 * statement follows from the module. Where one is missing the step stays open.
 */
async function proofPart(task: TaskSpec, { key, module }: ProofFiles) {
  const circuit = circuitOf(task)
  if (circuit === null) return {}
  const isRun = task.task_type === 'wasm_execution'
  const [file, bytesMax] = isRun ? [module, limits.wasmModuleBytesMax] : [key, keyFileBytesMax]
  if (file === undefined && (isRun || circuit.from === 'files')) return {}
  return { checkProof: await proofChecker(task, () => readInputBytes(file ?? '', bytesMax)) }
}

async function readTask(file: string): Promise<Submission> {
  const submission = parse(Submission, await readInputJson(file, limits.ledgerEventBytesMax))
  if (!submission.ok) {
    throw new VcpError('INVALID', { message: `${file} is no submission: ${submission.reason}` })
  }
  return submission.value
}
