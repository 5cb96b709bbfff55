import { Pager } from './pager.tsx'
import { ListTable, type ListTableProps } from './table.tsx'
import type { Pages } from './use-pages.ts'

/** A list of the coordinator, one page of it, and the way to the others. */
export function PagedTable<Row>({
  pages: { rows, answer, moves },
  ...table
}: Omit<ListTableProps<Row>, 'rows' | 'answer'> & { readonly pages: Pages<Row> }) {
  return (
    <>
      <ListTable {...table} rows={rows} answer={answer} />
      <Pager {...moves} />
    </>
  )
}
