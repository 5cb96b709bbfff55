// Handlers of numeric instructions: the operands from their slots, the very same instruction, the
// result to its slot. What would trap is tested before; a NaN that arithmetic made becomes the
// canonical one, because its bits are the machine's choice and the state may not be.
import { nanEffects, opcodeNames, opcodeNanEffects, signatures } from '../../module/opcodes.ts'
import { fromTop, loads, next, pop, push, toSlot, trapIf } from './vocabulary.ts'

export function numericHandler(opcode: number): string {
  const name = opcodeNames[opcode]!
  const [operands, result] = signatures[opcode]!.split('>') as [string, string]
  const last = operands.at(-1)!
  const compute = `${name} ${canonical(opcode, result)} ${toSlot[result]} local.set $top ${next(1)}`
  if (operands.length === 1) {
    return `${check(name, last)} ${fromTop[last]} ${compute}`
  }
  return `${check(name, last)}
    local.get $sp i32.const 8 i32.sub local.tee $sp ${loads[operands[0]!]}
    ${fromTop[last]} ${compute}`
}

export function constantHandler(type: 'i' | 'I' | 'f' | 'F'): string {
  const isLong = type === 'I' || type === 'F'
  const value = `local.get $pc ${isLong ? 'i64.load' : 'i64.load32_u'} +4`
  return `${push(value)} ${next(isLong ? 3 : 2)}`
}

export const referenceHandlers: Readonly<Record<string, string>> = {
  'ref.null': `${push('i64.const 0')} ${next(1)}`,
  'ref.func': `${push('local.get $pc i64.load32_u +4')} ${next(2)}`,
  'ref.is_null': `local.get $top i64.eqz i64.extend_i32_u local.set $top ${next(1)}`,
  drop: `${pop()} ${next(1)}`,
}

const CANONICAL_32 = '0x7fc00000'
const CANONICAL_64 = '0x7ff8000000000000'

function canonical(opcode: number, type: string): string {
  if (opcodeNanEffects[opcode] !== nanEffects.arithmetic) return ''
  return type === 'f'
    ? `local.tee $f i32.const ${CANONICAL_32} f32.reinterpret_i32
       local.get $f local.get $f f32.eq select`
    : `local.tee $e i64.const ${CANONICAL_64} f64.reinterpret_i64
       local.get $e local.get $e f64.eq select`
}

function check(name: string, last: string): string {
  const division = /^(i32|i64)\.(div|rem)_([su])$/.exec(name)
  if (division !== null) return checkDivision(division[1]!, division[2]!, division[3]!)
  const conversion = /^(i32|i64)\.trunc_(f32|f64)_([su])$/.exec(name)
  if (conversion === null) return ''
  return checkConversion(fromTop[last]!, conversion[2]!, `${conversion[1]}_${conversion[3]}`)
}

function checkDivision(type: string, kind: string, sign: string): string {
  const divisor = type === 'i32' ? 'local.get $top i32.wrap_i64' : 'local.get $top'
  const byZero = trapIf(`${divisor} ${type}.eqz`, 'divideByZero')
  if (kind === 'rem' || sign === 'u') return byZero
  const least = type === 'i32' ? '-2147483648' : '-9223372036854775808'
  return `${byZero} ${trapIf(
    `${divisor} ${type}.const -1 ${type}.eq
     local.get $sp i32.const 8 i32.sub ${type}.load ${type}.const ${least} ${type}.eq i32.and`,
    'integerOverflow',
  )}`
}

/** The floats between which a conversion is exact; the bounds themselves as `isWithin` has them. */
const ranges: Readonly<Record<string, readonly [low: string, high: number]>> = {
  i32_s: ['', 2 ** 31],
  i32_u: ['gt -1', 2 ** 32],
  i64_s: [`ge ${-(2 ** 63)}`, 2 ** 63],
  i64_u: ['gt -1', 2 ** 64],
}

function checkConversion(value: string, float: string, target: string): string {
  const [low, high] = ranges[target]!
  // -2^31 - 1 is a float of 64 bits, but not one of 32.
  const above = low !== '' ? low : float === 'f64' ? 'gt -2147483649' : 'ge -2147483648'
  const [relation, bound] = above.split(' ')
  return `${trapIf(`${value} ${value} ${float}.ne`, 'invalidConversion')}
    ${trapIf(
      `${value} ${float}.const ${bound} ${float}.${relation}
       ${value} ${float}.const ${high} ${float}.lt i32.and i32.eqz`,
      'integerOverflow',
    )}`
}
