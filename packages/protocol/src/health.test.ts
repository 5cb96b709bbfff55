import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { healthOf, isHealthy } from './health.ts'
import { reputationOf } from './reputation.ts'
import { propertyRuns } from './testing/property.ts'
import { telemetry } from './testing/samples.ts'

const nobody = { succeeded: 0, failed: 0, disputes_lost: 0 }
const claims = { bandwidth_mbps: 500 }

describe('reputation', () => {
  test.each([
    [0, 0, 0, 0.5],
    [1, 0, 0, 1],
    [3, 1, 0, 0.75],
    [10, 0, 2, 0.9],
    [10, 0, 100, 0.7],
    [1, 9, 4, 0],
  ])('of %i good, %i bad and %i lost disputes is %f', (succeeded, failed, disputes_lost, is) => {
    expect(reputationOf({ succeeded, failed, disputes_lost })).toBeCloseTo(is, 12)
  })
})

describe('health', () => {
  test('weighs bandwidth, latency, compute and reputation as written', () => {
    // 0.4 * 400/1000 + 0.3 * (1 - 20/100) + 0.2 * (200 - 12.5 - 40)/200 + 0.1 * 0.5
    const { score, unknown } = healthOf(telemetry, claims, nobody)
    expect(score).toBeCloseTo(100 * (0.16 + 0.24 + 0.1475 + 0.05), 9)
    expect(unknown).toEqual([])
  })

  test.each([
    [300, 900, 500, 0.3],
    [null, 900, 500, 0.9],
    [300, null, 500, 0.3],
    [null, null, 500, 0.5],
    [null, null, null, 0],
    [5_000, 5_000, null, 1],
  ])('takes from %s up, %s down, %s claimed the bandwidth %f', (up, down, claimed, is) => {
    const measured = { ...telemetry, bandwidth_up_mbps: up, bandwidth_down_mbps: down }
    const { parts } = healthOf(measured, { bandwidth_mbps: claimed }, nobody)
    expect(parts.bandwidth).toBeCloseTo(is, 12)
  })

  test('counts what is unknown as nothing, and says so', () => {
    const blind = {
      ...telemetry,
      cpu_percent: null,
      memory_percent: null,
      latency_ms: null,
      bandwidth_up_mbps: null,
      bandwidth_down_mbps: null,
    }
    expect(healthOf(blind, { bandwidth_mbps: null }, nobody)).toEqual({
      score: 5,
      parts: { bandwidth: 0, latency: 0, compute: 0, reputation: 0.5 },
      unknown: ['bandwidth', 'latency', 'cpu', 'memory'],
    })
  })

  test('is between 0 and 100 whatever is measured, and never falls when latency does', () => {
    const any = fc.record({
      cpu: fc.double({ min: 0, max: 100, noNaN: true }),
      latency: fc.double({ min: 0, max: 10_000, noNaN: true }),
      less: fc.double({ min: 0, max: 10_000, noNaN: true }),
    })
    fc.assert(
      fc.property(any, ({ cpu, latency, less }) => {
        const at = (latency_ms: number) =>
          healthOf({ ...telemetry, cpu_percent: cpu, latency_ms }, claims, nobody).score
        expect(at(latency)).toBeGreaterThanOrEqual(0)
        expect(at(latency)).toBeLessThanOrEqual(100)
        expect(at(Math.max(0, latency - less))).toBeGreaterThanOrEqual(at(latency))
      }),
      { numRuns: propertyRuns },
    )
  })

  test('makes a node healthy at 70, and only while it is online', () => {
    expect(isHealthy('online', 70)).toBe(true)
    expect(isHealthy('online', 69.9)).toBe(false)
    expect(isHealthy('degraded', 100)).toBe(false)
  })
})
