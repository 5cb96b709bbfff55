import { createRequire } from 'node:module'
import {
  checkEvidence,
  type EvidenceReport,
  levelMeanings,
  readVerifierKey,
  type TaskId,
  TaskSpec,
  taskDigest,
  VcpError,
} from '@vcp/protocol'
import { type Demonstration, step } from './demonstration.ts'

type Sample = typeof import('@vcp/protocol/vectors/evidence.json')

/** What a submitter checks before a result is believed, on sample evidence. */
export const evidence: Demonstration = {
  name: 'evidence',
  about:
    'what a submitter checks before a result is believed (a sample, signed by public test keys)',
  async run() {
    const sample = createRequire(import.meta.url)('@vcp/protocol/vectors/evidence.json') as Sample
    const verifier = readVerifierKey(sample.log.verifier_key)
    if (!verifier.ok) throw new VcpError('INTERNAL', { message: verifier.reason })
    const output = Buffer.from(sample.output, 'hex')
    const context = {
      log: { origin: sample.log.origin, verifier: verifier.value },
      task: { taskId: sample.task_id as TaskId, digest: taskDigest(TaskSpec.parse(sample.task)) },
      output,
    }
    const honest = checkEvidence(sample.replicated, context)
    const wrongOutput = checkEvidence(sample.replicated, { ...context, output: Buffer.from('lie') })
    const [first] = sample.signed.receipts
    const receipt = { ...first?.receipt, payload: { ...first?.receipt.payload, gas: 1 } }
    const forged = checkEvidence({ ...sample.signed, receipts: [{ ...first, receipt }] }, context)
    const level =
      honest.level === null ? 'nothing' : `${honest.level}: ${levelMeanings[honest.level]}`
    return [
      ...honest.steps.map(({ step: name, result, detail }) => step(name, result === 'ok', detail)),
      step('the level that the evidence shows', honest.level === 'replicated', level),
      step('an output that was not signed is refused', !wrongOutput.ok, failuresOf(wrongOutput)),
      step('a receipt with another gas figure is refused', !forged.ok, failuresOf(forged)),
    ]
  },
}

function failuresOf({ steps }: EvidenceReport): string {
  const failed = steps.filter(({ result }) => result === 'failed')
  return failed.map(({ step: name, detail }) => `${name}: ${detail}`).join('; ') || 'accepted'
}
