import { evidenceLevels, levelMeanings, NodeStatus, taskStates } from '@vcp/protocol'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import type { AnswerOf } from '../api/ask.ts'
import { useStore } from '../api/store.ts'
import { useAsk } from '../api/use-ask.ts'
import { Badge } from '../parts/badge.tsx'
import { Card } from '../parts/card.tsx'
import { Empty, Waiting } from '../parts/empty.tsx'
import { clockTime, compact, number } from '../parts/figures.ts'
import { Histogram } from '../parts/histogram.tsx'
import { LinePlot } from '../parts/line-plot.tsx'
import { Failure, Notice } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Shares } from '../parts/shares.tsx'
import { levelTones, nodeTones, taskTones } from '../parts/tones.ts'
import { RecentEvents } from './recent-events.tsx'
import { RegionMap } from './region-map.tsx'
import { addSample, perSecond, samples } from './throughput.ts'

type Stats = AnswerOf<'clusterStats'>

export function Overview() {
  const stats = useAsk('clusterStats', {}, { everyMs: 5_000 })
  const census = useAsk('clusterCensus', {}, { everyMs: 20_000 })
  const health = useAsk('health', {}, { everyMs: 15_000 })
  useEffect(() => {
    if (stats.value !== null) addSample(Date.now(), stats.value.tasks.completed)
  }, [stats.value])
  return (
    <>
      <PageHead title="Overview">
        {health.value === null ? null : (
          <Badge tone={health.value.ready ? 'good' : 'bad'}>
            {health.value.ready ? 'takes work' : 'takes no work'}
          </Badge>
        )}
      </PageHead>
      {health.value?.ready === false ? (
        <Notice tone="bad" title={health.value.reason ?? 'the coordinator takes no work'} />
      ) : null}
      <Failure error={stats.error} />
      {stats.value === null ? <Waiting what="Counting" /> : <Figures stats={stats.value} />}
      <div class="columns wide">
        <Throughput />
        <Card title="Health of the nodes" foot="0 to 100, as the coordinator works it out">
          {census.value === null ? (
            <Waiting what="Counting" />
          ) : (
            <Histogram
              title="Health of the nodes"
              counts={census.value.health}
              edges={tenths}
              unknown={census.value.health_unknown}
            />
          )}
        </Card>
      </div>
      {stats.value === null ? null : <States stats={stats.value} />}
      <div class="columns wide">
        <Card title="Where nodes are" foot="by the operators’ own words; no address is looked up">
          {census.value === null ? (
            <Waiting what="Counting" />
          ) : census.value.regions.length === 0 ? (
            <Empty title="No node has joined" command="vcp node start --coordinator <address>" />
          ) : (
            <RegionMap regions={census.value.regions} elsewhere={census.value.elsewhere} />
          )}
        </Card>
        <RecentEvents />
      </div>
    </>
  )
}

const tenths = ['0', '10', '20', '30', '40', '50', '60', '70', '80', '90', '100']

function Figures({ stats }: { readonly stats: Stats }) {
  const { tasks } = stats
  const rate = perSecond(useStore(samples))
  const atWork = tasks.assigned + tasks.running + tasks.verifying
  return (
    <dl class="figures">
      <Figure name="Nodes" value={compact(stats.total_nodes)}>
        {compact(stats.nodes.online)} online, {compact(stats.healthy_nodes)} healthy
      </Figure>
      <Figure name="Average health" value={number(round(stats.average_health))}>
        of 100
      </Figure>
      <Figure name="Tasks at work" value={compact(atWork)}>
        {compact(tasks.pending)} waiting for a node
      </Figure>
      <Figure name="Completed" value={compact(tasks.completed)}>
        {compact(tasks.failed)} failed, {compact(tasks.cancelled)} cancelled
      </Figure>
      <Figure name="Throughput" value={rate === null ? 'unknown' : number(rate)}>
        {rate === null ? 'measured while this page is open' : 'tasks a second, last minute'}
      </Figure>
    </dl>
  )
}

function Figure({
  name,
  value,
  children,
}: {
  readonly name: string
  readonly value: string
  readonly children: ComponentChildren
}) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>{value === 'unknown' ? <small>unknown</small> : value}</dd>
      <dd class="note">{children}</dd>
    </div>
  )
}

function States({ stats }: { readonly stats: Stats }) {
  return (
    <div class="columns">
      <Card title="Nodes by state">
        <Shares
          shares={NodeStatus.options.map((name) => ({
            name,
            count: stats.nodes[name],
            tone: nodeTones[name],
          }))}
        />
      </Card>
      <Card title="Tasks by state">
        <Shares
          shares={taskStates.map((name) => ({
            name,
            count: stats.tasks[name],
            tone: taskTones[name],
          }))}
        />
      </Card>
      <Card title="Results by level">
        <div class="stack">
          <Shares
            shares={evidenceLevels.map((name) => ({
              name,
              count: stats.levels[name],
              tone: levelTones[name],
            }))}
          />
          <details>
            <summary class="quiet">What the levels mean</summary>
            <dl class="facts">
              {evidenceLevels.map((name) => (
                <LevelMeaning key={name} name={name} />
              ))}
            </dl>
          </details>
        </div>
      </Card>
    </div>
  )
}

function LevelMeaning({ name }: { readonly name: (typeof evidenceLevels)[number] }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{levelMeanings[name]}</dd>
    </>
  )
}

function Throughput() {
  const points = useStore(samples)
  return (
    <Card title="Throughput" foot="since this page was opened; nothing is known of before">
      <LinePlot
        title="Completed tasks a second"
        unit="/s"
        series={[{ name: 'completed', points }]}
        xText={clockTime}
        height={150}
        gap={20_000}
      />
    </Card>
  )
}

function round(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10
}
