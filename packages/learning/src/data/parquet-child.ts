// A child answers one question and is ended by its parent; it ends with its parent too.
import { Rejection } from '../onnx/rejection.ts'
import { endWithParent } from './end-with-parent.ts'
import { isFileError } from './file-error.ts'
import { parquetColumns, parquetRows } from './parquet-file.ts'
import type { ParquetQuestion, ParquetReport } from './parquet-messages.ts'

await endWithParent()
process.once('message', (question: ParquetQuestion) => void answer(question))
await report({ type: 'ready' })

async function answer({ path, columns }: ParquetQuestion): Promise<void> {
  try {
    if (columns === null) {
      await report({ type: 'columns', columns: await parquetColumns(path) })
      return
    }
    for await (const { rows, count } of parquetRows(path, columns)) {
      await report({ type: 'rows', rows, count })
    }
    await report({ type: 'done' })
  } catch (error) {
    const code = error instanceof Rejection ? error.code : 'INPUT_UNREADABLE'
    if (!(error instanceof Rejection || isFileError(error))) throw error
    await report({ type: 'refused', code, reason: error.message })
  }
}

/** Written before the next is made: what waits to be written takes memory. */
function report(message: ParquetReport): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, () => resolve())
  })
}
