// What a figure of epsilon means, in words that can be held against it. A number without its unit,
// neighbours, sampling and accountant says nothing.
import type { Budget, Phase } from './mechanism.ts'
import { type PldFigure, pldEpsilon } from './pld.ts'
import { rdpEpsilon } from './rdp.ts'

/** What is protected: one record of a data set, or all that one node holds. */
export type PrivacyUnit = 'example' | 'node'

export interface Spending {
  readonly unit: PrivacyUnit
  readonly phases: readonly Phase[]
  readonly budget: Budget
}

export interface StatementLine {
  readonly name: string
  readonly text: string
}

export function privacyStatement({ unit, phases, budget }: Spending): readonly StatementLine[] {
  const { delta } = budget
  const gate = rdpEpsilon(phases, delta)
  const pld = pldEpsilon(phases, delta)
  const sampled = unit === 'example' ? 'example of the data set' : 'node'
  const end = gate.isAtEnd ? '; an end of the grid, so a wider one might say less' : ''
  return [
    { name: 'unit', text: unit === 'example' ? 'one example' : 'everything that one node holds' },
    { name: 'neighbours', text: `data sets that differ by one ${sampled}, added or removed` },
    { name: 'mechanism', text: phases.map(phaseText).join('; then ') || 'nothing was released' },
    { name: 'delta', text: String(delta) },
    {
      name: 'spent',
      text: `epsilon ${rounded(gate.epsilon)} of ${budget.epsilon}, the figure that is enforced`,
    },
    {
      name: 'accountant',
      text:
        'RDP (Mironov, Talwar, Zhang 2019) at the orders 1.1 to 10.9 by 0.1, 11 to 63, 128, 256, ' +
        `512, 1024; converted after Canonne, Kamath, Steinke 2020; best order ${gate.order}${end}`,
    },
    {
      name: 'reported',
      text: pldText(pld),
    },
    { name: 'trusted', text: trusted[unit] },
    {
      name: 'not covered',
      text: 'what the operator sees on its own machine, and groups of units together',
    },
  ]
}

const trusted: Readonly<Record<PrivacyUnit, string>> = {
  example: 'nobody: the noise is added where the data is, before anything leaves',
  node:
    'the coordinator: it sees clipped updates and adds the noise to their sum, unless they are ' +
    'aggregated securely with noise of their own',
}

function pldText(pld: PldFigure | null): string {
  if (pld === null) return 'no PLD figure: delta is too small for it, or the cost too large'
  const excess = `about ${pld.excess.toExponential(0)} is discretisation`
  return `epsilon at most ${rounded(pld.epsilon)} by PLD, of which ${excess}`
}

function phaseText({ samplingRate, noiseMultiplier, steps }: Phase): string {
  const sampling = samplingRate === 1 ? 'everything' : `a Poisson sample at rate ${samplingRate}`
  return `${steps} x Gaussian noise of ${noiseMultiplier} clip norms on ${sampling}`
}

/** To four digits, and never below. */
function rounded(epsilon: number): string {
  if (epsilon === 0) return '0'
  const unit = 10 ** (3 - Math.floor(Math.log10(epsilon)))
  return String(Number((Math.ceil(epsilon * unit) / unit).toPrecision(4)))
}
