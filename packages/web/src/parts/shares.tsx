import type { Tone } from './badge.tsx'
import { compact } from './figures.ts'

export interface Share {
  readonly name: string
  readonly count: number
  readonly tone: Tone
}

/** Counts side by side, each with a bar of its share in the whole. */
export function Shares({ shares }: { readonly shares: readonly Share[] }) {
  const whole = Math.max(
    1,
    shares.reduce((sum, { count }) => sum + count, 0),
  )
  return (
    <ul class="shares">
      {shares.map(({ name, count, tone }) => (
        <li key={name}>
          <span>{name}</span>
          <span class="track" aria-hidden="true">
            <span
              class={tone === 'quiet' ? 'none' : tone}
              style={{ width: `${(100 * count) / whole}%` }}
            />
          </span>
          <span class="right number">{compact(count)}</span>
        </li>
      ))}
    </ul>
  )
}
