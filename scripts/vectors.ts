// Writes the golden vectors that are missing: `npm run vectors`. A file that exists is never
// overwritten: whoever changes the wire deletes it first, and says why in the commit.
import { existsSync, writeFileSync } from 'node:fs'
import { goldenFiles } from '../packages/protocol/src/testing/golden.ts'

const folder = new URL('../packages/protocol/vectors/', import.meta.url)

for (const [name, make] of Object.entries(goldenFiles)) {
  const file = new URL(name, folder)
  if (existsSync(file)) {
    console.log(`kept     ${name}`)
    continue
  }
  writeFileSync(file, `${JSON.stringify(make(), null, 2)}\n`)
  console.log(`written  ${name}`)
}
