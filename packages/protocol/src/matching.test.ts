import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Candidate, demandOf, describeMismatch, mismatches } from './matching.ts'
import { nodeTypes } from './node.ts'
import { Profile, profiles } from './policy.ts'
import { propertyRuns } from './testing/property.ts'
import { capabilities, engine, taskOf } from './testing/samples.ts'

const node: Candidate = {
  nodeType: 'compute',
  region: 'eu-west',
  capabilities,
  status: 'online',
  mode: 'active',
  health: 0.8,
  latencyMs: 20,
  workingAssignments: 0,
  isResting: false,
}

function demand(requirements: object = {}, profile: Profile = profiles.public) {
  return demandOf(
    'wasm_execution',
    taskOf('wasm_execution', { requirements }).requirements,
    profile,
  )
}

describe('the filter', () => {
  test('lets a node pass that has what the table of the public network asks', () => {
    expect(mismatches(demand(), node)).toEqual([])
  })

  test.each([
    ['NOT_ONLINE', { status: 'unknown' }, {}, 'is unknown'],
    ['NOT_ACTIVE', { mode: 'safe_mode' }, {}, 'is safe mode'],
    ['TYPE_DIFFERS', { nodeType: 'storage' }, {}, 'is a storage node, needs compute'],
    ['HEALTH_LOW', { health: 0.4 }, {}, 'health is 0.4, needs at least 0.5'],
    ['HEALTH_LOW', { health: null }, {}, 'health is unknown, needs at least 0.5'],
    ['LATENCY_HIGH', { latencyMs: 101 }, {}, 'latency is 101 ms, needs at most 100 ms'],
    ['LATENCY_HIGH', { latencyMs: null }, {}, 'latency is unknown, needs at most 100 ms'],
    ['LATENCY_HIGH', {}, { max_latency_ms: 10 }, 'latency is 20 ms, needs at most 10 ms'],
    ['BUSY', { workingAssignments: 50 }, {}, 'works on 50 tasks, at most 50'],
    ['RESTING', { isResting: true }, {}, 'has declined a task a moment ago'],
    ['REGION_DIFFERS', {}, { regions: ['us', 'asia'] }, 'is in eu-west, needs us or asia'],
    ['GPU_MISSING', {}, { require_gpu: true }, 'has no GPU'],
    ['CORES_FEW', {}, { min_cpu_cores: 9 }, 'cores is 8, needs at least 9'],
    ['MEMORY_SMALL', {}, { min_memory_gb: 33 }, 'memory is 32 GB, needs at least 33 GB'],
    [
      'BANDWIDTH_LOW',
      {},
      { min_bandwidth_mbps: 501 },
      'bandwidth is 500 Mbps, needs at least 501 Mbps',
    ],
  ])('says %s with its numbers: %j, %j', (code, change, requirements, sentence) => {
    const found = mismatches(demand(requirements), { ...node, ...change } as Candidate)
    expect(found.map((mismatch) => mismatch.code)).toEqual([code])
    expect(describeMismatch(found[0]!)).toBe(sentence)
  })

  test('says what is unknown as unknown', () => {
    const unmeasured = { ...capabilities, bandwidth_mbps: null, gpu_available: null }
    const found = mismatches(demand({ require_gpu: true }), { ...node, capabilities: unmeasured })
    expect(found).toEqual([
      { code: 'BANDWIDTH_LOW', needs: 100, has: null },
      { code: 'GPU_MISSING', has: null },
    ])
    expect(describeMismatch(found[1]!)).toBe('does not know whether it has a GPU')
  })

  test('reports every rule that fails, not only the first', () => {
    const poor = { ...capabilities, cpu_cores: 1, memory_gb: 1, bandwidth_mbps: 10, engines: {} }
    const found = mismatches(demand(), { ...node, capabilities: poor, health: 0 })
    expect(found.map(({ code }) => code)).toEqual([
      'ENGINE_MISSING',
      'HEALTH_LOW',
      'BANDWIDTH_LOW',
      'CORES_FEW',
      'MEMORY_SMALL',
    ])
  })

  test('lets any machine that has measured nothing take part where the profile is open', () => {
    const small = { ...capabilities, cpu_cores: 1, memory_gb: 1, bandwidth_mbps: null }
    const fresh = { ...node, capabilities: small, health: null, latencyMs: null }
    expect(mismatches(demand({}, profiles.open), fresh)).toEqual([])
    expect(mismatches(demand({}, profiles.public), fresh)).not.toEqual([])
  })

  test('never lets a task lower the floor of the policy', () => {
    const asked = demand({ min_health: 0, min_cpu_cores: 1, max_latency_ms: 5_000 })
    expect(asked).toMatchObject({ healthMin: 0.5, cpuCoresMin: 4, latencyMsMax: 100 })
  })

  test.each(nodeTypes)('takes `any` for %s, in the node and in the task', (type) => {
    expect(mismatches(demand({ node_type: type }), { ...node, nodeType: 'any' })).toEqual([])
    expect(mismatches(demand({ node_type: 'any' }), { ...node, nodeType: type })).toEqual([])
  })

  test('finds nothing new when a node only gets better', () => {
    const size = fc.record({
      cores: fc.integer({ min: 1, max: 16 }),
      gb: fc.integer({ min: 1, max: 64 }),
    })
    fc.assert(
      fc.property(size, fc.nat({ max: 64 }), ({ cores, gb }, more) => {
        const has = (cpu_cores: number, memory_gb: number) =>
          mismatches(demand({ min_cpu_cores: 6, min_memory_gb: 20 }), {
            ...node,
            capabilities: {
              ...capabilities,
              cpu_cores,
              memory_gb,
              engines: { wasm_execution: engine },
            },
          }).map(({ code }) => code)
        const before = has(cores, gb)
        expect(before).toEqual(expect.arrayContaining(has(cores + more, gb + more)))
      }),
      { numRuns: propertyRuns },
    )
  })
})

describe('the shipped profiles', () => {
  test.each(Object.values(profiles))('$name is a valid profile', (profile) => {
    expect(Profile.parse(profile)).toEqual(profile)
  })

  test('public is the table, to the number', () => {
    const rows = Object.entries(profiles.public.tasks).map(([type, policy]) => [
      type,
      policy.node_type,
      `${policy.bandwidth_mbps_min}/${policy.cpu_cores_min}/${policy.memory_gb_min}`,
      policy.execution_seconds_max,
      policy.payload_mb_max,
      policy.allows_wasm,
    ])
    expect(rows).toEqual([
      ['federated_learning', 'compute', '500/8/32', 3600, 50, false],
      ['zk_proof', 'compute', '100/8/16', 1800, 25, false],
      ['wasm_execution', 'compute', '100/4/8', 900, 10, true],
      ['computation', 'compute', '50/4/8', 1800, 20, false],
      ['connect_only', 'open_internet', '50/1/1', 3600, 1, false],
    ])
  })
})
