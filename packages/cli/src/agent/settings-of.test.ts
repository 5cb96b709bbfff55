import { describe, expect, test } from 'vitest'
import { readSettings } from '../config/settings.ts'
import { temporaryFolder } from '../testing/host.ts'
import { agentSettings, listenOn, placesOf, profileOf, seatsOf } from './settings-of.ts'

function settingsWith(overrides: Readonly<Record<string, string>> = {}) {
  return readSettings({ dataDir: temporaryFolder(), env: {}, overrides })
}

const machine = { cores: 8, memoryMb: 16_000 }

describe('what an operator allows', () => {
  test('is all the machine has, unless said otherwise', () => {
    const limits = agentSettings(settingsWith(), machine, ['wasm_execution', 'computation'])
    expect(limits).toMatchObject({
      tasksMax: 8,
      memoryMbMax: 15_744,
      hours: null,
      onlyOnMains: false,
      onlyWhenIdleSeconds: null,
      taskTypes: ['wasm_execution', 'computation'],
    })
  })

  test('is a share of the cores, some types, and the night', () => {
    const settings = settingsWith({
      'node.cpu_share_percent': '30',
      'node.task_types': 'computation,zk_proof',
      'node.hours': '22:30-06:05',
      'node.only_on_mains': 'true',
      'node.only_when_idle_seconds': '300',
      'node.memory_mb_max': '512',
    })
    expect(seatsOf(settings, machine)).toBe(2)
    expect(seatsOf(settings, { cores: 1 })).toBe(1)
    expect(agentSettings(settings, machine, ['wasm_execution', 'computation'])).toMatchObject({
      tasksMax: 2,
      memoryMbMax: 512,
      hours: { fromMinute: 1_350, toMinute: 365 },
      onlyOnMains: true,
      onlyWhenIdleSeconds: 300,
      taskTypes: ['computation'],
    })
  })
})

describe('where a node looks and listens', () => {
  test('is the coordinator of the configuration, or the list for nodes', () => {
    expect(placesOf(settingsWith())).toEqual([{ kind: 'url', text: 'http://127.0.0.1:8420' }])
    const named = settingsWith({ 'node.coordinators': 'https://vcp.example/,/ip4/1.2.3.4/tcp/1' })
    expect(placesOf(named)).toEqual([
      { kind: 'url', text: 'https://vcp.example' },
      { kind: 'address', text: '/ip4/1.2.3.4/tcp/1' },
    ])
    expect(profileOf(named, placesOf(named))).toBe('internet')
    const kept = settingsWith({ 'node.reach': 'lan' })
    expect(profileOf(kept, placesOf(named))).toBe('lan')
  })

  test('is loopback alone where the coordinator is on this machine', () => {
    expect(listenOn('loopback', 8421)).toEqual(['/ip4/127.0.0.1/tcp/8421'])
    expect(listenOn('lan', 8421)[0]).toBe('/ip4/0.0.0.0/tcp/8421')
    expect(listenOn('internet', 8421).at(-1)).toBe('/ip4/0.0.0.0/tcp/0/ws')
  })
})
