// What becomes of the updates of a round, by strategy: one change of all numbers.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type { RandomSource } from '../noise/random-source.ts'
import { exactSum } from './exact-sum.ts'
import { defaultFixedPoint, toFixedPoint } from './fixed-point.ts'
import { type NodePrivacy, noisySum } from './node-privacy.ts'
import { bulyan, geometricMedian, krum, median, trimmedMean } from './robust-rules.ts'
import type { Row } from './vector.ts'

/** Rules that look at all updates together. */
export type ComparingRule =
  | { readonly kind: 'median' }
  | { readonly kind: 'trimmed-mean'; readonly share: number }
  | { readonly kind: 'krum' | 'multi-krum' | 'bulyan'; readonly bad: number }
  | { readonly kind: 'geometric-median' }

/** `mean` weighs all alike: the number of its examples is a node's word, and would be a lever. */
export type CombiningRule =
  | { readonly kind: 'mean' }
  | { readonly kind: 'noisy-mean'; readonly privacy: NodePrivacy }
  | ComparingRule

/** Takes one update after the other, and what they come to. */
export interface Combining {
  add(row: Row): Outcome<null>
  finish(source: RandomSource): Outcome<Row>
}

export function isComparing(rule: CombiningRule): rule is ComparingRule {
  return rule.kind !== 'mean' && rule.kind !== 'noisy-mean'
}

export function combination(rule: CombiningRule, length: number): Combining {
  if (rule.kind === 'noisy-mean') {
    const sum = noisySum(length, rule.privacy)
    return { add: (row) => sum.add(row), finish: (source) => pass(sum.finish(source)) }
  }
  return rule.kind === 'mean' ? exactMean(length) : comparison(rule)
}

/** The same bits in whatever order they come, and in the memory of one. */
function exactMean(length: number): Combining {
  const sum = exactSum(length)
  return {
    add(row) {
      const units = toFixedPoint(row, defaultFixedPoint)
      if (!units.ok) return units
      const incoming = sum.begin(1)
      if (!incoming.ok) return incoming
      const pushed = incoming.value.push(units.value)
      return pushed.ok ? incoming.value.finish() : pushed
    },
    finish() {
      const mean = sum.mean(defaultFixedPoint)
      return mean === null ? refuse('INVALID', 'there is no update') : pass(mean)
    },
  }
}

function comparison(rule: ComparingRule): Combining {
  const rows: Row[] = []
  return {
    add(row) {
      rows.push(row)
      return pass(null)
    },
    finish: () => compared(rule, rows),
  }
}

/** Steps towards the geometric median; its smoothing is far below the length of any update. */
const weiszfeld = { smoothing: 1e-6, rounds: 32 } as const

function compared(rule: ComparingRule, rows: readonly Row[]): Outcome<Row> {
  switch (rule.kind) {
    case 'median':
      return median(rows)
    case 'trimmed-mean':
      return trimmedMean(rows, rule.share)
    case 'krum':
      return krum(rows, rule.bad)
    case 'multi-krum':
      return krum(rows, rule.bad, Math.max(1, rows.length - rule.bad))
    case 'bulyan':
      return bulyan(rows, rule.bad)
    case 'geometric-median':
      return geometricMedian(rows, weiszfeld)
  }
}
