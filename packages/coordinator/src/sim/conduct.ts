// How the operator of a node behaves. A simulation mixes them; healing makes all of them honest.
import type { Chance } from './chance.ts'

export interface Conduct {
  readonly kind: Kind
  readonly answer: 'right' | 'wrong' | 'copied'
  /** What is made up, and from which checkpoint on; nodes with equal names collude. */
  readonly lie: { readonly name: string; readonly from: number } | null
  /** The chance that an offer is declined. */
  readonly declines: number
  /** The chance that nothing more is heard of a lease once it was accepted. */
  readonly vanishes: number
  /** How many times as long as others it takes. */
  readonly slowness: number
  /** Stops reporting, and commits when the lease is over. */
  readonly isLate: boolean
  /** The chance that a report is sent once more, long after it was acknowledged. */
  readonly resends: number
  readonly traces: 'true' | 'made up' | 'none'
  /** Shows its receipt before it is asked to. */
  readonly showsEarly: boolean
}

export const honest: Conduct = {
  kind: 'honest',
  answer: 'right',
  lie: null,
  declines: 0,
  vanishes: 0,
  slowness: 1,
  isLate: false,
  resends: 0,
  traces: 'true',
  showsEarly: false,
}

const kinds = {
  honest: 9,
  slow: 1,
  declining: 1,
  silent: 1,
  late: 1,
  resending: 1,
  hasty: 1,
  lying: 2,
  copying: 2,
  colluding: 2,
} as const

export type Kind = keyof typeof kinds

/** How often each kind is met; in some simulations half of all nodes conspire. */
export function mixOf(chance: Chance): Readonly<Record<Kind, number>> {
  return chance.happens(0.15) ? { ...kinds, colluding: 12 } : kinds
}

/** `name` tells this node's lies from those of others. */
export function conductOf(
  chance: Chance,
  mix: Readonly<Record<Kind, number>>,
  name: string,
): Conduct {
  const kind = chance.weighted(mix)
  const from = chance.pick([0, 1, 3, 10])
  const falsifier = {
    ...honest,
    kind,
    answer: 'wrong',
    traces: chance.pick(['true', 'true', 'made up', 'none'] as const),
    resends: chance.happens(0.3) ? 0.3 : 0,
    showsEarly: chance.happens(0.2),
  } as const
  switch (kind) {
    case 'honest':
      return honest
    case 'slow':
      return { ...honest, kind, slowness: chance.between(2, 8) }
    case 'declining':
      return { ...honest, kind, declines: 0.6 }
    case 'silent':
      return { ...honest, kind, vanishes: 0.5, traces: 'none' }
    case 'late':
      return { ...honest, kind, isLate: true, resends: 0.5 }
    case 'resending':
      return { ...honest, kind, resends: 0.7 }
    case 'hasty':
      return { ...honest, kind, showsEarly: true }
    case 'lying':
      return { ...falsifier, lie: { name: `alone ${name}`, from } }
    case 'copying':
      return { ...falsifier, answer: 'copied' }
    case 'colluding':
      return { ...falsifier, lie: { name: `together ${chance.below(2)}`, from: 3 } }
  }
}
