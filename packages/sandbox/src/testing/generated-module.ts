// Valid modules at random, for properties, in variants that must behave alike.
import { assemble } from './assemble.ts'
import { Choices } from './choices.ts'
import { blockSignatures, FunctionGenerator, numberTypes } from './function-generator.ts'
import { ModuleBuilder } from './module-builder.ts'
import { counted, type GeneratedFunction, guarded } from './module-variants.ts'

/**
 * `guarded`: each NaN that arithmetic makes is made canonical at once.
 * `counted`: as `guarded`, and before each original instruction its price is added to a global.
 */
export type Variant = 'as-is' | 'guarded' | 'counted'

const FUEL = 200
export const generatedCount = 4

/** The functions of a module, from bytes that stand for every choice made. */
export function generateModule(bytes: Uint8Array): GeneratedFunction[] {
  const choices = new Choices(bytes)
  const shapes = Array.from({ length: generatedCount }, () => ({
    params: choices.some(3, numberTypes),
    results: [
      choices.one(numberTypes),
      ...choices.some(choices.pick(6) === 5 ? 2 : 0, numberTypes),
    ],
    locals: [...numberTypes, ...choices.some(5, numberTypes)],
  }))
  return shapes.map((shape) => ({
    ...shape,
    words: new FunctionGenerator(choices, shapes, shape).body(),
  }))
}

/** Every function is exported as f0, f1 ... and stands in the table. */
export function buildVariant(
  functions: readonly GeneratedFunction[],
  variant: Variant,
): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder()
  for (const { params, results } of [...blockSignatures, ...functions])
    builder.type(params, results)
  builder.memory({ min: 1, max: 3, export: 'memory' })
  builder.table({ min: generatedCount + 1 })
  builder.global({ type: 'i32', mutable: true, init: `i32.const ${FUEL}`, export: 'fuel' })
  builder.global({ type: 'i64', mutable: true, init: 'i64.const 0', export: 'count' })
  for (const type of numberTypes) {
    builder.global({ type, mutable: true, init: `${type}.const 7`, export: type })
  }
  for (const [index, original] of functions.entries()) {
    const { params, results, locals, words } = { 'as-is': same, guarded, counted: both }[variant](
      original,
    )
    const body = [...assemble(words.join(' ')), 0x0b]
    builder.function({ params, results, locals, body, export: `f${index}` })
  }
  builder.element({ items: functions.map((_, index) => index) })
  builder.data([1, 2, 3, 0xff, 0xfe, 0xfd, 0x7f, 0xf8, 0x7f, 0xc0, 0xff, 0xff], 16)
  builder.data([9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0xff, 0xff], null)
  return builder.bytes()
}

function same(original: GeneratedFunction): GeneratedFunction {
  return original
}

function both(original: GeneratedFunction): GeneratedFunction {
  return guarded(counted(original))
}
