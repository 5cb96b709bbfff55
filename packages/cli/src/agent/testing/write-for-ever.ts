// Writes one record after another until it is killed, and says each number once it is durable.
import { openSqliteStore } from '../store/sqlite-store.ts'

const store = openSqliteStore(process.argv[2]!)
for (let number = 1; ; number++) {
  await store.write([{ name: `report/${number}`, text: `text ${number}` }])
  process.stdout.write(`${number}\n`)
}
