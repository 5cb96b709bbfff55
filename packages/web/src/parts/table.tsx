import type { ComponentChildren } from 'preact'
import { Waiting } from './empty.tsx'
import { Failure } from './notice.tsx'
import { TableFrame } from './table-frame.tsx'

/** A column of a table that is short enough to be there as a whole. */
export interface TableColumn<Row> {
  readonly title: string
  /** Of its title and its cells. */
  readonly looks?: string
  /** For a column that explains itself to the eye: its title is for screen readers alone. */
  readonly isUntitled?: boolean
  cell(row: Row): ComponentChildren
}

interface TableProps<Row> {
  readonly label: string
  readonly columns: readonly TableColumn<Row>[]
  readonly rows: readonly Row[]
  keyOf(row: Row): string
}

export function Table<Row>({ label, columns, rows, keyOf }: TableProps<Row>) {
  return (
    <TableFrame label={label}>
      <table>
        <thead>
          <tr>
            {columns.map(({ title, looks, isUntitled = false }) => (
              <th key={title} scope="col" class={looks}>
                {isUntitled ? <span class="unseen">{title}</span> : title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ title, looks, cell }) => (
                <td key={title} class={looks}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  )
}

export interface ListTableProps<Row> extends TableProps<Row> {
  readonly answer: { readonly value: unknown; readonly error: unknown }
  readonly empty: ComponentChildren
}

/** What a coordinator lists: that it is awaited, why it failed, that it is empty, or a table. */
export function ListTable<Row>({ answer: { value, error }, empty, ...table }: ListTableProps<Row>) {
  const isAwaited = value === null && error === null
  return (
    <>
      <Failure error={error} />
      {isAwaited ? <Waiting what="Asking" /> : null}
      {value !== null && table.rows.length === 0 ? empty : null}
      {table.rows.length === 0 ? null : <Table {...table} />}
    </>
  )
}
