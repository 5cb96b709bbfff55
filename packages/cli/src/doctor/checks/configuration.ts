import { bad, type Check, ok } from '../check.ts'

export const configuration: Check = {
  name: 'configuration',
  about: 'config.json, the environment and the command line',
  async run({ configurationFaults }) {
    const [first] = configurationFaults
    if (first === undefined) return ok('every value is one that vcp knows and allows')
    const faults = configurationFaults.map(({ code, message, hint }) => ({ code, message, hint }))
    const summary = configurationFaults.map(({ message }) => message).join('; ')
    const hints = new Set(configurationFaults.map(({ hint }) => hint))
    return bad(`${summary} (the defaults are used meanwhile)`, [...hints].join(' '), { faults })
  },
}
