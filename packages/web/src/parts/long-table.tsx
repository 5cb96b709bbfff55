// A table of any length: the rows that are in sight are there, the others are room above and below.
// How many there are, and which of them is which, is told by ARIA.
import type { ComponentChildren } from 'preact'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { fittingColumns, type Sized } from './fitting-columns.ts'
import { rowsInSight, slotsOf } from './window-rows.ts'

export interface Column<Row> extends Sized {
  readonly name: string
  readonly title: string
  readonly isRight?: boolean
  cell(row: Row): ComponentChildren
  /** Absent: the table cannot be sorted by it. Null sorts last either way. */
  order?(row: Row): number | string | null
}

export interface Sorting {
  readonly by: string
  readonly isDown: boolean
}

interface LongTableProps<Row> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly sorting: Sorting
  onSort(sorting: Sorting): void
}

const rowHeight = 38

export function LongTable<Row>(props: LongTableProps<Row>) {
  const { label, rows, sorting, onSort } = props
  const frame = useRef<HTMLElement>(null)
  const [sight, setSight] = useState({ scrollTop: 0, height: 600, width: innerWidth })
  const columns = fittingColumns(props.columns, sight.width)
  const look = useCallback(() => {
    const { current } = frame
    if (current === null) return
    const { scrollTop, clientHeight: height, clientWidth: width } = current
    setSight((before) =>
      before.scrollTop === scrollTop && before.height === height && before.width === width
        ? before
        : { scrollTop, height, width },
    )
  }, [])
  // Before it is painted: columns that do not fit are not seen for a moment.
  useLayoutEffect(look, [look])
  useEffect(() => {
    const observer = new ResizeObserver(look)
    if (frame.current !== null) observer.observe(frame.current)
    return () => observer.disconnect()
  }, [look])
  const slots = slotsOf({ ...sight, rowHeight })
  const { from, to } = rowsInSight({ ...sight, rowHeight, rows: rows.length })
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="long" ref={frame} onScroll={look} tabIndex={0} aria-label={label}>
      <table aria-rowcount={rows.length + 1}>
        <colgroup>
          {columns.map(({ name, width }) => (
            <col key={name} style={width === undefined ? {} : { width: `${width}px` }} />
          ))}
        </colgroup>
        <Head columns={columns} sorting={sorting} onSort={onSort} />
        <tbody>
          <Room rows={from} columns={columns.length} />
          {rows.slice(from, to).map((row, i) => (
            <tr key={(from + i) % slots} aria-rowindex={from + i + 2}>
              {columns.map(({ name, isRight = false, cell }) => (
                <td key={name} class={isRight ? 'right' : ''}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
          <Room rows={rows.length - to} columns={columns.length} />
        </tbody>
      </table>
    </section>
  )
}

/** In place of rows that are out of sight. */
function Room({ rows, columns }: { readonly rows: number; readonly columns: number }) {
  if (rows <= 0) return null
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: there is nothing in it to be focused
    <tr class="room" aria-hidden="true">
      <td colSpan={columns} style={{ height: `${rows * rowHeight}px` }} />
    </tr>
  )
}

function Head<Row>({
  columns,
  sorting,
  onSort,
}: Pick<LongTableProps<Row>, 'columns' | 'sorting' | 'onSort'>) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {columns.map(({ name, title, isRight = false, order }) => {
          const isSorted = sorting.by === name
          const sorted = isSorted ? (sorting.isDown ? 'descending' : 'ascending') : 'none'
          return (
            <th
              key={name}
              scope="col"
              class={isRight ? 'right' : ''}
              aria-sort={order === undefined ? undefined : sorted}
            >
              {order === undefined ? (
                title
              ) : (
                <button
                  type="button"
                  class="sort"
                  onClick={() => onSort({ by: name, isDown: isSorted && !sorting.isDown })}
                >
                  {title}
                  {isSorted ? <SortMark isDown={sorting.isDown} /> : null}
                </button>
              )}
            </th>
          )
        })}
      </tr>
    </thead>
  )
}

function SortMark({ isDown }: { readonly isDown: boolean }) {
  return (
    <svg class="sign" viewBox="0 0 10 10" aria-hidden="true">
      <path d={isDown ? 'M5 9.2 .4 .8h9.2Z' : 'M5 .8 9.6 9.2H.4Z'} stroke="none" />
    </svg>
  )
}
