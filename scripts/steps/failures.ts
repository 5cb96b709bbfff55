// What went wrong in a long output, in few lines: of a long log people are often shown the end
// only.
import { stripVTControlCharacters } from 'node:util'

const CHARACTERS_MAX = 6_000
const LINES_WITHOUT_REPORT = 40
const reportBegins = /^⎯+ (Failed (Tests|Suites)|Unhandled Errors) /
const reportEnds = /^ Test Files /

/** The failures that vitest reported, and where it reported none, the last lines. */
export function failuresIn(output: string): string {
  const lines = stripVTControlCharacters(output).trimEnd().split('\n')
  const first = lines.findIndex((line) => reportBegins.test(line))
  if (first === -1) return lines.slice(-LINES_WITHOUT_REPORT).join('\n')
  const length = lines.slice(first).findIndex((line) => reportEnds.test(line))
  const report = lines
    .slice(first, length === -1 ? undefined : first + length)
    .join('\n')
    .trimEnd()
  return report.length <= CHARACTERS_MAX ? report : `${report.slice(0, CHARACTERS_MAX)}\n...`
}
