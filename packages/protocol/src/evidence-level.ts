import * as z from 'zod'

/** How a result was verified, weakest first; printed wherever the result is. */
export const evidenceLevels = ['signed', 'replicated', 'refereed', 'proved'] as const

export const EvidenceLevel = z.enum(evidenceLevels)
export type EvidenceLevel = z.infer<typeof EvidenceLevel>

/** What a reader may conclude from each level, and no more. */
export const levelMeanings: Readonly<Record<EvidenceLevel, string>> = {
  signed: 'one node signed this result and can be held to it; nobody else ran the task',
  replicated: 'nodes of distinct owners committed to the same result before seeing any other',
  refereed: 'nodes disagreed; the first differing step was re-executed and decides',
  proved: 'a zero-knowledge proof ties this output to this input, as its statement says',
}

export function isAtLeast(level: EvidenceLevel, wanted: EvidenceLevel): boolean {
  return evidenceLevels.indexOf(level) >= evidenceLevels.indexOf(wanted)
}
