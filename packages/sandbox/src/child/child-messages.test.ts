import { describe, expect, test } from 'vitest'
import { commandCall, runRequest } from '../testing/run-request.ts'
import { type Agreed, frameBytesMax, parseChildFrame, printable } from './child-messages.ts'

const request = runRequest({ gas: 1_000, outputBytesMax: 10, checkpointGas: 100 })
const agreed: Agreed = { id: 7, request, memoryPagesMax: 16 }

const leaf = new Uint8Array(32).fill(0xab)
const attestable = {
  kind: 'attestable',
  ending: { kind: 'ok' },
  gas: 1_000,
  results: null,
  traceRoot: 'cd'.repeat(32),
  memoryPages: 16,
  detail: null,
}
const done = {
  type: 'done',
  id: 7,
  result: attestable,
  instrumented: 'ef'.repeat(32),
  instrumenterVersion: 1,
  timings: { instrumentMs: 1, compileMs: 0, runMs: 2.5 },
}

function say(header: unknown, blobs = [bytes(4), bytes(6), leaf], to: Agreed | null = agreed) {
  return parseChildFrame({ header, blobs }, to)
}

function bytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length)
}

function withResult(change: object): object {
  return { ...done, result: { ...attestable, ...change } }
}

describe('the answer of a child', () => {
  test('is taken up to every limit of its task', () => {
    expect(say(done)).toMatchObject({
      id: 7,
      result: { kind: 'attestable', gas: 1_000, checkpoints: ['ab'.repeat(32)] },
    })
    const untraced = { ...agreed, request: { ...request, checkpointGas: null } }
    expect(
      say(withResult({ traceRoot: null }), [bytes(0), bytes(0), bytes(0)], untraced),
    ).toMatchObject({ result: { checkpoints: [], traceRoot: null } })
  })

  test.each([
    ['another task', { ...done, id: 8 }],
    ['a field more', { ...done, more: 1 }],
    ['a field less', { ...done, timings: undefined }],
    ['a time before time', { ...done, timings: { ...done.timings, runMs: -1 } }],
    ['a digest that is none', { ...done, instrumented: 'x' }],
    ['more gas than there was', withResult({ gas: 1_001 })],
    ['gas that is no whole number', withResult({ gas: 0.5 })],
    ['more memory than it may have', withResult({ memoryPages: 17 })],
    ['an end that does not exist', withResult({ ending: { kind: 'fine' } })],
    ['an end with too long a name', withResult({ ending: { kind: 'trap', trap: 'x'.repeat(65) } })],
    ['results of a command', withResult({ results: [] })],
    ['leaves without a root', withResult({ traceRoot: null })],
    ['a story instead of a detail', withResult({ detail: 'x'.repeat(2_001) })],
    ['nothing', null],
    ['a list', []],
    ['another type', { type: 'run' }],
    ['that it is ready', { type: 'ready' }],
  ])('is refused with %s', (_, header) => {
    expect(say(header)).toBeNull()
  })

  test.each([
    ['a byte more than it may write', [bytes(5), bytes(6), leaf]],
    ['half a checkpoint', [bytes(0), bytes(0), bytes(31)]],
    ['more checkpoints than its gas pays for', [bytes(0), bytes(0), bytes(32 * 13)]],
    ['a root without leaves', [bytes(0), bytes(0), bytes(0)]],
    ['a blob less', [bytes(0), bytes(0)]],
    ['a blob more', [bytes(0), bytes(0), leaf, bytes(0)]],
  ])('is refused with %s', (_, blobs) => {
    expect(say(done, blobs)).toBeNull()
  })

  test('is refused where nothing was asked, but for being ready', () => {
    expect(say(done, undefined, null)).toBeNull()
    expect(say({ type: 'ready' }, [], null)).toEqual({ type: 'ready' })
    expect(say({ type: 'ready' }, [bytes(1)], null)).toBeNull()
  })

  test('may hold results only for the call of a function', () => {
    const call = { kind: 'function', function: 'f', arguments: [] } as const
    const results = [{ type: 'i64', value: '-1' }]
    const asked = { ...agreed, request: { ...request, call } }
    expect(say(withResult({ results }), undefined, asked)).toMatchObject({ result: { results } })
    expect(say(withResult({ results: [{ type: 'v128', value: 1 }] }), undefined, asked)).toBeNull()
  })

  test('cannot be made large by a request for many checkpoints', () => {
    const greedy = runRequest({ gas: 5e10, checkpointGas: 1, call: commandCall, outputBytesMax: 0 })
    expect(frameBytesMax({ ...agreed, request: greedy })).toBeLessThan(1_048_576)
    expect(frameBytesMax(null)).toBeLessThanOrEqual(1_024)
  })
})

describe('what a child says of a failure', () => {
  test('reaches no terminal as control characters', () => {
    const failed = { type: 'failed', id: 7, fault: 'worker_error', detail: 'a\u001b[2J\u202eb\nc' }
    expect(say(failed, [])).toMatchObject({ detail: 'a?[2J?b\nc' })
    expect(printable('grüße 🙂')).toBe('grüße 🙂')
  })

  test('has no bytes beside it', () => {
    const status = { type: 'status', id: 7, residentBytes: 1, gasUsed: 1 }
    expect(say(status, [])).toMatchObject({ gasUsed: 1 })
    expect(say(status, [bytes(1)])).toBeNull()
  })
})
