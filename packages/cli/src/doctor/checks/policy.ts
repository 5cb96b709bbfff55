import { profiles } from '@vcp/protocol'
import { capabilitiesOf } from '../../hardware/capabilities.ts'
import { describeFits, fitsOf } from '../../hardware/fit.ts'
import { type Check, ok, unknown, warning } from '../check.ts'

export const policy: Check = {
  name: 'policy',
  about: 'which types of task the hardware is enough for',
  async run({ hardware, settings }) {
    const name = settings['policy.profile']
    const fits = fitsOf(capabilitiesOf(hardware), profiles[name])
    if (fits === null) {
      return unknown(
        'cores or memory could not be read, so nobody can say which tasks fit',
        'Look at the notes of `vcp doctor --json` for what went wrong.',
        { profile: name },
      )
    }
    const able = fits.filter(({ lacks }) => lacks.length === 0).map(({ taskType }) => taskType)
    const summary = `under the profile ${name} the hardware is enough ${describeFits(fits)}`
    const figures = { profile: name, fits: able }
    if (able.length > 0) return ok(summary, figures)
    return warning(
      summary,
      'Bandwidth is measured once a node runs; `vcp config set policy.profile open` is for ' +
        'networks that take any machine.',
      figures,
    )
  },
}
