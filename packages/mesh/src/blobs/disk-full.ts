import { VcpError } from '@vcp/protocol'

/** For `catch`: the disk filled up although there had been room. */
export function rethrowFull(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ENOSPC' && error.code !== 'EDQUOT') throw error
  throw new VcpError('DISK_FULL', { message: 'the disk of the blob store is full', cause: error })
}
