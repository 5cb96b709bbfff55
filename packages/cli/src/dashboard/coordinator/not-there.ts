import { type Line, line, span } from '../text.ts'
import type { Asked } from './facts.ts'

/** Why something is not shown. */
export function notThere(asked: Asked<unknown>): Line {
  return line(span(`  ${reasonOf(asked)}`, asked.asked === 'refused' ? 'warn' : 'quiet'))
}

export function reasonOf(asked: Asked<unknown>): string {
  return asked.asked === 'refused' ? `unknown: ${asked.reason}` : 'asking'
}
