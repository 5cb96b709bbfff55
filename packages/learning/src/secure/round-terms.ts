// What node and coordinator hold alike of a secure round, from the order alone: neither is told by
// the other how few nodes are enough, or how fine numbers are.
import {
  type FederatedLearning,
  type Outcome,
  type PeerId,
  pass,
  type RoundId,
  refuse,
  type VerifySignature,
} from '@vcp/protocol'
import { defaultFixedPoint, type FixedPoint } from '../aggregate/fixed-point.ts'
import type { Assumptions } from './neighbourhood.ts'
import { nodesMin } from './neighbourhood.ts'
import type { NoiseShare } from './noise-share.ts'
import type { Roster, SecureRound } from './secure-round.ts'

type Training = FederatedLearning['inputs']

/** A tenth may go silent and a tenth collude, where there are many; up to 32 nodes every pair masks
 *  with every other, and what holds is two thirds. */
const assumedInRounds: Assumptions = { dropout: 0.1, corrupt: 0.1 }

/** Numbers of an update are well below it; one that is not is refused where it was made. */
const valueMax = 8
/** Standard deviations of the noise that a number has room for. */
const deviations = 12
/** Fewer, and a step of the optimiser would be lost between two units. */
const fractionBitsMin = 8

export interface SecureUnits {
  readonly fixedPoint: FixedPoint
  /** The largest size of a number of one node, so that a sum of all fits into 32 bits. */
  readonly unitsMax: number
}

/** How fine the numbers of so many nodes are. */
export function secureUnits(members: number, privacy: Training['privacy']): Outcome<SecureUnits> {
  const unitsMax = Math.floor((2 ** 32 - 1) / (2 * members))
  const isNoisy = privacy?.unit === 'node'
  const reach = isNoisy ? privacy.clip_norm * (1 + deviations * privacy.noise_multiplier) : valueMax
  let { fractionBits } = defaultFixedPoint
  while (reach * 2 ** fractionBits > unitsMax) fractionBits -= 1
  if (fractionBits >= fractionBitsMin) return pass({ fixedPoint: { fractionBits }, unitsMax })
  return refuse(
    'TOO_LARGE',
    `the sum of ${members} nodes of ±${reach} leaves ${fractionBits} bits behind the point, and ` +
      `${fractionBitsMin} are the least: lower clip_norm or noise_multiplier`,
  )
}

export interface RoundAsked {
  readonly roundId: RoundId
  readonly members: readonly PeerId[]
  readonly verify?: VerifySignature
}

export function secureRound(
  { roundId, members, verify }: RoundAsked,
  { privacy, updates_min: updatesMin }: Pick<Training, 'privacy' | 'updates_min'>,
): Outcome<SecureRound> {
  const units = secureUnits(members.length, privacy)
  if (!units.ok) return units
  return pass({
    roundId,
    unitsMax: units.value.unitsMax,
    assumed: assumedInRounds,
    members: new Set(members),
    nodesMin: Math.max(nodesMin, updatesMin),
    ...(verify === undefined ? {} : { verify }),
  })
}

/**
 * What each node adds where nodes are what is protected: what those that have to stay add comes to
 * the noise that is accounted for, though some of them add none.
 */
export function secureNoise(
  privacy: Training['privacy'],
  { fixedPoint }: Pick<SecureUnits, 'fixedPoint'>,
  { nodes, survivorsMin }: Roster,
): NoiseShare | null {
  if (privacy?.unit !== 'node') return null
  const { clip_norm: clipNorm, noise_multiplier: noiseMultiplier } = privacy
  const lying = Math.ceil(assumedInRounds.corrupt * nodes)
  const sigma = noiseMultiplier * clipNorm * 2 ** fixedPoint.fractionBits
  return { sigma, honestMin: survivorsMin - lying }
}
