import { bad, type Check, ok, unknown, warning } from '../check.ts'

export const temperature: Check = {
  name: 'temperature',
  about: 'whether the breaker can protect this machine from heat',
  async run({ settings, hardware }) {
    const openC = settings['breaker.temperature_open_c']
    const closeC = settings['breaker.temperature_close_c']
    const { cpu_c: nowC, source } = hardware.temperature
    const figures = { cpu_c: nowC, source, open_c: openC, close_c: closeC }
    if (openC <= closeC) {
      return bad(
        `the breaker would never rest: it opens at ${openC} °C and closes at ${closeC} °C`,
        'Set breaker.temperature_close_c some degrees below breaker.temperature_open_c.',
        figures,
      )
    }
    if (nowC === null) {
      const why = hardware.notes.find((note) => note.startsWith('temperature: '))
      const reason = why === undefined ? '' : ` (${why.slice('temperature: '.length)})`
      return unknown(
        `no temperature can be read: the breaker cannot protect this machine from heat${reason}`,
        hardware.virtual === true
          ? 'A virtual machine has no sensors: let its host watch over the heat.'
          : 'Load the sensor driver of the processor (`coretemp`, `k10temp`), if there is one.',
        figures,
      )
    }
    const reading = `the processor has ${nowC} °C (${source})`
    const cool = 'Let the machine cool down: dust, fan, sunlight, or other work on it.'
    if (nowC > openC) {
      return bad(`${reading}, above ${openC} °C, where a node takes no work`, cool, figures)
    }
    if (nowC >= closeC) {
      return warning(`${reading}, near the ${openC} °C where a node takes no work`, cool, figures)
    }
    return ok(`${reading}, below the ${openC} °C where a node takes no work`, figures)
  },
}
