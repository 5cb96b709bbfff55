/** One run of one property, as fast-check counted it. */
export interface PropertyRecord {
  readonly file: string
  readonly title: string
  readonly cases: number
  readonly failed: boolean
}

export interface PropertyReport {
  /** A line for each file, and one for each property that is short. */
  readonly lines: readonly string[]
  readonly properties: number
  readonly cases: number
  readonly fewest: number
  /** How many properties failed, or were tried less often than was asked for. */
  readonly short: number
}

/** Reads what record.ts wrote, a JSON document a line. */
export function reportOn(written: string, asked: number): PropertyReport {
  const records = written
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as PropertyRecord)
  const short = records.filter(({ cases, failed }) => failed || cases < asked)
  const files = [...new Set(records.map(({ file }) => file))].sort()
  return {
    lines: [
      ...files.map((file) => fileLine(records.filter((record) => record.file === file))),
      ...short.map(shortLine),
    ],
    properties: records.length,
    cases: casesIn(records),
    fewest: records.length === 0 ? 0 : fewestIn(records),
    short: short.length,
  }
}

function fileLine(records: readonly PropertyRecord[]): string {
  const figures = `${records.length} properties, ${casesIn(records)} cases, `
  return `${records[0]?.file}: ${figures}at least ${fewestIn(records)} each`
}

function shortLine({ file, title, cases, failed }: PropertyRecord): string {
  return `${failed ? 'FAILED' : 'FEWER'} after ${cases} cases: ${file}: ${title}`
}

function casesIn(records: readonly PropertyRecord[]): number {
  return records.reduce((total, { cases }) => total + cases, 0)
}

function fewestIn(records: readonly PropertyRecord[]): number {
  return Math.min(...records.map(({ cases }) => cases))
}
