// What is said to the child that decodes Parquet files, and what it says.
import type { ErrorCode } from '@vcp/protocol'

export interface ParquetQuestion {
  readonly path: string
  /** Null asks for the names of all columns, and no rows. */
  readonly columns: readonly string[] | null
}

/** Values by column, all of one length. */
export type ParquetRows = Readonly<Record<string, ArrayLike<unknown>>>

export type ParquetReport =
  | { readonly type: 'ready' }
  | { readonly type: 'columns'; readonly columns: readonly string[] }
  | { readonly type: 'rows'; readonly rows: ParquetRows; readonly count: number }
  | { readonly type: 'done' }
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly reason: string }
