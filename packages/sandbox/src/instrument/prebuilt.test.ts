// The modules of wasm-modules/, which compilers made: rewritten, they do to the last byte of their
// memory what they do as they are.
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Seen, SideBySide } from '../testing/side-by-side.ts'

interface Manifest {
  readonly cases: readonly { readonly call: ManifestCall }[]
}

type ManifestCall =
  | { readonly kind: 'wasi'; readonly args: readonly string[]; readonly stdin: string | null }
  | {
      readonly kind: 'function'
      readonly function: string
      readonly arguments: readonly { readonly type: string; readonly value: number | string }[]
    }

const folder = new URL('../../../../wasm-modules/', import.meta.url)

const cases = readdirSync(folder)
  .filter((name) => existsSync(new URL(`${name}/module.json`, folder)))
  .flatMap((name) => {
    const { cases: all } = JSON.parse(fileOf(name, 'module.json').toString()) as Manifest
    return all.map(({ call }, nth) => ({ id: `${name} ${nth}`, name, call }))
  })

function fileOf(module: string, name: string): Buffer {
  return readFileSync(new URL(`${module}/${name}`, folder))
}

function taskOf(name: string, call: ManifestCall): SideBySide {
  const bytes = Uint8Array.from(fileOf(name, `${name}.wasm`))
  const nothing = { bytes, args: [], stdin: new Uint8Array(0) }
  if (call.kind === 'wasi') {
    const stdin = call.stdin === null ? nothing.stdin : Uint8Array.from(fileOf(name, call.stdin))
    return { bytes, args: call.args, stdin, name: '_start', given: [] }
  }
  const given = call.arguments.map(({ type, value }) =>
    type === 'i64' ? BigInt(value) : Number(value),
  )
  return { ...nothing, name: call.function, given }
}

let worker: Worker
beforeAll(() => {
  worker = new Worker(new URL('../testing/side-by-side-worker.ts', import.meta.url), {
    execArgv: ['--conditions=source'],
    resourceLimits: { stackSizeMb: 64 },
  })
})
afterAll(() => worker.terminate())

async function bothOf(what: SideBySide): Promise<{ instrumented: Seen; plain: Seen }> {
  worker.postMessage(what)
  const [both] = await once(worker, 'message')
  return both
}

describe('a prebuilt module', () => {
  test.each(cases)('is the same rewritten as it is: $id', async ({ name, call }) => {
    const { instrumented, plain } = await bothOf(taskOf(name, call))

    // Compared as buffers: megabytes take seconds one by one.
    for (const bytes of ['memory', 'stdout', 'stderr'] as const) {
      expect(Buffer.compare(instrumented[bytes], plain[bytes]), bytes).toBe(0)
    }
    expect(scalars(instrumented)).toEqual(scalars(plain))
    expect(instrumented.outcome).toMatch(/^(gives|ends: )/)
  })

  function scalars({ outcome, globals, stdinBytes, randomBytes, looksAtClock }: Seen) {
    return { outcome, globals, stdinBytes, randomBytes, looksAtClock }
  }
})
