// From the configuration and what the machine is to what the parts of an agent are told.
import { networkInterfaces } from 'node:os'
import type { ProfileName } from '@vcp/mesh'
import { defaultBreakerPolicy, type TaskType } from '@vcp/protocol'
import type { Settings } from '../config/settings.ts'
import type { AgentSettings } from './core/settings.ts'
import { type Place, placeOf, reachOf } from './link/place.ts'

/** What a machine has, as far as limits are made of it. */
export interface Machine {
  readonly cores: number
  readonly memoryMb: number
}

/** Processes that run tasks at the same time. */
export function seatsOf(settings: Settings, { cores }: Pick<Machine, 'cores'>): number {
  return Math.max(1, Math.floor((cores * settings['node.cpu_share_percent']) / 100))
}

export function agentSettings(
  settings: Settings,
  machine: Machine,
  ready: Iterable<TaskType>,
): AgentSettings {
  const allowed = settings['node.task_types']
  const memoryFreeMbMin = settings['memory.free_mb_min']
  const rest = Math.max(0, machine.memoryMb - memoryFreeMbMin)
  return {
    tasksMax: settings['node.tasks_max'] ?? seatsOf(settings, machine),
    memoryMbMax: settings['node.memory_mb_max'] ?? rest,
    memoryFreeMbMin,
    diskFreeGbMin: settings['disk.free_gb_min'],
    othersCpuPercentMax: settings['node.others_cpu_percent_max'],
    hours: hoursOf(settings['node.hours']),
    onlyOnMains: settings['node.only_on_mains'],
    onlyWhenIdleSeconds: settings['node.only_when_idle_seconds'],
    taskTypes: [...ready].filter((type) => allowed.length === 0 || allowed.includes(type)),
    breaker: {
      ...defaultBreakerPolicy,
      temperatureOpenC: settings['breaker.temperature_open_c'],
      temperatureCloseC: settings['breaker.temperature_close_c'],
    },
  }
}

export function placesOf(settings: Settings): readonly Place[] {
  const named = settings['node.coordinators']
  return (named.length === 0 ? [settings['coordinator.url']] : named).map(placeOf)
}

export function profileOf(settings: Settings, places: readonly Place[]): ProfileName {
  const reach = settings['node.reach']
  return reach === 'auto' ? reachOf(places) : reach
}

/** The addresses to listen on, where the operator names none. */
export function listenOn(profile: ProfileName, port: number): readonly string[] {
  if (profile === 'loopback') return [`/ip4/127.0.0.1/tcp/${port}`]
  const addresses = [`/ip4/0.0.0.0/tcp/${port}`]
  if (hasIpv6()) addresses.push(`/ip6/::/tcp/${port}`)
  if (profile === 'internet') addresses.push('/ip4/0.0.0.0/tcp/0/ws')
  return addresses
}

/** A machine without it cannot listen there, and libp2p then would not start. */
function hasIpv6(): boolean {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .some(({ family }) => family === 'IPv6')
}

/** `22:00-06:00`, in minutes since midnight. */
function hoursOf(text: string | null): AgentSettings['hours'] {
  if (text === null) return null
  const [from = '', to = ''] = text.split('-')
  return { fromMinute: minuteOf(from), toMinute: minuteOf(to) }
}

function minuteOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number)
  return 60 * hours + minutes
}
