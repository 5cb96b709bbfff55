// The data folder: made for its owner alone, used only by its owner.
import { accessSync, constants, mkdirSync, type Stats, statSync } from 'node:fs'
import { VcpError } from '@vcp/protocol'
import { describeUser, isForeign } from './machine-user.ts'
import { isDiskFull } from './secret-file.ts'

/** Whether the folder exists. One that is no folder, or somebody else's, is an error. */
export function checkDataFolder(dataDir: string): boolean {
  const stats = statsOf(dataDir)
  if (stats === null) return false
  if (!stats.isDirectory()) throw unusable(dataDir, 'it is a file, not a folder')
  if (isForeign(stats.uid)) {
    throw new VcpError('DATA_FOLDER_UNUSABLE', {
      message: `${dataDir} belongs to another user of this machine, ${describeUser(stats.uid)}`,
      hint: 'Run vcp as that user, or choose a folder of your own with --data-dir.',
      details: { folder: dataDir, owner_uid: stats.uid },
    })
  }
  return true
}

/** Makes the folder where it is missing, and makes sure that files can be written in it. */
export function openDataFolder(dataDir: string): void {
  if (!checkDataFolder(dataDir)) {
    try {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    } catch (cause) {
      if (isDiskFull(cause)) throw new VcpError('DISK_FULL', { cause })
      throw unusable(dataDir, 'it cannot be made', cause)
    }
  }
  try {
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw unusable(dataDir, 'you may not write in it', cause)
  }
}

function statsOf(dataDir: string): Stats | null {
  try {
    return statSync(dataDir)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw unusable(dataDir, 'it cannot be opened', cause)
  }
}

function unusable(dataDir: string, why: string, cause?: unknown): VcpError {
  return new VcpError('DATA_FOLDER_UNUSABLE', {
    message: `the data folder ${dataDir} cannot be used: ${why}`,
    details: { folder: dataDir },
    cause,
  })
}
