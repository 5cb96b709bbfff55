import { type NodeInfo, NodeMode, NodeStatus, nodeTypes } from '@vcp/protocol'
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { onReopened, useEvents } from '../api/live.ts'
import { useStore } from '../api/store.ts'
import { Empty, Waiting } from '../parts/empty.tsx'
import { Choice, Field, textOf } from '../parts/field.tsx'
import { compact } from '../parts/figures.ts'
import { LongTable, type Sorting } from '../parts/long-table.tsx'
import { Failure } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { sortRows } from '../parts/sort-rows.ts'
import { useClock } from '../parts/time.tsx'
import { words } from '../parts/tones.ts'
import { filterNodes, type NodeFilter, noFilter } from './filter-nodes.ts'
import { fleet, isOfFleet, readFleet } from './fleet.ts'
import { nodeColumns } from './node-columns.tsx'
import { NodePage } from './node-page.tsx'

/** The coordinator lets twenty questions about nodes a minute through; a fleet may take ten. */
const readEveryMs = 60_000
const settleMs = 4_000

export function Nodes({ item }: { readonly item: string | null }) {
  return item === null ? <NodeList /> : <NodePage key={item} name={item} />
}

function NodeList() {
  const { nodes, isWhole, error } = useStore(fleet)
  useFreshFleet()
  // Rows say how long ago; a clock of its own in each of them would cost more than all the rest.
  useClock(10_000)
  const [filter, setFilter] = useState<NodeFilter>(noFilter)
  const [sorting, setSorting] = useState<Sorting>({ by: 'name', isDown: false })
  const shown = useMemo(
    () => sortRows(filterNodes(nodes, filter), nodeColumns, sorting),
    [nodes, filter, sorting],
  )
  const regions = useMemo(() => [...new Set(nodes.map(({ region }) => region))].sort(), [nodes])
  return (
    <>
      <PageHead title="Nodes">
        <span class="quiet number" role="status">
          {shown.length === nodes.length
            ? `${compact(nodes.length)} nodes`
            : `${compact(shown.length)} of ${compact(nodes.length)} nodes`}
          {isWhole ? '' : ', more are being read'}
        </span>
      </PageHead>
      <Filters filter={filter} regions={regions} onChange={setFilter} />
      <Failure error={error} />
      <section class="card" aria-label="nodes">
        <NodeRows
          isEmpty={nodes.length === 0}
          isWhole={isWhole}
          shown={shown}
          sorting={sorting}
          onSort={setSorting}
        />
      </section>
    </>
  )
}

function NodeRows(props: {
  readonly isEmpty: boolean
  readonly isWhole: boolean
  readonly shown: readonly NodeInfo[]
  readonly sorting: Sorting
  onSort(sorting: Sorting): void
}) {
  const { isEmpty, isWhole, shown, sorting, onSort } = props
  if (isEmpty && !isWhole) return <Waiting what="Reading the nodes" />
  if (isEmpty) {
    return (
      <Empty title="No node of yours has joined" command={`vcp node start --coordinator ${here()}`}>
        A machine joins with one command; it needs no port open.
      </Empty>
    )
  }
  if (shown.length === 0) return <Empty title="No node fits this filter" />
  return (
    <LongTable label="Nodes" columns={nodeColumns} rows={shown} sorting={sorting} onSort={onSort} />
  )
}

function here(): string {
  return location.origin
}

function Filters({
  filter,
  regions,
  onChange,
}: {
  readonly filter: NodeFilter
  readonly regions: readonly string[]
  onChange(filter: NodeFilter): void
}) {
  const set = (part: Partial<NodeFilter>) => onChange({ ...filter, ...part })
  return (
    <search class="filters">
      <Field label="Find">
        <input
          type="search"
          placeholder="name, key, region or owner"
          value={filter.text}
          onInput={(event) => set({ text: textOf(event) })}
        />
      </Field>
      <Choice
        label="State"
        value={filter.status}
        options={['any', ...NodeStatus.options]}
        onChange={(status) => set({ status })}
      />
      <Choice
        label="Mode"
        value={filter.mode}
        options={['any', ...NodeMode.options]}
        nameOf={words}
        onChange={(mode) => set({ mode })}
      />
      <Choice
        label="Type"
        value={filter.nodeType}
        options={['every', ...nodeTypes]}
        nameOf={words}
        onChange={(nodeType) => set({ nodeType })}
      />
      <Choice
        label="Region"
        value={filter.region}
        options={['any', ...regions]}
        onChange={(region) => set({ region })}
      />
    </search>
  )
}

/** Read when the page is opened, after what happens to nodes, and now and then. */
function useFreshFleet(): void {
  const [turn, setTurn] = useState(0)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const soon = useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = null
      setTurn((before) => before + 1)
    }, settleMs)
  }, [])
  useEffect(() => {
    const stop = new AbortController()
    void readFleet(stop.signal)
    return () => stop.abort()
  }, [turn])
  useEffect(() => {
    const again = setInterval(soon, readEveryMs)
    const unlook = onReopened(soon)
    return () => {
      clearInterval(again)
      clearTimeout(timer.current ?? undefined)
      unlook()
    }
  }, [soon])
  useEvents((entry) => {
    if (isOfFleet(entry)) soon()
  })
}
