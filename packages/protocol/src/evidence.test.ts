import { describe, expect, test } from 'vitest'
import { makeCheckpoint, openCheckpoint } from './checkpoint.ts'
import { signMessage } from './envelope.ts'
import {
  checkEvidence,
  Evidence,
  type EvidenceContext,
  type EvidenceReport,
  evidenceSteps,
} from './evidence.ts'
import type { Digest, TaskId } from './ids.ts'
import { signerFrom } from './keys.ts'
import type { SignedNodeBinding } from './node-binding.ts'
import { pass, refuse } from './outcome.ts'
import { taskDigest } from './tasks/task.ts'
import {
  benOwnedByAna,
  bindings,
  committedOf,
  entriesOf,
  evidenceOf,
  knownLog,
  logSigner,
  origin,
  receiptBy,
  revealedOf,
} from './testing/log.ts'
import { ana, atMs, ben, digest, nonce, receipt, taskId, taskOf } from './testing/samples.ts'

const output = new TextEncoder().encode('a blob')
const task = { taskId, digest: taskDigest(taskOf('wasm_execution')) }
const context: EvidenceContext = { log: knownLog, task, output }

const both = [receiptBy(ana), receiptBy(ben)]

function resultOf(report: EvidenceReport, name: string) {
  return report.steps.find(({ step }) => step === name)?.result
}

function failures(value: unknown, given = context) {
  const report = checkEvidence(value, given)
  expect(report.ok).toBe(false)
  expect(report.level).toBeNull()
  return report.steps.filter(({ result }) => result === 'failed').map(({ step }) => step)
}

describe('evidence', () => {
  test('of one node shows the level signed, every step held', () => {
    const report = checkEvidence(evidenceOf([receiptBy(ana)]), context)
    expect(report.steps.map(({ step, result }) => `${step} ${result}`)).toEqual([
      'form ok',
      'task ok',
      'signatures ok',
      'log ok',
      'inclusion ok',
      'agreement ok',
      'commitments unknown',
      'owners unknown',
      'output ok',
    ])
    expect(report).toMatchObject({ ok: true, level: 'signed' })
  })

  test('of two nodes that agree shows the level replicated', () => {
    const evidence = evidenceOf(both, 'replicated')
    const report = checkEvidence(evidence, context)
    expect(report.steps.map(({ step, result }) => `${step} ${result}`)).toEqual(
      evidenceSteps.map((name) => `${name} ok`),
    )
    expect(report).toMatchObject({ ok: true, level: 'replicated' })
  })

  test('survives JSON', () => {
    const evidence = JSON.parse(JSON.stringify(evidenceOf([receiptBy(ana)])))
    expect(checkEvidence(evidence, context).ok).toBe(true)
  })

  test('shows no more than its receipts do, whatever level it claims', () => {
    const one = checkEvidence(evidenceOf([receiptBy(ana)], 'replicated'), context)
    expect(one).toMatchObject({ ok: true, level: 'signed' })
    const proved = checkEvidence(evidenceOf(both, 'proved'), context)
    expect(proved.level).toBe('replicated')
    expect(resultOf(proved, 'proof')).toBe('unknown')
    const refereed = checkEvidence(evidenceOf(both, 'refereed'), context)
    expect(resultOf(refereed, 'agreement')).toBe('unknown')
  })

  test('is proved by one receipt whose output proves itself, and by nothing less', () => {
    const evidence = evidenceOf([receiptBy(ana)], 'proved')
    const seen: unknown[] = []
    const holds = checkEvidence(evidence, {
      ...context,
      checkProof(receipt, bytes) {
        seen.push(receipt.peer_id, bytes)
        return pass('as the statement says')
      },
    })
    expect(holds).toMatchObject({ ok: true, level: 'proved' })
    expect(seen).toEqual([ana.peerId, context.output])
    const checkProof = () => refuse('ZK_PROOF_INVALID', 'the equation does not hold')
    const forged = checkEvidence(evidence, { ...context, checkProof })
    expect(forged).toMatchObject({ ok: false, level: null })
    expect(resultOf(forged, 'proof')).toBe('failed')
    const { output: _, ...without } = context
    expect(checkEvidence(evidence, { ...without, checkProof })).toMatchObject({ level: 'signed' })
    const signed = evidenceOf([receiptBy(ana)], 'signed')
    expect(checkEvidence(signed, { ...context, checkProof }).level).toBe('signed')
  })

  test('shows only signed where one owner has both nodes, or nobody signed for one', () => {
    const evidence = evidenceOf(both, 'replicated')
    const withBinding = (binding: SignedNodeBinding | null) => ({
      ...evidence,
      receipts: [evidence.receipts[0]!, { ...evidence.receipts[1]!, binding }],
    })
    for (const binding of [benOwnedByAna, null]) {
      const report = checkEvidence(withBinding(binding), context)
      expect(report).toMatchObject({ ok: true, level: 'signed' })
      expect(resultOf(report, 'owners')).toBe('unknown')
    }
    const stolen = withBinding(bindings[ana.peerId]!)
    expect(failures(stolen)).toEqual(['owners'])
    const forged = { ...bindings[ben.peerId]!, owner: benOwnedByAna.owner }
    expect(failures(withBinding(forged))).toEqual(['owners'])
  })

  test('fails where a node could have copied: it committed after a result was public', () => {
    const [first, second] = [receiptBy(ana), receiptBy(ben)]
    const events = [committedOf(first), revealedOf(first), committedOf(second), revealedOf(second)]
    expect(failures(evidenceOf([first, second], 'replicated', events))).toEqual(['commitments'])
  })

  test('fails where a node committed to something else than it revealed', () => {
    const evidence = evidenceOf(both, 'replicated')
    const [first, second] = evidence.receipts
    const swapped = { ...evidence, receipts: [first!, { ...second!, committed: first!.committed }] }
    expect(failures(swapped)).toEqual(['commitments'])
    const without = { ...evidence, receipts: [first!, { ...second!, committed: null }] }
    expect(checkEvidence(without, context)).toMatchObject({ ok: true, level: 'signed' })
  })

  test('says what it could not check, and does not call it checked', () => {
    const { ok, steps } = checkEvidence(evidenceOf([receiptBy(ana)]), { log: knownLog })
    expect(ok).toBe(true)
    expect(steps.filter(({ result }) => result === 'unknown').map(({ step }) => step)).toEqual([
      'task',
      'commitments',
      'owners',
      'output',
    ])
  })

  test('fails when a receipt was changed after it was signed', () => {
    const evidence = evidenceOf([receiptBy(ana)])
    const [first] = evidence.receipts
    const payload = { ...receipt, gas: 1 }
    const changed = { ...first!, receipt: { ...first!.receipt, payload } }
    expect(failures({ ...evidence, receipts: [changed] })).toEqual(['signatures', 'inclusion'])
  })

  test('fails when the receipt is not the one in the log', () => {
    const evidence = evidenceOf([receiptBy(ana)])
    const other = evidenceOf([receiptBy(ben)])
    const mixed = { ...evidence.receipts[0]!, receipt: other.receipts[0]!.receipt }
    expect(failures({ ...evidence, receipts: [mixed] })).toEqual(['inclusion'])
  })

  test('fails when the entry is of another log, index or size', () => {
    const evidence = evidenceOf([receiptBy(ana)])
    const [first] = evidence.receipts
    const { entry, inclusion } = first!.revealed
    const failsWith = (revealed: object) =>
      expect(failures({ ...evidence, receipts: [{ ...first!, revealed }] })).toEqual(['inclusion'])
    failsWith({ entry, inclusion: { ...inclusion, leaf_index: 0 } })
    failsWith({ entry, inclusion: { ...inclusion, tree_size: 5 } })
    failsWith({ entry: { ...entry, at_ms: atMs - 1 }, inclusion })
    const [stranger] = entriesOf([{ type: 'task-failed', task_id: taskId, reason: '' }])
    failsWith({ entry: { ...stranger!, index: inclusion.leaf_index }, inclusion })
  })

  test('fails when the head is not signed by the log', () => {
    const evidence = evidenceOf([receiptBy(ana)])
    const head = openCheckpoint(evidence.checkpoint, knownLog)
    expect(head.ok).toBe(true)
    const { treeSize, rootHash } = head.ok ? head.value : { treeSize: 0, rootHash: digest }
    const forged = makeCheckpoint(
      { origin, treeSize, rootHash },
      signerFrom(new Uint8Array(32).fill(9)),
    )
    expect(failures({ ...evidence, checkpoint: forged })).toEqual(['log', 'inclusion'])
    const rewritten = makeCheckpoint({ origin, treeSize, rootHash: digest }, logSigner)
    expect(failures({ ...evidence, checkpoint: rewritten })).toEqual(['inclusion'])
  })

  test('fails when it is about another task than the one submitted', () => {
    const evidence = evidenceOf([receiptBy(ana)])
    const other = { taskId, digest: '0'.repeat(64) as Digest }
    expect(failures(evidence, { ...context, task: other })).toEqual(['task'])
    const renamed = { taskId: `${taskId.slice(0, -1)}9` as TaskId, digest: task.digest }
    expect(failures(evidence, { ...context, task: renamed })).toEqual(['task'])
  })

  test('fails when the output is not what was signed', () => {
    const wrong = { ...context, output: new TextEncoder().encode('another blob') }
    expect(failures(evidenceOf([receiptBy(ana)]), wrong)).toEqual(['output'])
  })

  test('fails when nodes disagree, or one is counted twice', () => {
    const disagreed = [receiptBy(ana), receiptBy(ben, { gas: 1 })]
    expect(failures(evidenceOf(disagreed, 'replicated'))).toEqual(['agreement'])
    const again = signMessage('receipt', receipt, ana, { nonce, atMs: atMs + 1 })
    expect(failures(evidenceOf([receiptBy(ana), again], 'replicated'))).toContain('agreement')
  })

  test('that is garbage fails in its form', () => {
    expect(failures(null)).toEqual(['form'])
    expect(failures({ ...evidenceOf([receiptBy(ana)]), receipts: [] })).toEqual(['form'])
    expect(Evidence.safeParse(evidenceOf([receiptBy(ana)])).success).toBe(true)
  })
})
