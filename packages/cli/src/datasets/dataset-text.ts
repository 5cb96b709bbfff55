// A data set as commands show it: what it is, and what it may still spend.
import { type PrivacyLedger, pathsOf } from '@vcp/learning'
import { fields, type Style } from '../style.ts'
import type { DatasetRecord } from './dataset-book.ts'

export interface ShownDataset {
  readonly name: string
  readonly format: string
  readonly paths: readonly string[]
  readonly examples: number
  readonly allow_plain: boolean
  readonly allow: readonly string[] | null
  readonly added_at_ms: number
  readonly epsilon: number | null
  readonly delta: number | null
  readonly epsilon_spent: number
  readonly epsilon_left: number
}

export function shownDataset(record: DatasetRecord, ledger: PrivacyLedger): ShownDataset {
  const { name, source, examples, allow_plain, allow, added_at_ms } = record
  const account = ledger.account('dataset', name)
  const { budget, spent, left } = account.ok
    ? account.value
    : { budget: { epsilon: null, delta: null }, spent: { epsilon: 0 }, left: 0 }
  return {
    name,
    format: source.format === 'npy' ? 'npz' : source.format,
    paths: pathsOf(source),
    examples,
    allow_plain,
    allow,
    added_at_ms,
    ...budget,
    epsilon_spent: spent.epsilon,
    epsilon_left: left,
  }
}

export function datasetText(shown: readonly ShownDataset[], style: Style): string {
  return shown.map((each) => oneText(each, style)).join('\n\n')
}

function oneText(shown: ShownDataset, style: Style): string {
  const { name, format, paths, examples, allow_plain, allow, epsilon, delta } = shown
  const budget =
    epsilon === null
      ? style.bad('none: nothing can be trained on it')
      : `epsilon ${figure(shown.epsilon_left)} left of ${epsilon} at delta ${delta}`
  return fields(
    [
      ['data set', style.title(name)],
      ['data', `${paths.join(', ')}  ${style.quiet(format)}`],
      ['examples', `${examples}  ${style.quiet('declared, and told to everybody')}`],
      ['budget', budget],
      ['tasks', allow_plain ? style.warn('also without privacy') : 'with privacy alone'],
      ...submittersOf(allow),
    ],
    style,
  )
}

function submittersOf(allow: ShownDataset['allow']): [string, string][] {
  if (allow === null) return [['of', 'every submitter']]
  if (allow.length === 0) return [['of', 'no submitter']]
  return allow.map((requester) => ['of', requester])
}

/** Rounded down: nobody is to think that there is more than there is. */
function figure(epsilon: number): string {
  return String(Math.floor(epsilon * 1_000) / 1_000)
}
