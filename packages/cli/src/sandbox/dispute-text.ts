import { fields, type Style } from '../style.ts'
import type { FaultDispute } from './fault-dispute.ts'
import type { ReceiptDispute } from './receipt-dispute.ts'

const count = (number: number) => number.toLocaleString('en')

export function receiptDisputeText(dispute: ReceiptDispute, style: Style): string {
  const { receipts, firstDifferingCheckpoint, ran } = dispute
  const rows: (readonly [string, string])[] = receipts.map(
    ({ file, isTrue, falseFields, leavesFit }) => {
      if (isTrue) return [file, style.good('true: the run gives the same')]
      const reasons = [
        ...(falseFields.length === 0 ? [] : [falseFields.join(', ')]),
        ...(leavesFit === false ? ['its leaves are not those of its root'] : []),
      ]
      return [file, style.bad(`false: ${reasons.join('; ')}`)]
    },
  )
  const all = `of ${count(ran.checkpoints)} in the run`
  if (firstDifferingCheckpoint !== null) {
    rows.push(['checkpoint', `the two differ first in ${firstDifferingCheckpoint}, ${all}`])
  }
  for (const { file, firstFalseCheckpoint } of receipts) {
    if (firstFalseCheckpoint !== null) {
      rows.push(['checkpoint', `${file} is false from ${firstFalseCheckpoint} on, ${all}`])
    }
  }
  rows.push(['run', `${ran.outcome ?? ran.fault}, ${count(ran.gas ?? 0)} gas, made here anew`])
  return fields(rows, style)
}

export function faultDisputeText(dispute: FaultDispute, style: Style): string {
  const { fault, steps, differingFields, faulty, losses, judged, messages } = dispute
  const where = fault.address === null ? 'the topmost operand' : `address ${fault.address}`
  const rows: (readonly [string, string])[] = [
    ['fault', `bit ${fault.bit} of ${where}, after step ${count(fault.step)}`],
    ['run', `${count(steps)} steps, twice in ${dispute.runMs.toFixed(0)} ms`],
    ['receipts', differenceText(differingFields, faulty !== null)],
  ]
  if (dispute.firstDifferingCheckpoint !== null) {
    rows.push(['checkpoint', `${dispute.firstDifferingCheckpoint} is the first that differs`])
  }
  rows.push(['dispute', `${messages} messages, ${dispute.disputeMs.toFixed(0)} ms`])
  if (judged !== null) {
    const { instruction, result, witnessPages, witnessBytes } = judged
    const place =
      instruction.function === null
        ? 'before any function'
        : `function ${instruction.function}, offset ${instruction.offset} of the instrumented bytes`
    rows.push(
      ['step', `${count(judged.step)}: ${style.code(instruction.text)} in ${place}`],
      ['operands', instruction.operands.join(', ') || 'none'],
      ['topmost after', result],
      [
        'judge',
        `made that step from ${witnessPages} pages, ${count(witnessBytes)} bytes, both ` +
          `witnesses in ${(dispute.judgeMs ?? 0).toFixed(1)} ms`,
      ],
    )
  }
  rows.push(['verdict', verdictText(losses, style)])
  return fields(rows, style)
}

function differenceText(differingFields: readonly string[], isEnded: boolean): string {
  if (!isEnded) return 'the faulty machine came to no end, and has none'
  return differingFields.length === 0
    ? 'are the same: the fault is in the state alone'
    : `differ in ${differingFields.join(', ')}`
}

function verdictText(losses: FaultDispute['losses'], style: Style): string {
  if (losses.length === 0) return style.warn('no difference: the fault was written over')
  return losses
    .map(({ side, reason }) => style.bad(`the ${side} run is false: ${reason}`))
    .join(', ')
}
