// Runs in the browser: checks what the test serves, and writes what came of it into the page.
import {
  checkEvidence,
  isSignedBy,
  openEnvelope,
  type PeerId,
  readVerifierKey,
  type Signature,
  type TaskId,
  TaskSpec,
  taskDigest,
} from '@vcp/protocol'

declare const document: { body: { textContent: string } }
declare function fetch(url: string): Promise<{ json(): Promise<unknown> }>

interface Served {
  readonly receipt: { readonly payload: object }
  readonly greeting: {
    readonly peerId: PeerId
    readonly text: string
    readonly signature: Signature
  }
  readonly evidence: {
    readonly log: { readonly origin: string; readonly verifier_key: string }
    readonly task_id: TaskId
    readonly task: unknown
    readonly replicated: unknown
  }
}

const { receipt, greeting, evidence } = (await (await fetch('/served.json')).json()) as Served
const verifier = readVerifierKey(evidence.log.verifier_key)
if (!verifier.ok) throw new Error(verifier.reason)
const report = checkEvidence(evidence.replicated, {
  log: { origin: evidence.log.origin, verifier: verifier.value },
  task: { taskId: evidence.task_id, digest: taskDigest(TaskSpec.parse(evidence.task)) },
})
const bytes = new TextEncoder().encode(greeting.text)
const found = {
  receipt: openEnvelope('receipt', receipt).ok,
  forgedReceipt: openEnvelope('receipt', { ...receipt, payload: { ...receipt.payload, gas: 1 } })
    .ok,
  greeting: isSignedBy(greeting.peerId, bytes, greeting.signature),
  evidence: report.ok,
  level: report.level,
  steps: report.steps.map(({ step, result }) => `${step} ${result}`),
}
document.body.textContent = JSON.stringify(found)
