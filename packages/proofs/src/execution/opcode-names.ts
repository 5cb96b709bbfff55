// The names of WASM's instructions, so that a refusal can say which one does not fit.

/** From opcode 0 on; a dot stands for one that does not exist. */
const plain = `unreachable nop block loop if else . . . . . end br br_if br_table return call
  call_indirect return_call return_call_indirect . . . . . . drop select select . . . local.get
  local.set local.tee global.get global.set table.get table.set . i32.load i64.load f32.load
  f64.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u i64.load8_s i64.load8_u i64.load16_s
  i64.load16_u i64.load32_s i64.load32_u i32.store i64.store f32.store f64.store i32.store8
  i32.store16 i64.store8 i64.store16 i64.store32 memory.size memory.grow i32.const i64.const
  f32.const f64.const`

const comparing = ['eq', 'ne', 'lt_s', 'lt_u', 'gt_s', 'gt_u', 'le_s', 'le_u', 'ge_s', 'ge_u']
const comparingFloats = ['eq', 'ne', 'lt', 'gt', 'le', 'ge']
const counting = ['clz', 'ctz', 'popcnt']
const combining = `add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr`
const combiningFloats = `abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign`
const converting = `i32.wrap_i64 i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u
  i64.extend_i32_s i64.extend_i32_u i64.trunc_f32_s i64.trunc_f32_u i64.trunc_f64_s
  i64.trunc_f64_u f32.convert_i32_s f32.convert_i32_u f32.convert_i64_s f32.convert_i64_u
  f32.demote_f64 f64.convert_i32_s f64.convert_i32_u f64.convert_i64_s f64.convert_i64_u
  f64.promote_f32 i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32
  f64.reinterpret_i64 i32.extend8_s i32.extend16_s i64.extend8_s i64.extend16_s i64.extend32_s
  . . . . . . . . . . . ref.null ref.is_null ref.func`

const names: readonly string[] = [
  ...wordsOf(plain),
  ...of('i32', ['eqz', ...comparing]),
  ...of('i64', ['eqz', ...comparing]),
  ...of('f32', comparingFloats),
  ...of('f64', comparingFloats),
  ...of('i32', [...counting, ...wordsOf(combining)]),
  ...of('i64', [...counting, ...wordsOf(combining)]),
  ...of('f32', wordsOf(combiningFloats)),
  ...of('f64', wordsOf(combiningFloats)),
  ...wordsOf(converting),
]

export function opcodeName(opcode: number): string {
  const name = names[opcode] ?? '.'
  return name === '.' ? `instruction 0x${opcode.toString(16)}` : name
}

function wordsOf(text: string): string[] {
  return text.trim().split(/\s+/)
}

function of(type: string, list: readonly string[]): string[] {
  return list.map((name) => `${type}.${name}`)
}
