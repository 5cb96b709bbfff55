// Writes the pages that are generated: `npm run docs`. With --check it writes nothing and fails
// when a page is not what it would write.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cliPage } from './docs/cli.ts'
import { errorsPage } from './docs/errors.ts'
import { limitsPage } from './docs/limits.ts'
import type { Page } from './docs/page.ts'

const pages: readonly Page[] = [cliPage, errorsPage, limitsPage]
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const isCheck = process.argv[2] === '--check'

for (const { path, render } of pages) {
  const file = join(root, path)
  const text = await render()
  if (readIfThere(file) === text) continue
  if (isCheck) {
    console.log(`${path} is stale: run \`npm run docs\` and commit what it writes`)
    process.exitCode = 1
  } else {
    writeFileSync(file, text)
    console.log(`wrote ${path}`)
  }
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
