// A function at random, in the words of `assemble`. It ends: loops and calls use up fuel, which is
// a global of the module, and branches go outwards only.
import { opcodeNames, signatures } from '../module/opcodes.ts'
import type { ValueTypeName } from '../module/value-type.ts'
import type { Choices } from './choices.ts'

export type NumberType = Exclude<ValueTypeName, 'funcref'>
export const numberTypes: readonly NumberType[] = ['i32', 'i64', 'f32', 'f64']

export interface Signature {
  readonly params: readonly NumberType[]
  readonly results: readonly NumberType[]
}

export interface Shape extends Signature {
  readonly locals: readonly NumberType[]
}

/** Types of blocks that take or give several values; the first types of a generated module. */
export const blockSignatures: readonly Signature[] = [
  { params: [], results: ['f64', 'i32'] },
  { params: ['f32'], results: ['f32'] },
  { params: ['f64', 'f32'], results: ['f32', 'f64'] },
]

/** Index of a signature among the types of a generated module. */
export function typeIndex(functions: readonly Signature[], wanted: Signature): number {
  const seen: string[] = []
  for (const signature of [...blockSignatures, ...functions]) {
    const text = textOf(signature)
    if (!seen.includes(text)) seen.push(text)
  }
  return seen.indexOf(textOf(wanted))
}

function textOf({ params, results }: Signature): string {
  return `${params.join(' ')} > ${results.join(' ')}`
}

/** Globals of a generated module; one of each type follows from `first` on. */
export const generatedGlobals = { fuel: '0', count: '1', first: 2 } as const

const letterTypes: Readonly<Record<string, NumberType>> = { i: 'i32', I: 'i64', f: 'f32', F: 'f64' }

/** Instructions that only compute, by the type they give. */
const computing = new Map<NumberType, { name: string; operands: NumberType[] }[]>(
  numberTypes.map((type) => [type, []]),
)
for (const [opcode, name] of opcodeNames.entries()) {
  const [operands, result] = signatures[opcode]!.split('>')
  const traps = /^i.*trunc_f|div_|rem_/.test(name)
  if (traps || !/^[if](32|64)\./.test(name) || /load|store|const/.test(name)) continue
  const types = [...operands!].map((letter) => letterTypes[letter]!)
  computing.get(letterTypes[result!]!)!.push({ name, operands: types })
}

const trapping: Readonly<Record<NumberType, readonly string[]>> = {
  i32: ['i32.div_s', 'i32.rem_u'],
  i64: ['i64.div_u', 'i64.rem_s'],
  f32: ['f32.div', 'f32.min'],
  f64: ['f64.div', 'f64.max'],
}

const odd = {
  f32: [
    '0',
    '-0',
    '1.5',
    'Infinity',
    '-Infinity',
    'bits:7fc00000',
    'bits:ffc00001',
    'bits:7f800123',
  ],
  f64: [
    '0',
    '-0',
    '2.5',
    'Infinity',
    'bits:7ff8000000000000',
    'bits:fff8000000000009',
    'bits:7ff0000000000123',
  ],
}

interface Label {
  readonly carries: readonly NumberType[]
  readonly isLoop: boolean
}

export class FunctionGenerator {
  readonly #choices: Choices
  readonly #functions: readonly Shape[]
  readonly #locals: readonly NumberType[]
  readonly #results: readonly NumberType[]
  /** Innermost last. */
  readonly #labels: Label[] = []

  constructor(choices: Choices, functions: readonly Shape[], shape: Shape) {
    this.#choices = choices
    this.#functions = functions
    this.#locals = [...shape.params, ...shape.locals]
    this.#results = shape.results
    this.#labels.push({ carries: shape.results, isLoop: false })
  }

  body(): string[] {
    return [...this.#statements(4, 5), ...this.#results.flatMap((type) => this.#value(type, 4))]
  }

  #statements(depth: number, countMax = 3): string[] {
    const count = 1 + this.#choices.pick(countMax)
    return Array.from({ length: count }, () => this.#statement(depth)).flat()
  }

  #statement(depth: number): string[] {
    const choices = this.#choices
    if (depth <= 0) return this.#setLocal(0)
    const inner = depth - 1
    switch (choices.pick(13)) {
      case 0:
      case 1:
        return this.#setLocal(inner)
      case 2: {
        const type = choices.one(numberTypes)
        return [...this.#address(inner), ...this.#value(type, inner), `${type}.store`]
      }
      case 3: {
        const type = choices.one(numberTypes)
        return [...this.#value(type, inner), 'global.set', this.#globalOf(type)]
      }
      case 4:
        return this.#if(inner)
      case 5:
      case 6:
        return this.#loop(inner)
      case 7:
        return ['block', ...this.#inside([], () => this.#statements(inner)), 'end']
      case 8:
        return [...this.#value(choices.one(numberTypes), inner), 'drop']
      case 9:
        return this.#branch(inner)
      case 10:
        return this.#bulk()
      case 11:
        return this.#blockOfSeveral(inner)
      default:
        return this.#branchTable(inner)
    }
  }

  #inside(carries: readonly NumberType[], write: () => string[], isLoop = false): string[] {
    this.#labels.push({ carries, isLoop })
    const words = write()
    this.#labels.pop()
    return words
  }

  #setLocal(depth: number): string[] {
    const local = this.#choices.pick(this.#locals.length)
    return [...this.#value(this.#locals[local]!, depth), 'local.set', `${local}`]
  }

  #globalOf(type: NumberType): string {
    return `${generatedGlobals.first + numberTypes.indexOf(type)}`
  }

  #address(depth: number): string[] {
    return [...this.#value('i32', depth), 'i32.const', '1016', 'i32.and']
  }

  #if(depth: number): string[] {
    const condition = this.#value('i32', depth)
    const then = this.#inside([], () => this.#statements(depth))
    if (this.#choices.pick(2) === 0) return [...condition, 'if', ...then, 'end']
    const otherwise = this.#inside([], () => this.#statements(depth))
    return [...condition, 'if', ...then, 'else', ...otherwise, 'end']
  }

  /** Goes on while there is fuel and a condition holds. */
  #loop(depth: number): string[] {
    const body = this.#inside([], () => this.#statements(depth), true)
    const condition = this.#inside([], () => this.#value('i32', 1), true)
    return ['loop', ...body, ...condition, ...burn, 'i32.and', 'br_if', '0', 'end']
  }

  /** A branch outwards, or a return, on a condition or always. */
  #branch(depth: number): string[] {
    const label = this.#choices.pick(this.#labels.length)
    const { carries, isLoop } = this.#labels[this.#labels.length - 1 - label]!
    if (isLoop) return []
    const values = carries.flatMap((type) => this.#value(type, depth))
    if (this.#choices.pick(4) === 3) {
      const outermost = label === this.#labels.length - 1 && this.#choices.pick(2) === 1
      return outermost ? [...values, 'return'] : [...values, 'br', `${label}`]
    }
    const dropped = carries.map(() => 'drop')
    return [...values, ...this.#value('i32', depth), 'br_if', `${label}`, ...dropped]
  }

  #branchTable(depth: number): string[] {
    const arms = 1 + this.#choices.pick(3)
    const targets = Array.from({ length: arms + 1 }, (_, at) => at % arms).join(',')
    const write = (left: number): string[] => {
      if (left === 0) {
        const index = [...this.#value('i32', depth), 'i32.const', '3', 'i32.and']
        return [...index, 'br_table', targets]
      }
      return ['block', ...this.#inside([], () => write(left - 1)), 'end', ...this.#setLocal(1)]
    }
    return write(arms)
  }

  #bulk(): string[] {
    const { one, pick } = boundTo(this.#choices)
    const name = one(['memory.fill', 'memory.copy', 'memory.init 1', 'memory.grow'])
    if (name === 'memory.grow') return ['i32.const', `${pick(3)}`, name, 'drop']
    const length = one(name === 'memory.init 1' ? ['0', '5', '8'] : ['0', '7', '64', '200'])
    const from = name === 'memory.init 1' ? '2' : '24'
    const words = ['i32.const', `${8 * pick(64)}`, 'i32.const', from, 'i32.const', length]
    return [...words, ...name.split(' ')]
  }

  /** A block with parameters, or with several results. */
  #blockOfSeveral(depth: number): string[] {
    const index = this.#choices.pick(blockSignatures.length)
    const { params, results } = blockSignatures[index]!
    const given = params.flatMap((type) => this.#value(type, depth))
    const taken = [...params].reverse().flatMap((type) => ['local.set', this.#localOf(type)])
    const inside = this.#inside(results, () => {
      const values = results.flatMap((type) => this.#value(type, depth))
      return [...values, ...this.#value('i32', 1), 'br_if', '0']
    })
    const after = [...results].reverse().flatMap((type) => ['local.set', this.#localOf(type)])
    return [...given, `block:type${index}`, ...taken, ...inside, 'end', ...after]
  }

  #localOf(type: NumberType): string {
    const fitting = [...this.#locals.keys()].filter((index) => this.#locals[index] === type)
    return `${this.#choices.one(fitting)}`
  }

  #value(type: NumberType, depth: number): string[] {
    const choices = this.#choices
    if (depth <= 0 || choices.usedUp) return this.#leaf(type)
    const inner = depth - 1
    switch (choices.pick(13)) {
      case 0:
        return this.#leaf(type)
      case 1:
        return [...this.#address(inner), `${type}.load`]
      case 2: {
        const word = choices.pick(2) === 0 ? 'select' : `select_t:${type}`
        const values = [...this.#value(type, inner), ...this.#value(type, inner)]
        return [...values, ...this.#value('i32', inner), word]
      }
      case 3: {
        const condition = this.#value('i32', inner)
        const then = this.#inside([type], () => this.#value(type, inner))
        const otherwise = this.#inside([type], () => this.#value(type, inner))
        return [...condition, `if:${type}`, ...then, 'else', ...otherwise, 'end']
      }
      case 4:
        return [`block:${type}`, ...this.#inside([type], () => this.#leaving(type, inner)), 'end']
      case 5:
        return this.#call(type, inner)
      case 6:
        return [...this.#value(type, inner), 'local.tee', this.#localOf(type)]
      case 7:
        return ['global.get', this.#globalOf(type)]
      case 8: {
        const values = [...this.#value(type, inner), ...this.#value(type, inner)]
        const nonZero = choices.pick(8) === 0 || type.startsWith('f') ? [] : oneOr(type)
        return [...values, ...nonZero, choices.one(trapping[type])]
      }
      default: {
        const { name, operands } = choices.one(computing.get(type)!)
        return [...operands.flatMap((operand) => this.#value(operand, inner)), name]
      }
    }
  }

  /** A value that may leave the innermost block early. */
  #leaving(type: NumberType, depth: number): string[] {
    const before = this.#statements(depth, 1)
    return [...before, ...this.#value(type, depth), ...this.#value('i32', depth), 'br_if', '0']
  }

  #leaf(type: NumberType): string[] {
    const { one, pick } = boundTo(this.#choices)
    if (pick(3) !== 0) return ['local.get', this.#localOf(type)]
    if (type === 'f32' || type === 'f64') return [`${type}.const`, one(odd[type])]
    return [`${type}.const`, `${pick(256) - 128}`]
  }

  /** A call while there is fuel, directly or through the table. */
  #call(type: NumberType, depth: number): string[] {
    const fitting = [...this.#functions.keys()].filter(
      (index) => this.#functions[index]!.results.join() === type,
    )
    if (fitting.length === 0) return this.#leaf(type)
    const callee = this.#choices.one(fitting)
    const signature = this.#functions[callee]!
    const then = this.#inside([type], () => {
      const given = signature.params.flatMap((param) => this.#value(param, depth))
      if (this.#choices.pick(2) === 0) return [...given, 'call', `${callee}`]
      const index = `${typeIndex(this.#functions, signature)}`
      return [...given, 'i32.const', `${callee}`, 'call_indirect', index, '0']
    })
    return [...burn, `if:${type}`, ...then, 'else', ...this.#leaf(type), 'end']
  }
}

/** Takes one fuel, and leaves whether there was any. */
const burn = [
  ...['global.get', generatedGlobals.fuel, 'i32.const', '1', 'i32.sub'],
  ...['global.set', generatedGlobals.fuel],
  ...['global.get', generatedGlobals.fuel, 'i32.const', '0', 'i32.gt_s'],
]

function oneOr(type: NumberType): string[] {
  return [`${type}.const`, '1', `${type}.or`]
}

function boundTo(choices: Choices) {
  return {
    pick: (count: number) => choices.pick(count),
    one: <T>(items: readonly T[]) => choices.one(items),
  }
}
