// Kysely speaks to better-sqlite3; Node brings SQLite of its own, which differs in three words.
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { type Dialect, SqliteDialect } from 'kysely'

/** A dialect for Kysely over one file, or over `:memory:`. The pragmas are said, not assumed. */
export function nodeSqliteDialect(file: string): Dialect {
  const database = new DatabaseSync(file, { timeout: 5_000 })
  database.exec('pragma journal_mode = wal')
  database.exec('pragma synchronous = full')
  database.exec('pragma foreign_keys = on')
  return dialectOver(database)
}

/** A dialect for Kysely over a database that is open. */
export function dialectOver(database: DatabaseSync): Dialect {
  return new SqliteDialect({
    database: {
      close: () => database.close(),
      prepare(sql) {
        const statement = database.prepare(sql)
        return {
          reader: statement.columns().length > 0,
          all: (values) => statement.all(...inputs(values)),
          run: (values) => statement.run(...inputs(values)),
          iterate: (values) => statement.iterate(...inputs(values)),
        }
      },
    },
  })
}

function inputs(values: readonly unknown[]): SQLInputValue[] {
  return values as SQLInputValue[]
}
