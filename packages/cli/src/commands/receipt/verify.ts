import {
  checkEvidence,
  type EvidenceReport,
  levelMeanings,
  limits,
  parse,
  readVerifierKey,
  Submission,
  taskDigest,
  VcpError,
} from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { readInputBytes, readInputJson } from '../../input-file.ts'
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
  }),
  async run({ file, logKey, task, output }): Promise<EvidenceReport> {
    const verifier = readVerifierKey(logKey)
    if (!verifier.ok) throw new VcpError('USAGE', { message: `--log-key: ${verifier.reason}` })
    return checkEvidence(await readInputJson(file, 64 * limits.ledgerEventBytesMax), {
      log: { origin: verifier.value.name, verifier: verifier.value },
      ...(task === undefined ? {} : { task: await readTask(task) }),
      ...(output === undefined ? {} : { output: await readInputBytes(output, outputBytesMax) }),
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

async function readTask(file: string) {
  const submission = parse(Submission, await readInputJson(file, limits.ledgerEventBytesMax))
  if (!submission.ok) {
    throw new VcpError('INVALID', { message: `${file} is no submission: ${submission.reason}` })
  }
  const { task_id, task } = submission.value
  return { taskId: task_id, digest: taskDigest(task) }
}
