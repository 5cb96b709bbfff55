import type { PastReading } from '../../agent/api/details.ts'
import { gauge } from '../../plot/gauge.ts'
import { sparkline } from '../../plot/sparkline.ts'
import { bytes, duration, known, millis, unknown } from '../figures.ts'
import type { Pane } from '../pane.ts'
import { type Line, line, type Span, span } from '../text.ts'
import type { NodeFacts } from './facts.ts'

interface Gauge {
  readonly name: string
  readonly value: number | null
  readonly shown: (value: number) => string
  /** Of the bar and of the line over time. */
  readonly min: number
  readonly max: number
  readonly scale: string
  readonly past: readonly (number | null)[]
}

export const hardwarePane: Pane<NodeFacts> = {
  words: ['hardware', 'hw', 'machine'],
  title: 'Hardware',
  above: ({ status, history }, { columns }) => {
    const machine = status?.machine ?? null
    if (status === null || machine === null) return [line(span('  not measured yet', 'quiet'))]
    const readings = history?.readings ?? []
    const room = Math.max(10, Math.min(120, columns - 54))
    const shown = gauges(status, machine, readings)
    return [
      // Above the lines, and like them with its end at now.
      line(span(timeSpan(readings, room).padStart(linesFrom + room), 'quiet')),
      ...shown.map((each) => gaugeLine(each, room)),
      [],
      ...facts(status, machine),
    ]
  },
}

/** The column where the lines begin: name, gauge and figure are before them. */
const linesFrom = 40

function timeSpan(readings: readonly PastReading[], room: number): string {
  const shown = readings.slice(-room)
  const [first, last] = [shown[0], shown.at(-1)]
  if (first === undefined || last === undefined || first === last) return ''
  return `the last ${duration(last.at_ms - first.at_ms)}, now at the right`
}

type Status = NonNullable<NodeFacts['status']>
type Machine = NonNullable<Status['machine']>

function gauges(status: Status, machine: Machine, readings: readonly PastReading[]): Gauge[] {
  const share = (name: string, value: number | null, of: (reading: PastReading) => number | null) =>
    ({
      name,
      value,
      shown: (it: number) => `${Math.round(it)} %`,
      min: 0,
      max: 100,
      scale: '0-100 %',
      past: readings.map(of),
    }) satisfies Gauge
  const gpus = machine.gpus.flatMap((gpu, i) => [
    share(`GPU ${i}`, gpu.utilisation_percent, ({ gpus }) => gpus[i]?.utilisation_percent ?? null),
    share(`GPU ${i} memory`, gpu.memory_percent, ({ gpus }) => gpus[i]?.memory_percent ?? null),
    heat(
      `GPU ${i} heat`,
      gpu.temperature_c,
      readings,
      ({ gpus }) => gpus[i]?.temperature_c ?? null,
    ),
  ])
  return [
    share('CPU', machine.cpu_percent, ({ cpu_percent: it }) => it),
    share('CPU, others', machine.others_cpu_percent, ({ others_cpu_percent: it }) => it),
    share('memory', machine.memory_percent, ({ memory_percent: it }) => it),
    heat('temperature', machine.temperature_c, readings, ({ temperature_c: it }) => it),
    ...gpus,
    roundTrip(status.latency_ms, readings),
  ]
}

function heat(
  name: string,
  value: number | null,
  readings: readonly PastReading[],
  of: (reading: PastReading) => number | null,
): Gauge {
  const shown = (it: number) => `${Math.round(it)} °C`
  return { name, value, shown, min: 20, max: 100, scale: '20-100 °C', past: readings.map(of) }
}

/** The breaker opens above 100 ms: the scale ends there. */
function roundTrip(value: number | null, readings: readonly PastReading[]): Gauge {
  const past = readings.map(({ latency_ms: it }) => it)
  return { name: 'round trip', value, shown: millis, min: 0, max: 100, scale: '0-100 ms', past }
}

function gaugeLine({ name, value, shown, min, max, scale, past }: Gauge, room: number): Line {
  const share = value === null ? null : (100 * (value - min)) / (max - min)
  const text = value === null ? 'unknown' : shown(value)
  const isHigh = share !== null && share >= 90
  const tone = value === null ? 'quiet' : isHigh ? 'warn' : 'plain'
  return line(
    span(`  ${name.padEnd(13)}`, 'quiet'),
    span(gauge(share, 14), tone),
    span(` ${text.padStart(8)}  `, tone),
    span(sparkline(past, { min, max, columns: room }), 'code'),
    span(` ${scale}`, 'quiet'),
  )
}

function facts(status: Status, machine: Machine): Line[] {
  const mbps = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} Mbit/s`
  const { store } = status
  const rows: readonly (readonly [string, ...(Span | string)[]])[] = [
    [
      'network',
      'down ',
      known(machine.bandwidth_down_mbps, mbps),
      ', up ',
      known(machine.bandwidth_up_mbps, mbps),
      ', as measured to the coordinator',
    ],
    ['memory free', known(machine.memory_free_mb, (it) => bytes(it * 2 ** 20))],
    ['disk free', known(machine.disk_free_gb, (it) => `${it} GB`)],
    ['power', power(machine), ...battery(machine)],
    ['in use', known(machine.idle_seconds, (it) => `nobody for ${duration(1_000 * it)}`)],
    [
      'blobs',
      `${store.blobs}, ${bytes(store.bytes)} of ${bytes(store.bytes_max)}, `,
      `${bytes(store.pinned_bytes)} pinned`,
    ],
  ]
  return rows.map(([name, ...value]) => line(span(`  ${name.padEnd(13)}`, 'quiet'), ...value))
}

function power({ on_mains: onMains, power_watts: watts }: Machine): Span {
  const source = onMains === null ? null : onMains ? 'mains' : 'battery'
  if (source === null && watts === null) return unknown
  return span([source, watts === null ? null : `${watts} W`].filter(Boolean).join(', '))
}

function battery({ battery_percent: percent }: Machine): string[] {
  return percent === null ? [] : [`, battery ${Math.round(percent)} %`]
}
