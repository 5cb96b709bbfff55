// Two rewritings of generated functions, as plain as can be, that say independently of the
// instrumenter what it has to come to: which bits NaNs have, and what a run costs.
import { dynamicPrices, opcodeCosts } from '../instrument/costs.ts'
import {
  kinds,
  nanEffects,
  opcodeKinds,
  opcodeNames,
  opcodeNanEffects,
  resultTypes,
} from '../module/opcodes.ts'
import { valueTypes } from '../module/value-type.ts'
import { generatedGlobals, type NumberType, type Shape } from './function-generator.ts'

/** A function in the words of `assemble`. */
export interface GeneratedFunction extends Shape {
  readonly words: readonly string[]
}

const canonical = { f32: 'bits:7fc00000', f64: 'bits:7ff8000000000000' } as const

/** After each arithmetic instruction a NaN is made canonical, whoever looks at it or not. */
export function guarded(original: GeneratedFunction): GeneratedFunction {
  const first = original.params.length + original.locals.length
  const scratch = { f32: `${first}`, f64: `${first + 1}` }
  const words = eachInstruction(original.words, (instruction, opcode) => {
    if (opcodeNanEffects[opcode] !== nanEffects.arithmetic) return instruction
    const type = resultTypes[opcode] === valueTypes.f32 ? 'f32' : 'f64'
    const local = scratch[type]
    return [
      ...instruction,
      ...['local.set', local, `${type}.const`, canonical[type], 'local.get', local],
      ...['local.get', local, 'local.get', local, `${type}.ne`, 'select'],
    ]
  })
  return { ...original, locals: [...original.locals, 'f32', 'f64'], words }
}

/** Before each instruction, or in a loop behind it, its price is added to a global. */
export function counted(original: GeneratedFunction): GeneratedFunction {
  const scratch = `${original.params.length + original.locals.length}`
  const entry = Math.floor(original.locals.length / dynamicPrices.localsPerGas)
  const words = eachInstruction(original.words, (instruction, opcode) => {
    const kind = opcodeKinds[opcode]!
    const price = add(['i64.const', `${opcodeCosts[opcode]}`])
    if (kind === kinds.loop) return [...instruction, ...price]
    if (kind === kinds.else || kind === kinds.end) return instruction
    const moves =
      kind === kinds.memoryFill || kind === kinds.memoryCopy || kind === kinds.memoryInit
    if (!moves) return [...price, ...instruction]
    const perByte = ['local.get', scratch, 'i32.const', '3', 'i32.shr_u', 'i64.extend_i32_u']
    return ['local.tee', scratch, ...add(perByte), ...price, ...instruction]
  })
  const locals: NumberType[] = [...original.locals, 'i32']
  return { ...original, locals, words: [...add(['i64.const', `${entry}`]), ...words] }
}

function add(amount: readonly string[]): string[] {
  const { count } = generatedGlobals
  return ['global.get', count, ...amount, 'i64.add', 'global.set', count]
}

/** Words that name an instruction begin one; what follows are its immediates. */
function eachInstruction(
  words: readonly string[],
  rewrite: (instruction: readonly string[], opcode: number) => readonly string[],
): string[] {
  const starts = [...words.keys()].filter((at) => opcodeOf(words[at]!) >= 0)
  return starts.flatMap((start, nth) =>
    rewrite(words.slice(start, starts[nth + 1]), opcodeOf(words[start]!)),
  )
}

const opcodes = new Map(opcodeNames.map((name, opcode) => [name, opcode]))

function opcodeOf(word: string): number {
  return opcodes.get(word.split(':')[0]!) ?? -1
}
