import { bad, type Check, ok, warning } from '../check.ts'

export const accelerator: Check = {
  name: 'accelerator',
  about: 'what models are trained with, tried on a small one against the processor',
  async run({ settings, signal }) {
    const wish = settings['node.provider']
    const { probeInChild } = await import('@vcp/learning')
    const found = await probeInChild(wish, { signal })
    if (!found.ok) {
      return bad(
        `nothing can be trained here: ${found.reason}`,
        'Install vcp again, for this system and without leaving out optional packages.',
      )
    }
    const { runtime, provider, reasons } = found.value
    const figures = { wish, runtime, provider, reasons: [...reasons] }
    const summary = `models are trained with ${provider}, ${runtime}`
    if (wish === 'cpu' || provider !== 'cpu') return ok(summary, figures)
    if (wish === 'auto')
      return ok(`${summary}: ${reasons.join('; ') || 'none is built in'}`, figures)
    return warning(
      `${summary}, and not with ${wish}: ${reasons.join('; ')}`,
      'Install its driver and libraries, or set node.provider to cpu.',
      figures,
    )
  },
}
