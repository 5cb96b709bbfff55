// The instructions that are supported: one row each, read once into arrays indexed by opcode. The
// instructions behind the prefix 0xfc stand at 0x100 and up.
import { valueTypes } from './value-type.ts'

/** How an instruction is read and followed. `plain` to `f64` differ only in their immediates. */
export const kinds = {
  refused: 0,
  plain: 1,
  memory: 2,
  i32: 3,
  i64: 4,
  f32: 5,
  f64: 6,
  unreachable: 7,
  block: 8,
  loop: 9,
  if: 10,
  else: 11,
  end: 12,
  br: 13,
  brIf: 14,
  brTable: 15,
  return: 16,
  call: 17,
  callIndirect: 18,
  drop: 19,
  select: 20,
  selectTyped: 21,
  localGet: 22,
  localSet: 23,
  localTee: 24,
  globalGet: 25,
  globalSet: 26,
  tableGet: 27,
  tableSet: 28,
  memorySize: 29,
  memoryGrow: 30,
  refNull: 31,
  refFunc: 32,
  prefix: 33,
  memoryInit: 34,
  dataDrop: 35,
  memoryCopy: 36,
  memoryFill: 37,
  tableInit: 38,
  elemDrop: 39,
  tableCopy: 40,
  tableGrow: 41,
  tableSize: 42,
  tableFill: 43,
} as const

type KindName = keyof typeof kinds

/** What an instruction does to the bits of NaNs. */
export const nanEffects = {
  none: 0,
  /** A NaN among the results has bits that no rule fixes. */
  arithmetic: 1,
  /** The bits of the topmost operand get out: seen as an integer. */
  observes: 2,
  /** Clears the sign and keeps the rest, which commutes with making a NaN canonical. */
  abs: 3,
  /** Changes or copies signs, which does not commute: needs the exact bits of all operands. */
  sign: 4,
  /** The result has the bits it was given: loads and reinterpretations. */
  exact: 5,
  /** The bits of the topmost operand get into memory. */
  stores: 6,
} as const

// opcode, name, kind (plain if none), operands>result, effect on NaNs
const rows = `
00 unreachable :unreachable
01 nop
02 block :block
03 loop :loop
04 if :if
05 else :else
0b end :end
0c br :br
0d br_if :brIf
0e br_table :brTable
0f return :return
10 call :call
11 call_indirect :callIndirect
1a drop :drop
1b select :select
1c select_t :selectTyped
20 local.get :localGet
21 local.set :localSet
22 local.tee :localTee
23 global.get :globalGet
24 global.set :globalSet
25 table.get :tableGet
26 table.set :tableSet
28 i32.load :memory i>i
29 i64.load :memory i>I
2a f32.load :memory i>f exact
2b f64.load :memory i>F exact
2c i32.load8_s :memory i>i
2d i32.load8_u :memory i>i
2e i32.load16_s :memory i>i
2f i32.load16_u :memory i>i
30 i64.load8_s :memory i>I
31 i64.load8_u :memory i>I
32 i64.load16_s :memory i>I
33 i64.load16_u :memory i>I
34 i64.load32_s :memory i>I
35 i64.load32_u :memory i>I
36 i32.store :memory ii>
37 i64.store :memory iI>
38 f32.store :memory if> stores
39 f64.store :memory iF> stores
3a i32.store8 :memory ii>
3b i32.store16 :memory ii>
3c i64.store8 :memory iI>
3d i64.store16 :memory iI>
3e i64.store32 :memory iI>
3f memory.size :memorySize
40 memory.grow :memoryGrow
41 i32.const :i32 >i
42 i64.const :i64 >I
43 f32.const :f32 >f
44 f64.const :f64 >F
45 i32.eqz i>i
46-4f i32.eq,i32.ne,i32.lt_s,i32.lt_u,i32.gt_s,i32.gt_u,i32.le_s,i32.le_u,i32.ge_s,i32.ge_u ii>i
50 i64.eqz I>i
51-5a i64.eq,i64.ne,i64.lt_s,i64.lt_u,i64.gt_s,i64.gt_u,i64.le_s,i64.le_u,i64.ge_s,i64.ge_u II>i
5b-60 f32.eq,f32.ne,f32.lt,f32.gt,f32.le,f32.ge ff>i
61-66 f64.eq,f64.ne,f64.lt,f64.gt,f64.le,f64.ge FF>i
67-69 i32.clz,i32.ctz,i32.popcnt i>i
6a-72 i32.add,i32.sub,i32.mul,i32.div_s,i32.div_u,i32.rem_s,i32.rem_u,i32.and,i32.or ii>i
73-78 i32.xor,i32.shl,i32.shr_s,i32.shr_u,i32.rotl,i32.rotr ii>i
79-7b i64.clz,i64.ctz,i64.popcnt I>I
7c-84 i64.add,i64.sub,i64.mul,i64.div_s,i64.div_u,i64.rem_s,i64.rem_u,i64.and,i64.or II>I
85-8a i64.xor,i64.shl,i64.shr_s,i64.shr_u,i64.rotl,i64.rotr II>I
8b f32.abs f>f abs
8c f32.neg f>f sign
8d-91 f32.ceil,f32.floor,f32.trunc,f32.nearest,f32.sqrt f>f arithmetic
92-97 f32.add,f32.sub,f32.mul,f32.div,f32.min,f32.max ff>f arithmetic
98 f32.copysign ff>f sign
99 f64.abs F>F abs
9a f64.neg F>F sign
9b-9f f64.ceil,f64.floor,f64.trunc,f64.nearest,f64.sqrt F>F arithmetic
a0-a5 f64.add,f64.sub,f64.mul,f64.div,f64.min,f64.max FF>F arithmetic
a6 f64.copysign FF>F sign
a7 i32.wrap_i64 I>i
a8-a9 i32.trunc_f32_s,i32.trunc_f32_u f>i
aa-ab i32.trunc_f64_s,i32.trunc_f64_u F>i
ac-ad i64.extend_i32_s,i64.extend_i32_u i>I
ae-af i64.trunc_f32_s,i64.trunc_f32_u f>I
b0-b1 i64.trunc_f64_s,i64.trunc_f64_u F>I
b2-b3 f32.convert_i32_s,f32.convert_i32_u i>f
b4-b5 f32.convert_i64_s,f32.convert_i64_u I>f
b6 f32.demote_f64 F>f arithmetic
b7-b8 f64.convert_i32_s,f64.convert_i32_u i>F
b9-ba f64.convert_i64_s,f64.convert_i64_u I>F
bb f64.promote_f32 f>F arithmetic
bc i32.reinterpret_f32 f>i observes
bd i64.reinterpret_f64 F>I observes
be f32.reinterpret_i32 i>f exact
bf f64.reinterpret_i64 I>F exact
c0-c1 i32.extend8_s,i32.extend16_s i>i
c2-c4 i64.extend8_s,i64.extend16_s,i64.extend32_s I>I
d0 ref.null :refNull
d1 ref.is_null r>i
d2 ref.func :refFunc
fc prefix :prefix
100-101 i32.trunc_sat_f32_s,i32.trunc_sat_f32_u f>i
102-103 i32.trunc_sat_f64_s,i32.trunc_sat_f64_u F>i
104-105 i64.trunc_sat_f32_s,i64.trunc_sat_f32_u f>I
106-107 i64.trunc_sat_f64_s,i64.trunc_sat_f64_u F>I
108 memory.init :memoryInit iii>
109 data.drop :dataDrop
10a memory.copy :memoryCopy iii>
10b memory.fill :memoryFill iii>
10c table.init :tableInit iii>
10d elem.drop :elemDrop
10e table.copy :tableCopy iii>
10f table.grow :tableGrow ri>i
110 table.size :tableSize >i
111 table.fill :tableFill iri>
`

const SIZE = 0x112

/** The first index of the instructions behind 0xfc. */
export const PREFIXED = 0x100

export const opcodeNames: string[] = new Array(SIZE).fill('')
export const opcodeKinds = new Uint8Array(SIZE)
/** How many operands an instruction of fixed type takes. */
export const operandCounts = new Uint8Array(SIZE)
/** The type of its result, 0 for none. */
export const resultTypes = new Uint8Array(SIZE)
/** The types of its operands and its result, as letters: `ii>i`. */
export const signatures: string[] = new Array(SIZE).fill('>')
export const opcodeNanEffects = new Uint8Array(SIZE)

const letters: Readonly<Record<string, number>> = {
  i: valueTypes.i32,
  I: valueTypes.i64,
  f: valueTypes.f32,
  F: valueTypes.f64,
  r: valueTypes.funcref,
}

for (const row of rows.trim().split('\n')) readRow(row.split(' '))

function readRow([opcodes, names, ...rest]: string[]): void {
  const first = Number.parseInt(opcodes!, 16)
  for (const [index, name] of names!.split(',').entries()) {
    const opcode = first + index
    opcodeNames[opcode] = name
    opcodeKinds[opcode] = kinds.plain
    for (const word of rest) readWord(opcode, word)
  }
}

function readWord(opcode: number, word: string): void {
  if (word.startsWith(':')) opcodeKinds[opcode] = kinds[word.slice(1) as KindName]
  else if (word.includes('>')) {
    const [operands, result] = word.split('>')
    signatures[opcode] = word
    operandCounts[opcode] = operands!.length
    resultTypes[opcode] = letters[result!] ?? 0
  } else opcodeNanEffects[opcode] = nanEffects[word as keyof typeof nanEffects]
}
