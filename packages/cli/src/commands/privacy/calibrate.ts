import { calibrate, pldEpsilon } from '@vcp/learning'
import { VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { fields } from '../../style.ts'

export const command = defineCommand({
  about:
    'The inverse of `vcp privacy epsilon`: the least noise with which so many steps keep within ' +
    'a budget, by the RDP figure that budgets are held to.',
  options: [
    { form: '--epsilon <e>', about: 'the budget' },
    { form: '--delta <d>', about: 'the delta of the budget' },
    { form: '--sampling-rate <q>', about: 'the chance with which each example is in a step' },
    { form: '--steps <n>', about: 'how many steps' },
  ],
  examples: [
    {
      line: 'vcp privacy calibrate --epsilon 3 --delta 1e-5 --sampling-rate 0.01 --steps 1000',
      about: 'how much noise does a budget of 3 ask for?',
    },
  ],
  input: z.strictObject({
    epsilon: z.coerce.number().positive().max(1_000),
    delta: z.coerce.number().positive().lt(1),
    samplingRate: z.coerce.number().positive().max(1),
    steps: z.coerce.number().int().min(1).max(1e9),
  }),
  async run({ epsilon, delta, samplingRate, steps }) {
    const found = calibrate({ epsilon, delta, samplingRate, steps })
    if (!found.ok) throw new VcpError(found.code, { message: found.reason })
    const { noiseMultiplier, spent } = found.value
    const pld = pldEpsilon([{ samplingRate, noiseMultiplier, steps }], delta)
    return {
      noise_multiplier: noiseMultiplier,
      sampling_rate: samplingRate,
      steps,
      delta,
      rdp: { epsilon: spent.epsilon, order: spent.order },
      pld: pld === null ? null : { epsilon: pld.epsilon, excess: pld.excess },
    }
  },
  text({ noise_multiplier: noise, delta, rdp, pld }, style) {
    return fields(
      [
        ['noise', `${style.title(String(noise))} clip norms`],
        ['RDP epsilon', `${rdp.epsilon.toPrecision(6)} at delta ${delta}`],
        ['PLD epsilon', pld === null ? style.warn('none') : pld.epsilon.toPrecision(6)],
      ],
      style,
    )
  },
})
