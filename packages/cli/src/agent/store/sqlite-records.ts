// Records in a table that only grows at its end: a name is looked up in memory, for all of them
// are read at a start anyway. An index of names took as much writing as the records themselves.
import type { DatabaseSync } from 'node:sqlite'
import type { Change } from './store.ts'

export interface SqliteRecords {
  read(): ReadonlyMap<string, string>
  /** Within a transaction; the answer is called once that is durable. */
  write(changes: readonly Change[]): () => void
}

export function createSqliteRecords(db: DatabaseSync): SqliteRecords {
  const put = db.prepare('insert or replace into records values (?, ?, ?)')
  const remove = db.prepare('delete from records where id = ?')
  const rows = db.prepare('select id, name, text from records')
  const ids = new Map(
    db
      .prepare('select id, name from records')
      .all()
      .map(({ id, name }) => [String(name), Number(id)] as const),
  )
  let lastId = Math.max(0, ...ids.values())

  /** Of a row that may not be there: a name keeps its id when the write of it is rolled back. */
  function idOf(name: string): number {
    const known = ids.get(name)
    if (known !== undefined) return known
    lastId += 1
    ids.set(name, lastId)
    return lastId
  }

  return {
    read: () => new Map(rows.all().map(({ name, text }) => [String(name), String(text)])),
    write(changes) {
      const gone = new Set<string>()
      for (const { name, text } of changes) {
        if (text !== null) {
          put.run(idOf(name), name, text)
          gone.delete(name)
        } else if (ids.has(name)) {
          remove.run(idOf(name))
          gone.add(name)
        }
      }
      return () => {
        for (const name of gone) ids.delete(name)
      }
    },
  }
}
