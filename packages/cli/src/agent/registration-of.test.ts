import { NodeId, Region, Registration } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import type { Engine } from '../engines/engine.ts'
import { hardwareFrom } from '../hardware/detect.ts'
import { nothingRead, virtualMachine } from '../testing/recordings.ts'
import { type RegistrationSettings, registrationOf } from './registration-of.ts'

const version = { name: 'vcp-sandbox', version: '1.1' }
const engine = { type: 'wasm_execution', version } as Engine<'wasm_execution'>
const engines = { ready: new Map([[engine.type, engine]]), trainer: null }
const said: Omit<RegistrationSettings, 'bandwidthMbps'> = {
  node_id: NodeId.parse('attic'),
  region: Region.parse('eu-west'),
  node_type: 'compute',
  addresses: ['/ip4/192.0.2.1/tcp/8421'],
  tasksMax: 2,
  software: 'vcp/0.1.0',
}
const machine = hardwareFrom(virtualMachine, 3)

describe('a registration', () => {
  test('says what was measured, and which engines are ready', () => {
    const registration = registrationOf(machine, engines, { ...said, bandwidthMbps: 480 })
    expect(Registration.parse(registration)).toEqual(registration)
    const { tasksMax, ...same } = said
    expect(registration).toEqual({
      ...same,
      capabilities: {
        tasks_max: tasksMax,
        bandwidth_mbps: 480,
        cpu_cores: 2,
        memory_gb: 23.5,
        gpu_available: false,
        disk_free_gb: 78.9,
        engines: { wasm_execution: version },
      },
    })
  })

  test.each([null, 9.9])('claims no bandwidth where %s was measured', (bandwidthMbps) => {
    const { capabilities } = registrationOf(machine, engines, { ...said, bandwidthMbps })
    expect(capabilities.bandwidth_mbps).toBeNull()
  })

  test('is not made for a machine that does not show its memory', () => {
    const memory = { ...virtualMachine.memory, answer: nothingRead.osInfo }
    const blind = hardwareFrom({ ...virtualMachine, memory }, null)
    expect(() => registrationOf(blind, engines, { ...said, bandwidthMbps: null })).toThrow(
      expect.objectContaining({
        code: 'INVALID',
        details: { memory_gb: expect.stringMatching(/number/) },
      }),
    )
  })
})
