import { existsSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'

/** The folder itself, or the nearest one above it that exists, without links in its path. */
export function nearestFolder(path: string): string {
  let folder = path
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder)
  return existsSync(folder) ? realpathSync(folder) : folder
}
