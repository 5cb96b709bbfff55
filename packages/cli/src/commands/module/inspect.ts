import { exitCodes, limits, sha256 } from '@vcp/protocol'
import { inspect, rejectionCodes } from '@vcp/sandbox'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { readInputBytes } from '../../input-file.ts'
import { fields, wrapped } from '../../style.ts'

const pageBytes = 65_536

export const command = defineCommand({
  about:
    'Shows what a module imports, exports and needs, and the first reason why a node would ' +
    'refuse it. Exits 7 when it would be refused.',
  arguments: [{ form: '<module>', about: 'a WASM file' }],
  options: [{ form: '--memory <mb>', about: 'the most memory it may start with (default: 512)' }],
  examples: [
    { line: 'vcp module inspect wasm-modules/sha256/sha256.wasm', about: 'would a node run this?' },
  ],
  input: z.strictObject({
    module: z.string(),
    memory: z.coerce.number().int().min(1).max(limits.wasmMemoryMbMax).default(512),
  }),
  async run({ module: path, memory }) {
    const bytes = await readInputBytes(path, 2 * limits.wasmModuleBytesMax)
    const memoryPagesMax = (memory * 2 ** 20) / pageBytes
    const { module, rejection } = inspect(bytes, { memoryPagesMax, trace: false })
    return { moduleHash: sha256(bytes), bytes: bytes.length, module, rejection }
  },
  text({ moduleHash, bytes, module, rejection }, style) {
    const verdict =
      rejection === null
        ? style.good('a node would run it')
        : style.bad(`refused, ${rejection.code}: ${rejection.detail}`)
    const rows: (readonly [string, string])[] = [
      ['verdict', verdict],
      ['module', moduleHash],
      ['size', `${bytes.toLocaleString('en')} bytes`],
    ]
    if (module !== null) rows.push(...rowsOf(module))
    if (rejection === null) return fields(rows, style)
    const meaning = wrapped(rejectionCodes[rejection.code], style.columns)
    return `${fields(rows, style)}\n\n${meaning}`
  },
  exitCode: ({ rejection }) => (rejection === null ? exitCodes.ok : exitCodes.taskFailed),
})

type Module = NonNullable<ReturnType<typeof inspect>['module']>

function rowsOf(module: Module): readonly (readonly [string, string])[] {
  const { memory, exports, imports, features } = module
  const pages = (count: number | null) => (count === null ? 'any' : `${count / 16} MB`)
  return [
    ['features', features.join(', ') || 'none beyond the first version of WebAssembly'],
    ['functions', `${module.functions}, the largest of ${module.largestFunctionBytes} bytes`],
    [
      'memory',
      memory === null ? 'none' : `${pages(memory.min)} at first, at most ${pages(memory.max)}`,
    ],
    ['data', `${module.dataBytes.toLocaleString('en')} bytes`],
    ...imports.map(({ name, signature }) => ['import', `${name}: ${signature}`] as const),
    ...exports.map(
      ({ name, kind, type }) => ['export', `${name}: ${type === null ? kind : type}`] as const,
    ),
  ]
}
