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
  /** The same of an update in units, part by part; null for rules that need numbers. */
  readonly addUnits: ((parts: readonly Int32Array[]) => Outcome<null>) | null
  finish(source: RandomSource): Outcome<Combined>
}

export interface Combined {
  readonly change: Row
  /** Where the clip norm is adapted: that of the next round. */
  readonly clipNormNext: number | null
}

export function isComparing(rule: CombiningRule): rule is ComparingRule {
  return rule.kind !== 'mean' && rule.kind !== 'noisy-mean'
}

export function combination(rule: CombiningRule, length: number): Combining {
  if (rule.kind === 'noisy-mean') {
    const sum = noisySum(length, rule.privacy)
    return {
      add: (row) => sum.add(row),
      addUnits: null,
      finish(source) {
        const { mean, clipNormNext } = sum.finish(source)
        return pass({ change: mean, clipNormNext })
      },
    }
  }
  return rule.kind === 'mean' ? exactMean(length) : comparison(rule)
}

/** The same bits in whatever order they come, and in the memory of one. */
function exactMean(length: number): Combining {
  const sum = exactSum(length)

  function addUnits(parts: readonly Int32Array[]): Outcome<null> {
    const numbers = parts.reduce((all, part) => all + part.length, 0)
    if (numbers !== length) return refuse('INVALID', `${numbers} numbers came, of ${length}`)
    const incoming = sum.begin(1)
    if (!incoming.ok) return incoming
    for (const part of parts) {
      const pushed = incoming.value.push(part)
      if (!pushed.ok) return pushed
    }
    return incoming.value.finish()
  }

  /** For one update after the other: new memory for each would have it collected all the time. */
  let place: Int32Array | null = null
  return {
    add(row) {
      place ??= new Int32Array(length)
      if (row.length !== length)
        return refuse('INVALID', `${row.length} numbers came, of ${length}`)
      const units = toFixedPoint(row, defaultFixedPoint, place)
      return units.ok ? addUnits([units.value]) : units
    },
    addUnits,
    finish() {
      const mean = sum.mean(defaultFixedPoint)
      if (mean === null) return refuse('INVALID', 'there is no update')
      return pass({ change: mean, clipNormNext: null })
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
    addUnits: null,
    finish() {
      const change = compared(rule, rows)
      return change.ok ? pass({ change: change.value, clipNormNext: null }) : change
    },
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
