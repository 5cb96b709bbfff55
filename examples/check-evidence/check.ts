// Checks evidence in a program of your own, as `vcp receipt verify` does. The evidence is a sample
// of the protocol package, signed by public test keys.
import {
  checkEvidence,
  levelMeanings,
  readVerifierKey,
  type TaskId,
  TaskSpec,
  taskDigest,
} from '@vcp/protocol'
import sample from '@vcp/protocol/vectors/evidence.json' with { type: 'json' }

// Whom to believe is yours to decide: the key of the coordinator's log, got from somewhere you
// trust.
const key = readVerifierKey(sample.log.verifier_key)
if (!key.ok) throw new Error(key.reason)

const context = {
  log: { origin: sample.log.origin, verifier: key.value },
  task: { taskId: sample.task_id as TaskId, digest: taskDigest(TaskSpec.parse(sample.task)) },
  output: Buffer.from(sample.output, 'hex'),
}

const report = checkEvidence(sample.replicated, context)
for (const { step, result, detail } of report.steps) {
  console.log(result.padEnd(8), step.padEnd(12), detail)
}
if (report.level === null) throw new Error('the sample does not verify')
console.log(`\n${report.level}: ${levelMeanings[report.level]}\n`)

const lie = checkEvidence(sample.replicated, { ...context, output: Buffer.from('a lie') })
const failed = lie.steps.find(({ result }) => result === 'failed')
console.log(`another output: ${failed?.step} ${failed?.result}, ${failed?.detail}`)
process.exitCode = report.ok && !lie.ok ? 0 : 1
