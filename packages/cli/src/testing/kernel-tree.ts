import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from './host.ts'

/** A folder with files as /sys has them; `-> target` makes a link, null an unreadable file. */
export function kernelTree(files: Readonly<Record<string, string | null>>): string {
  const root = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name)
    mkdirSync(dirname(path), { recursive: true })
    // Reading a folder as a file fails, as reading a sensor does that is asleep.
    if (content === null) mkdirSync(path)
    else if (content.startsWith('-> ')) symlinkSync(content.slice('-> '.length), path)
    else writeFileSync(path, `${content}\n`)
  }
  return root
}
