import { existsSync, readFileSync } from 'node:fs'
import { inputDigest, openPool, type Pool, type PoolResult } from '@vcp/sandbox'
import { allowanceOf, pageBytes, requestOf } from '../sandbox/request.ts'
import { type Demonstration, fact, step } from './demonstration.ts'

/** 303 bytes: pi by a million seeded throws. */
const file = new URL('../../../../wasm-modules/pi/pi.wasm', import.meta.url)
const allowance = allowanceOf('default', {})

/** Strangers' code: metered, bounded, and the same in every process. */
export const sandbox: Demonstration = {
  name: 'sandbox',
  about: 'strangers’ code runs metered and bounded, and gives the same in every process',
  async run() {
    if (!existsSync(file)) return [fact('a module to run', 'none came with this installation')]
    const module = readFileSync(file)
    const [one, other] = await Promise.all([openPool({ size: 1 }), openPool({ size: 1 })])
    try {
      const first = await throwDarts(one, module, 1_000_000, allowance.gas)
      const second = await throwDarts(other, module, 1_000_000, allowance.gas)
      const cut = await throwDarts(one, module, 1_000_000, 1_000_000)
      const isCut = cut.kind === 'attestable' && cut.ending.kind === 'out_of_gas'
      return [
        fact('what stands between the module and this machine', wallsOf(one)),
        step('pi by a million seeded throws', first.kind === 'attestable', endOf(first)),
        step('the same in another process', endOf(first) === endOf(second), endOf(second)),
        step('with no more than a million gas it is stopped, exactly', isCut, endOf(cut)),
      ]
    } finally {
      await Promise.all([one.close(), other.close()])
    }
  },
}

function throwDarts(
  pool: Pool,
  module: Uint8Array,
  throws: number,
  gas: number,
): Promise<PoolResult> {
  const call = {
    kind: 'function',
    function: 'estimate',
    arguments: [
      { type: 'i32', value: throws },
      { type: 'i64', value: '7' },
    ],
  } as const
  const request = requestOf(call, { ...allowance, gas }, new Uint8Array(32), 10_000_000)
  const memoryPagesMax = (allowance.memoryMb * 2 ** 20) / pageBytes
  const task = {
    requester: inputDigest(request),
    module,
    form: 'raw',
    memoryPagesMax,
    request,
  } as const
  return pool.submit(task, { deadlineMs: allowance.seconds * 1_000, memoryMb: 1_024 })
}

function wallsOf({ protections }: Pool): string {
  const inForce = protections.filter((each) => each.inForce).map(({ name }) => name)
  const missing = protections.filter((each) => !each.inForce).map(({ name }) => name)
  const lacks = missing.length === 0 ? '' : `; not here: ${missing.join(', ')}`
  return `a process of its own, with ${inForce.join(', ') || 'nothing more'}${lacks}`
}

function endOf(result: PoolResult): string {
  if (result.kind === 'infrastructure') return `${result.fault}: ${result.detail}`
  const { ending, gas, results, traceRoot } = result
  const values = (results ?? []).map(({ value }) => value).join(' ')
  return `${values || ending.kind}, ${gas.toLocaleString('en')} gas, trace ${traceRoot ?? 'none'}`
}
