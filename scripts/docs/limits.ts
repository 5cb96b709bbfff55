import { limitTable } from '@vcp/protocol'
import { code, join, opening, type Page, table } from './page.ts'

export const limitsPage: Page = { path: 'docs/limits.md', render }

function render(): string {
  return join(
    opening(
      'Limits',
      'packages/protocol/src/limits.ts',
      'Whatever comes from outside has a bound, and every bound has a reason. A name says what\n' +
        'is counted and ends in `Max` or `Min`; those without either are taken as they stand.',
    ),
    table(
      ['Limit', 'Value', 'Why'],
      Object.entries(limitTable).map(([name, { value, reason }]) => [
        code(name),
        readable(name, value),
        reason,
      ]),
    ),
  )
}

/** A number with its thousands apart, and in larger units where it is a whole number of them. */
export function readable(name: string, value: number): string {
  const plain = String(value).replace(/\B(?=(\d{3})+$)/g, ',')
  const units = unitsOf(name).find(([, size]) => value >= size && value % size === 0)
  return units === undefined ? plain : `${plain} (${value / units[1]} ${units[0]})`
}

function unitsOf(name: string): readonly (readonly [string, number])[] {
  const counted = name.replace(/(Max|Min)$/, '')
  if (counted.endsWith('Bytes')) {
    return [
      ['MiB', 2 ** 20],
      ['KiB', 2 ** 10],
    ]
  }
  if (counted.endsWith('Ms')) {
    return [
      ['min', 60_000],
      ['s', 1_000],
    ]
  }
  if (counted.endsWith('Seconds')) {
    return [
      ['h', 3_600],
      ['min', 60],
    ]
  }
  return []
}
