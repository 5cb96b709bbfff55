// Modules that are none: numbers, sections, names and bodies that do not hold together.
import { unsigned } from './assemble.ts'
import { afterHeader, body, built, type HostileModule, section } from './hostile-module.ts'
import { moduleOf } from './module-builder.ts'

export const malformedModules: readonly HostileModule[] = [
  { name: 'no bytes', code: 'MALFORMED_HEADER', bytes: () => new Uint8Array() },
  {
    name: 'another version',
    code: 'MALFORMED_HEADER',
    bytes: () => Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]),
  },
  {
    name: 'half a header',
    code: 'MALFORMED_HEADER',
    bytes: () => Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 0x01]),
  },
  {
    name: 'a section that claims four gigabytes',
    code: 'MALFORMED_TRUNCATED',
    bytes: afterHeader(1, 0xff, 0xff, 0xff, 0xff, 0x0f),
  },
  {
    name: 'a section without a size',
    code: 'MALFORMED_TRUNCATED',
    bytes: afterHeader(1),
  },
  {
    name: 'a size of six bytes',
    code: 'MALFORMED_LEB',
    bytes: afterHeader(1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00),
  },
  {
    name: 'a size with bits beyond 32',
    code: 'MALFORMED_LEB',
    bytes: afterHeader(1, 0x80, 0x80, 0x80, 0x80, 0x10),
  },
  {
    name: 'a size that ends in its middle',
    code: 'MALFORMED_TRUNCATED',
    bytes: afterHeader(1, 0x80, 0x80),
  },
  {
    name: 'a constant of six bytes',
    code: 'MALFORMED_LEB',
    bytes: body(0x41, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 0x1a),
  },
  {
    name: 'a constant whose last bits are not its sign',
    code: 'MALFORMED_LEB',
    bytes: body(0x41, 0xff, 0xff, 0xff, 0xff, 0x4f, 0x1a),
  },
  {
    name: 'a 64-bit constant of eleven bytes',
    code: 'MALFORMED_LEB',
    bytes: body(0x42, ...new Array<number>(10).fill(0x80), 0x00, 0x1a),
  },
  { name: 'a section twice', code: 'MALFORMED_SECTION', bytes: afterHeader(1, 1, 0, 1, 1, 0) },
  {
    name: 'sections in the wrong order',
    code: 'MALFORMED_SECTION',
    bytes: afterHeader(3, 1, 0, 1, 1, 0),
  },
  {
    name: 'the count of data segments behind the code',
    code: 'MALFORMED_SECTION',
    bytes: afterHeader(10, 1, 0, 12, 1, 0),
  },
  { name: 'a section of an unknown kind', code: 'MALFORMED_SECTION', bytes: section(99, 0) },
  {
    name: 'a section with something behind it',
    code: 'MALFORMED_SECTION',
    bytes: section(1, 0, 0),
  },
  {
    name: 'a section that goes on into the next',
    code: 'MALFORMED_TRUNCATED',
    bytes: afterHeader(1, 2, 1, 0x60, 3, 1, 0),
  },
  {
    name: 'four billion types in one byte',
    code: 'MALFORMED_TRUNCATED',
    bytes: section(1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x60),
  },
  {
    name: 'functions without bodies',
    code: 'MALFORMED_SECTION',
    bytes: built((module) => module.rawFunction(module.type([], []))),
  },
  {
    name: 'bodies without functions',
    code: 'MALFORMED_SECTION',
    bytes: built((module) => module.rawBody([0, 0x0b])),
  },
  {
    name: 'more data segments announced than there are',
    code: 'MALFORMED_SECTION',
    bytes: section(12, 7),
  },
  {
    name: 'a data segment that claims four gigabytes',
    code: 'MALFORMED_TRUNCATED',
    bytes: section(11, 1, 0, 0x41, 0, 0x0b, 0xff, 0xff, 0xff, 0xff, 0x0f, 1),
  },
  {
    name: 'a custom section whose name ends outside of it',
    code: 'MALFORMED_TRUNCATED',
    bytes: section(0, 100, 0x61),
  },
  {
    name: 'an export name that is not UTF-8',
    code: 'MALFORMED_NAME',
    bytes: built((module) => {
      module.function({ body: '' })
      module.rawSection(8, 7, [1, 2, 0xc3, 0x28, 0, 0])
    }),
  },
  {
    name: 'a type of no known form',
    code: 'MALFORMED_TYPE',
    bytes: section(1, 1, 0x40, 0, 0),
  },
  {
    name: 'a global of a mutability that does not exist',
    code: 'MALFORMED_TYPE',
    bytes: section(6, 1, 0x7f, 2, 0x41, 0, 0x0b),
  },
  {
    name: 'an opcode that does not exist',
    code: 'MALFORMED_OPCODE',
    detail: 'instruction 0xff',
    bytes: body(0xff),
  },
  {
    name: 'an unknown opcode behind its prefix',
    code: 'MALFORMED_OPCODE',
    detail: 'instruction 0xfc 127',
    bytes: body(0xfc, 0x7f),
  },
  {
    name: 'an unknown opcode that would wrap at 32 bits',
    code: 'MALFORMED_OPCODE',
    bytes: body(0xfc, ...unsigned(0xffff_ff06)),
  },
  {
    name: 'an unknown opcode in code that cannot run',
    code: 'MALFORMED_OPCODE',
    bytes: body(0x00, 0xff),
  },
  {
    name: 'a body that ends in the middle of an instruction',
    code: 'MALFORMED_TRUNCATED',
    bytes: () => moduleOf({ body: [0x41, 0x80] }),
  },
  {
    name: 'a body without its end',
    code: 'MALFORMED_TRUNCATED',
    bytes: () => moduleOf({ body: [0x01] }),
  },
  {
    name: 'a body of no bytes',
    code: 'MALFORMED_TRUNCATED',
    bytes: built((module) => {
      module.rawFunction(module.type([], []))
      module.rawBody([])
    }),
  },
  {
    name: 'code behind the end of a function',
    code: 'MALFORMED_BODY',
    bytes: () => moduleOf({ body: [0x0b, 0x01, 0x0b] }),
  },
  { name: 'an else without an if', code: 'MALFORMED_BODY', bytes: body(0x02, 0x40, 0x05, 0x0b) },
  {
    name: 'a second else',
    code: 'MALFORMED_BODY',
    bytes: body(0x41, 0, 0x04, 0x40, 0x05, 0x05, 0x0b),
  },
]

export const invalidModules: readonly HostileModule[] = [
  { name: 'a label that is not there', code: 'INVALID_INDEX', bytes: body(0x0c, 0x07) },
  { name: 'a local that is not there', code: 'INVALID_INDEX', bytes: body(0x20, 0x00, 0x1a) },
  { name: 'a global that is not there', code: 'INVALID_INDEX', bytes: body(0x23, 0x00, 0x1a) },
  { name: 'a call of no function', code: 'INVALID_INDEX', bytes: body(0x10, 0x63) },
  {
    name: 'a call through no table',
    code: 'INVALID_INDEX',
    bytes: body(0x41, 0x00, 0x11, 0x00, 0x00),
  },
  {
    name: 'an export of nothing',
    code: 'INVALID_INDEX',
    bytes: built((module) => module.export('_start', 0, 0)),
  },
  { name: 'a start function that is not there', code: 'INVALID_INDEX', bytes: section(8, 0) },
  {
    name: 'an element that is no function',
    code: 'INVALID_INDEX',
    bytes: built((module) => {
      module.table({ min: 1 })
      module.element({ items: [4] })
    }),
  },
  {
    name: 'an operand of the wrong type',
    code: 'INVALID_MODULE',
    bytes: () => moduleOf({ body: 'i64.const 1 i32.eqz drop' }),
  },
  { name: 'an instruction without operands', code: 'INVALID_MODULE', bytes: body(0x6a, 0x1a) },
  {
    name: "an operand taken from outside of one's block",
    code: 'INVALID_MODULE',
    bytes: body(0x41, 0, 0x02, 0x40, 0x1a, 0x0b),
  },
  {
    name: 'a load without a memory',
    code: 'INVALID_MODULE',
    bytes: () => moduleOf({ body: 'i32.const 0 i32.load drop' }),
  },
  {
    name: 'an alignment beyond the natural one',
    code: 'INVALID_MODULE',
    bytes: built((module) => {
      module.memory({ min: 1 })
      module.function({ body: [0x41, 0, 0x28, 3, 0, 0x1a, 0x0b] })
    }),
  },
  {
    name: 'a write to a constant global',
    code: 'INVALID_MODULE',
    bytes: built((module) => {
      module.global({ type: 'i32', init: 'i32.const 0' })
      module.function({ body: 'i32.const 1 global.set 0' })
    }),
  },
  {
    name: 'two exports of one name',
    code: 'INVALID_MODULE',
    bytes: built((module) => {
      const index = module.function({ body: '' })
      module.export('twice', 0, index)
      module.export('twice', 0, index)
    }),
  },
  {
    name: 'a start function with parameters',
    code: 'INVALID_MODULE',
    bytes: built((module) => module.start(module.function({ params: ['i32'], body: '' }))),
  },
  {
    name: 'a maximum of memory below its minimum',
    code: 'INVALID_MODULE',
    bytes: built((module) => module.memory({ min: 2, max: 1 })),
  },
]
