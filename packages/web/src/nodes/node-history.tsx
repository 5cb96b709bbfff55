import type { BreakerTrip, NodeHistory } from '@vcp/protocol'
import { Badge } from '../parts/badge.tsx'
import { Card } from '../parts/card.tsx'
import { Empty } from '../parts/empty.tsx'
import { clockTime, dateTime, number } from '../parts/figures.ts'
import { Id } from '../parts/id.tsx'
import { LinePlot, type Series } from '../parts/line-plot.tsx'
import { Timeline } from '../parts/timeline.tsx'
import { breakerTones, modeTones, nodeTones, words } from '../parts/tones.ts'
import { hrefOf } from '../shell/address.ts'

type Sample = NodeHistory['samples'][number]

export function NodeHistoryCards({ history }: { readonly history: NodeHistory }) {
  const since = `remembered since ${dateTime(history.since_ms)}; what was before is in the log`
  return (
    <>
      <Card title="Telemetry" foot={`as the node reports it, ${since}`}>
        {history.samples.length === 0 ? (
          <Empty title="It has not reported since this coordinator was started" />
        ) : (
          <Plots history={history} />
        )}
      </Card>
      <div class="columns">
        <Breaker history={history} foot={since} />
        <Standing history={history} foot={since} />
        <Audits history={history} foot={since} />
      </div>
    </>
  )
}

function Plots({ history: { samples, sample_ms } }: { readonly history: NodeHistory }) {
  const one = (name: string, figureOf: (sample: Sample) => number | null): Series => ({
    name,
    points: samples.map((sample) => ({ x: sample.at_ms, y: figureOf(sample) })),
  })
  const shared = { xText: clockTime, gap: 3 * sample_ms, height: 120 }
  return (
    <div class="columns">
      <LinePlot
        title="Processor and memory"
        unit="%"
        series={[
          one('processor', ({ cpu_percent }) => cpu_percent),
          one('memory', ({ memory_percent }) => memory_percent),
        ]}
        to={100}
        {...shared}
      />
      <LinePlot
        title="Temperature"
        unit=" °C"
        series={[one('temperature', ({ temperature_c }) => temperature_c)]}
        {...shared}
      />
      <LinePlot
        title="Latency"
        unit=" ms"
        series={[one('latency', ({ latency_ms }) => latency_ms)]}
        {...shared}
      />
      <LinePlot
        title="Health"
        series={[one('health', ({ health_score }) => rounded(health_score))]}
        to={100}
        {...shared}
      />
      <LinePlot
        title="Tasks at work"
        series={[one('tasks', ({ open_assignments }) => open_assignments)]}
        to={4}
        {...shared}
      />
    </div>
  )
}

interface PartProps {
  readonly history: NodeHistory
  readonly foot: string
}

function Breaker({ history: { newest, breaker }, foot }: PartProps) {
  return (
    <Card
      title="Breaker"
      foot={foot}
      aside={
        newest === null ? (
          <Badge tone="quiet">unknown</Badge>
        ) : (
          <Badge tone={breakerTones[newest.breaker.state]}>{words(newest.breaker.state)}</Badge>
        )
      }
    >
      {breaker.length === 0 ? (
        <Empty title="Nothing is known of it yet" />
      ) : (
        <Timeline
          label="changes of the breaker"
          moments={breaker.toReversed().map(({ at_ms, state, reason }) => ({
            key: String(at_ms),
            atMs: at_ms,
            tone: breakerTones[state],
            text: `${words(state)}${reason === null ? '' : `: ${sayTrip(reason)}`}`,
          }))}
        />
      )}
    </Card>
  )
}

function Standing({ history: { standing }, foot }: PartProps) {
  return (
    <Card title="State and mode" foot={foot}>
      {standing.length === 0 ? (
        <Empty title="Neither has changed" />
      ) : (
        <Timeline
          label="changes of state and mode"
          moments={standing.toReversed().map(({ at_ms, status, mode, reason }) => ({
            key: `${at_ms} ${status} ${mode}`,
            atMs: at_ms,
            tone: mode === 'active' ? nodeTones[status] : modeTones[mode],
            text: `${status}, ${words(mode)}${reason === null ? '' : `: ${reason}`}`,
          }))}
        />
      )}
    </Card>
  )
}

function Audits({ history: { audits }, foot }: PartProps) {
  return (
    <Card title="Audits" foot={foot}>
      {audits.length === 0 ? (
        <Empty title="It has not been audited">
          An audit compares a result with that of other nodes.
        </Empty>
      ) : (
        <Timeline
          label="audits"
          moments={audits.toReversed().map(({ at_ms, task_id, engine, passed }) => ({
            key: `${at_ms} ${task_id}`,
            atMs: at_ms,
            tone: passed ? 'good' : 'bad',
            text: (
              <>
                {passed ? 'passed' : 'failed'} with {engine}, on task{' '}
                <Id text={task_id} what="the task" href={hrefOf('tasks', task_id)} />
              </>
            ),
          }))}
        />
      )}
    </Card>
  )
}

function sayTrip({ cause, measured, limit }: BreakerTrip): string {
  return `${words(cause)}, measured ${number(measured)}, limit ${number(limit)}`
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10
}
