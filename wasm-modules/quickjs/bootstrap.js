// The first script that the engine evaluates. Its value is a function that the command (command.c)
// calls with what it read from stdin; the function answers with a promise of the text for stdout.
;(() => {
  const { parse, stringify } = JSON
  const AsyncFunction = (async () => {}).constructor

  return async function run(document, write, a, b, c, d) {
    globalThis.console = consoleOn(write)
    Math.random = generator(a, b, c, d)
    const { script, input } = envelope(document)
    const result = await new AsyncFunction('input', script)(input)
    return `${stringify(result) ?? 'null'}\n`
  }

  function envelope(document) {
    let value
    try {
      value = parse(document)
    } catch (error) {
      throw new SyntaxError(`stdin is not JSON: ${error.message}`)
    }
    if (typeof value?.script !== 'string') {
      throw new TypeError('stdin is not {"script": "...", "input": ...}')
    }
    return value
  }

  function consoleOn(write) {
    const line = (...values) => write(`${values.map(shown).join(' ')}\n`)
    return { log: line, info: line, debug: line, warn: line, error: line }
  }

  function shown(value) {
    if (typeof value === 'string') return value
    try {
      return value instanceof Error ? String(value) : (stringify(value) ?? String(value))
    } catch {
      return String(value)
    }
  }

  // sfc32, seeded with 128 bits from random_get: numbers in [0, 1) with 53 random bits.
  function generator(a, b, c, d) {
    const next = () => {
      const sum = (a + b + d) | 0
      d = (d + 1) | 0
      a = b ^ (b >>> 9)
      b = (c + (c << 3)) | 0
      c = ((c << 21) | (c >>> 11)) + sum
      c |= 0
      return sum >>> 0
    }
    for (let i = 0; i < 16; i++) next()
    return () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992
  }
})()
