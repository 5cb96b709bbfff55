import { noiseMultiplierMax, noiseMultiplierMin, pldEpsilon, rdpEpsilon } from '@vcp/learning'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { fields } from '../../style.ts'

export const command = defineCommand({
  about:
    'What steps of DP-SGD cost: each takes every example (or node) with the sampling rate, and ' +
    'adds Gaussian noise of so many clip norms to the sum. The RDP figure is the one that ' +
    'budgets are held to; the PLD figure is closer to the truth and never below it. Both are ' +
    'for data sets that differ by one example (or node), added or removed.',
  options: [
    { form: '--sampling-rate <q>', about: 'the chance with which each example is in a step' },
    { form: '--noise <z>', about: 'standard deviation of the noise, in clip norms' },
    { form: '--steps <n>', about: 'how many steps' },
    { form: '--delta <d>', about: 'the delta at which epsilon is asked for' },
  ],
  examples: [
    {
      line: 'vcp privacy epsilon --sampling-rate 0.01 --noise 1.1 --steps 1000 --delta 1e-5',
      about: 'what does this training cost?',
    },
  ],
  input: z.strictObject({
    samplingRate: z.coerce.number().min(0).max(1),
    noise: z.coerce.number().min(noiseMultiplierMin).max(noiseMultiplierMax),
    steps: z.coerce.number().int().min(0).max(1e9),
    delta: z.coerce.number().positive().lt(1),
  }),
  async run({ samplingRate, noise, steps, delta }) {
    const phases = [{ samplingRate, noiseMultiplier: noise, steps }]
    const rdp = rdpEpsilon(phases, delta)
    const pld = pldEpsilon(phases, delta)
    return {
      sampling_rate: samplingRate,
      noise_multiplier: noise,
      steps,
      delta,
      rdp: { epsilon: rdp.epsilon, order: rdp.order, is_at_end: rdp.isAtEnd },
      pld: pld === null ? null : { epsilon: pld.epsilon, excess: pld.excess },
    }
  },
  text({ delta, rdp, pld }, style) {
    const end = rdp.is_at_end ? ', an end of the grid: a wider one might say less' : ''
    const order = rdp.order === null ? 'nothing was spent' : `best order ${rdp.order}${end}`
    const closer =
      pld === null
        ? style.warn('none: delta is too small for its arithmetic, or the cost too large')
        : `${style.title(shown(pld.epsilon))}  ${style.quiet(excessText(pld.excess))}`
    return fields(
      [
        ['RDP epsilon', `${style.title(shown(rdp.epsilon))}  ${style.quiet(order)}`],
        ['PLD epsilon', closer],
        ['at delta', String(delta)],
      ],
      style,
    )
  },
})

function excessText(excess: number): string {
  return `about ${excess.toExponential(0)} of it is discretisation`
}

function shown(epsilon: number): string {
  return epsilon === 0 ? '0' : epsilon.toPrecision(6)
}
