// What circuits include but nobody writes by hand: Poseidon's constants and the tags of our
// commitments, from the same code that the verifier's side uses.
import { domainTag } from '../encoding/field-encoding.ts'
import { poseidonParameters } from '../poseidon/parameters.ts'

/** What kinds of things circuits commit to; each has a tag, so that none is taken for another. */
const commitmentKinds = ['item', 'update', 'model', 'batch', 'input', 'network'] as const
export const executionKinds = ['program', 'state', 'run'] as const
export type CommitmentKind = (typeof commitmentKinds)[number] | (typeof executionKinds)[number]

export function commitmentTag(kind: CommitmentKind): bigint {
  return domainTag(`commitment/${kind}`)
}

/** What a circuit includes that nobody writes: Poseidon by the width of its state, and tags. */
export interface Generated {
  readonly widths: readonly number[]
  readonly kinds: readonly CommitmentKind[]
}

/** Hashes of two, and of eight. */
const usual: Generated = { widths: [3, 9], kinds: commitmentKinds }

/** Files by the names that circuits include them under. */
export function generatedCircom({ widths, kinds } = usual): ReadonlyMap<string, string> {
  return new Map([
    ['generated/poseidon-constants.circom', poseidonConstants(widths)],
    ['generated/tags.circom', tags(kinds)],
  ])
}

const pragma = 'pragma circom 2.2.3;\n'

function poseidonConstants(widths: readonly number[]): string {
  const all = widths.map(poseidonParameters)
  const constants = all.map((each) => [each.width, list(each.constants)] as const)
  const matrices = all.map((each) => [each.width, `[${each.matrix.map(list).join(',')}]`] as const)
  const rounds = all.map((each) => [each.width, String(each.partialRounds)] as const)
  return [
    pragma,
    byWidth('poseidonPartialRounds', rounds),
    byWidth('poseidonConstants', constants),
    byWidth('poseidonMatrix', matrices),
  ].join('')
}

/**
 * A function whose last branch stands for every other width, which the array's size then refuses.
 */
function byWidth(name: string, bodies: readonly (readonly [number, string])[]): string {
  const branches = bodies.map(([width, body]) => `if (t == ${width}) { return ${body}; }`)
  const body = `${branches.join(' else ')}
assert(0);
return ${bodies[0]![1]};`
  return `function ${name}(t) {
${body}
}
`
}

function tags(kinds: readonly CommitmentKind[]): string {
  const functions = kinds.map((kind) => {
    const name = `tag${kind[0]!.toUpperCase()}${kind.slice(1)}`
    return `function ${name}() { return ${commitmentTag(kind)}; }\n`
  })
  return [pragma, ...functions].join('')
}

function list(values: readonly bigint[]): string {
  return `[${values.join(',')}]`
}
