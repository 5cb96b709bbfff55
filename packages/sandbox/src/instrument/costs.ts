// What instructions cost, in gas. `docs` can be generated from `priceList`; the rest of the package
// reads the array. A change here changes every receipt: raise `instrumenterVersion` with it.
//
// Gas is charged by region. A region is all the code of a function that runs equally often as long
// as nothing traps: the code before, between and after inner blocks that cannot be left early. Its
// price is charged whole when its first instruction is reached. So a run that returns has paid
// exactly the sum of the instructions it executed; one that exits or traps in the middle has paid
// for every region it entered. Only an access to memory out of bounds may leave unpaid what its
// function charged since the last call, iteration of a loop or instruction of another kind that
// may trap: the same everywhere, and never more than the function is long.
import { kinds, opcodeKinds, opcodeNames } from '../module/opcodes.ts'

interface Price {
  readonly gas: number
  readonly what: string
  readonly reason: string
  readonly matches: (name: string) => boolean
}

/** The first row that matches an instruction gives its price. */
export const priceList: readonly Price[] = [
  {
    gas: 0,
    what: 'block, else, end',
    reason: 'only mark places',
    matches: (name) => ['block', 'else', 'end'].includes(name),
  },
  {
    gas: 3,
    what: 'loop, each iteration',
    reason: '1, and 2 for the check of the gas that is left',
    matches: (name) => name === 'loop',
  },
  {
    gas: 8,
    what: 'i64 division and remainder',
    reason: '20 to 40 cycles on the machines of the last decade',
    matches: (name) => /^i64\.(div|rem)_/.test(name),
  },
  {
    gas: 4,
    what: 'i32 division and remainder, float division and square root',
    reason: '10 to 25 cycles',
    matches: (name) => /^i32\.(div|rem)_|^f(32|64)\.(div|sqrt)$/.test(name),
  },
  { gas: 3, what: 'call', reason: 'a frame', matches: (name) => name === 'call' },
  {
    gas: 6,
    what: 'call_indirect',
    reason: 'a frame, a table entry, a type check',
    matches: (name) => name === 'call_indirect',
  },
  {
    gas: 2,
    what: 'br_table',
    reason: 'a table and a jump that is hard to predict',
    matches: (name) => name === 'br_table',
  },
  {
    gas: 1_000,
    what: 'memory.grow, table.grow',
    reason: 'a call to the system; table.grow pays for its elements besides',
    matches: (name) => /^(memory|table)\.grow$/.test(name),
  },
  {
    gas: 8,
    what: 'memory.copy, memory.fill, memory.init, table.copy, table.fill, table.init',
    reason: 'a call; what they move is paid besides, before it is moved',
    matches: (name) => /^(memory|table)\.(copy|fill|init)$/.test(name),
  },
  { gas: 1, what: 'every other instruction', reason: 'the unit', matches: () => true },
]

/** Prices that depend on numbers of the module or of the run. */
export const dynamicPrices = {
  /** memory.copy, fill and init pay 1 for so many bytes, rounded down. */
  bytesPerGas: 8,
  /** table.copy, fill, init and grow pay 1 an element: each takes a barrier of the collector. */
  elementsPerGas: 1,
  /** A function pays on entry 1 for so many declared locals, rounded down: they are zeroed. */
  localsPerGas: 4,
} as const

/** By opcode. */
export const opcodeCosts = Uint16Array.from(opcodeNames, (name, opcode) =>
  opcodeKinds[opcode] === kinds.refused ? 0 : priceList.find(({ matches }) => matches(name))!.gas,
)
