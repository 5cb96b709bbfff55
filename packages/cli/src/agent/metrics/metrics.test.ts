import { expect, onTestFinished, test } from 'vitest'
import { sampleStatus } from '../api/testing/sample-status.ts'
import { serveMetrics } from './metrics.ts'

test('figures are served on loopback, and an unknown one is left out', async () => {
  let status = sampleStatus
  const counters = () => ({ 'gossip.accept': 3 })
  const server = await serveMetrics({ port: 0, status: () => status, counters })
  onTestFinished(() => server.close())
  const read = async () => (await fetch(server.url)).text()
  const first = await read()
  for (const line of [
    'vcp_node_joined 1',
    'vcp_node_delivered_total 8',
    'vcp_node_declined_total{reason="busy"} 3',
    'vcp_node_mode{mode="active"} 1',
    'vcp_mesh_total{what="gossip.accept"} 3',
    'vcp_node_latency_seconds 0.00125',
  ]) {
    expect(first).toContain(`${line}\n`)
  }
  expect(first).not.toMatch(/^vcp_node_temperature_celsius \d/m)
  status = { ...status, mode: 'paused' }
  const second = await read()
  expect(second).toContain('vcp_node_mode{mode="paused"} 1')
  expect(second).not.toContain('mode="active"')
  expect((await fetch(server.url.replace('/metrics', '/'))).status).toBe(404)
  const taken = serveMetrics({
    port: Number(new URL(server.url).port),
    status: () => status,
    counters,
  })
  await expect(taken).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
})
