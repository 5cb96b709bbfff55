// The small files by which Linux tells about itself, under /sys and /proc.
import { readdir, readFile, readlink } from 'node:fs/promises'

/** The text of a kernel file without its last line end; null where it cannot be read. */
export async function readKernelFile(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trimEnd()
  } catch {
    return null // absent, refused, or a device that does not answer: all mean "not known"
  }
}

/** The names in a kernel folder, in their natural order; null where it cannot be listed. */
export async function listKernelFolder(path: string): Promise<readonly string[] | null> {
  try {
    const order = new Intl.Collator('en', { numeric: true })
    return (await readdir(path)).sort(order.compare)
  } catch {
    return null
  }
}

/** The last part of what a link leads to, such as the driver of a device. */
export async function linkedName(path: string): Promise<string | null> {
  try {
    return (await readlink(path)).split('/').at(-1) ?? null
  } catch {
    return null
  }
}
