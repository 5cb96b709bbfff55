// What an agent says of itself, as a person reads it.
import { credits } from '../../credits.ts'
import { fields, type Style } from '../../style.ts'
import type { AgentStatus, HeldTask } from './status.ts'

export function statusText(status: AgentStatus, style: Style): string {
  const { tally, machine, store, breaker, trouble } = status
  const rows: [string, string][] = [
    ['node', `${status.name} ${style.quiet(status.peer_id)}`],
    ['state', stateText(status, style)],
    ...status.coordinators.map((each): [string, string] => [
      'coordinator',
      coordinatorText(each, style),
    ]),
    ['holds', heldText(status)],
    ['since the start', tallyText(tally)],
    ['takes', `${status.task_types.join(', ') || 'nothing'}; ${status.tasks_max} at a time`],
  ]
  if (breaker.text !== null) rows.splice(2, 0, ['breaker', style.warn(breaker.text)])
  if (trouble !== null) rows.splice(2, 0, ['trouble', style.bad(trouble.message)])
  if (machine !== null) rows.push(['machine', machineText(machine)])
  if (status.latency_ms !== null) rows.push(['round trip', `${status.latency_ms.toFixed(1)} ms`])
  rows.push(
    ['blobs', `${store.blobs}, ${megabytes(store.bytes)} of ${megabytes(store.bytes_max)}`],
    ['reached', reachTexts[status.peers.nat]],
    ['owner', status.owner ?? 'an account of the coordinator'],
    ['earned', earnedText(status)],
    ['network', status.network],
    ['process', `${status.pid}, vcp ${status.version}, up ${duration(status.uptime_ms)}`],
    ['folder', status.data_dir],
  )
  return [fields(rows, style), ...status.tasks.map((task) => taskText(task, style))].join('\n')
}

/** `2 tasks, 1 report to deliver`. */
export function heldText({ tasks, reruns, reports_waiting: reports }: AgentStatus): string {
  const parts = [
    ...(tasks.length > 0 ? [count(tasks.length, 'task')] : []),
    ...(reruns > 0 ? [count(reruns, 'rerun')] : []),
    ...(reports > 0 ? [`${count(reports, 'report')} to deliver`] : []),
  ]
  return parts.join(', ') || 'nothing'
}

/** What stands between a node and its end. */
export function awaitedText(status: AgentStatus): string {
  const held = heldText(status)
  return held === 'nothing' ? 'ending, for nothing is held' : `waiting for ${held}`
}

function stateText({ mode, paused_until_ms: until }: AgentStatus, style: Style): string {
  if (mode === 'active') return style.good(mode)
  return style.warn(
    mode === 'paused' && until !== null ? `paused until ${new Date(until).toISOString()}` : mode,
  )
}

function coordinatorText(
  { place, state, reason }: AgentStatus['coordinators'][number],
  style: Style,
): string {
  if (state === 'joined') return `${place} ${style.good('joined')}`
  if (reason === null) return `${place} ${style.quiet(state)}`
  return `${place} ${style.warn(state)}: ${reason.message}`
}

function tallyText({ accepted, declined, delivered, failed, withdrawn }: AgentStatus['tally']) {
  const no = Object.entries(declined).map(([reason, times]) => `${times} ${reason}`)
  const declinedText = no.length === 0 ? '0 declined' : `declined ${no.join(', ')}`
  const done = `${delivered} delivered, ${failed} failed, ${withdrawn} withdrawn`
  return `${accepted} accepted, ${done}; ${declinedText}`
}

const reachTexts = {
  public: 'by itself',
  private: 'behind a NAT: through a relay, or by a hole that is punched',
  unknown: 'unknown: nobody outside has said',
} as const

function earnedText({ earned_micro: earned }: AgentStatus): string {
  return earned === null ? 'unknown' : `${credits(earned)} credits, by all nodes of the owner`
}

function machineText(machine: NonNullable<AgentStatus['machine']>): string {
  const known: [string, number | null, string][] = [
    ['CPU', machine.cpu_percent, '%'],
    ['memory', machine.memory_percent, '%'],
    ['', machine.temperature_c, ' °C'],
    ['battery', machine.battery_percent, '%'],
    ['disk free', machine.disk_free_gb, ' GB'],
  ]
  return known
    .flatMap(([name, value, unit]) =>
      value === null ? [] : [`${name} ${Math.round(value)}${unit}`.trim()],
    )
    .join(', ')
}

function taskText({ task_id, stage, phase, percent, gas }: HeldTask, style: Style): string {
  const parts = [
    phase ?? stage,
    ...(percent === null ? [] : [`${Math.round(percent)}%`]),
    ...(gas === null ? [] : [`${gas} gas`]),
  ]
  return `  ${task_id} ${style.quiet(parts.join(' '))}`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
}

function duration(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
