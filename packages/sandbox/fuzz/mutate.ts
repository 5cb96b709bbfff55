// Mutates modules for a minute and tries the rewriter on each: it never throws, and what it accepts
// V8 accepts.
//   node scripts/with-node.mjs packages/sandbox/fuzz/mutate.ts [--seconds 60] [--seed n [--case k]]
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { mutantOf, tryMutant } from '../src/testing/mutation-case.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    case: { type: 'string' },
  },
})
const seed = values.seed === undefined ? randomInt(2 ** 32) : natural('seed', values.seed)
const only = values.case === undefined ? null : natural('case', values.case)
const seconds = natural('seconds', values.seconds)

if (only === null) fuzz()
else repeat(only)

function fuzz(): void {
  console.log(`seed ${seed}`)
  const began = performance.now()
  const outcomes = new Map<string, number>()
  let nth = 0
  for (; performance.now() - began < seconds * 1_000; nth++) {
    const outcome = outcomeOf(nth)
    if (outcome === null) return
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  const took = (performance.now() - began) / 1_000
  for (const [outcome, count] of [...outcomes].sort(([, one], [, other]) => other - one)) {
    console.log(`${String(count).padStart(9)} ${outcome}`)
  }
  const accepted = outcomes.get('accepted') ?? 0
  const perSecond = (nth / took).toFixed(0)
  console.log(
    `${nth} cases in ${took.toFixed(1)} s, ${perSecond} a second: ` +
      `${accepted} accepted, ${nth - accepted} refused, none failed`,
  )
}

function repeat(nth: number): void {
  const outcome = outcomeOf(nth)
  if (outcome !== null) console.log(`seed ${seed}, case ${nth}: ${outcome}`)
}

/** Null where a property does not hold; how to see it again is said. */
function outcomeOf(nth: number): string | null {
  try {
    return tryMutant(mutantOf(seed, nth))
  } catch (error) {
    console.error(error)
    console.error(`FAILED: seed ${seed}, case ${nth}; again: --seed ${seed} --case ${nth}`)
    process.exitCode = 1
    return null
  }
}

function natural(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} takes a whole number`)
  return number
}
