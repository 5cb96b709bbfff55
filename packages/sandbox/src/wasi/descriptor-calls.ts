// What a guest may ask about its descriptors. The three streams answer as pipes do: no position, no
// size, no terminal. Any other number is EBADF, so nothing pre-opened is ever found.
import type { Descriptors, Stream } from './descriptors.ts'
import { type Errno, errno } from './errno.ts'
import type { Guest } from './guest.ts'
import type { WasiFunction, WasiImports } from './signatures.ts'

type DescriptorFunction = Exclude<
  Extract<WasiFunction, `fd_${string}`>,
  'fd_read' | 'fd_write' | `fd_prestat_${string}`
>

export function descriptorCalls(
  { memory }: Guest,
  descriptors: Descriptors,
): Pick<WasiImports, DescriptorFunction> {
  const answering = (answer: Errno) => (fd: number) =>
    descriptors.stream(fd) === null ? errno.badf : answer

  return {
    fd_advise: answering(errno.spipe),
    fd_allocate: answering(errno.spipe),
    fd_pread: answering(errno.spipe),
    fd_pwrite: answering(errno.spipe),
    fd_seek: answering(errno.spipe),
    fd_tell: answering(errno.spipe),
    fd_datasync: answering(errno.inval),
    fd_sync: answering(errno.inval),
    fd_filestat_set_size: answering(errno.inval),
    fd_readdir: answering(errno.notdir),
    fd_fdstat_set_flags: answering(errno.nosys),
    fd_fdstat_set_rights: answering(errno.nosys),
    fd_filestat_set_times: answering(errno.nosys),
    fd_close: (fd) => (descriptors.close(fd) ? errno.success : errno.badf),
    fd_renumber: (from, to) => (descriptors.renumber(from, to) ? errno.success : errno.badf),
    fd_fdstat_get(fd, at) {
      const stream = descriptors.stream(fd)
      if (stream === null) return errno.badf
      if (!memory.holds(at, FDSTAT_BYTES)) return errno.fault
      memory.bytes({ at, bytes: FDSTAT_BYTES }).fill(0)
      memory.view({ at, bytes: FDSTAT_BYTES }).setBigUint64(FDSTAT_RIGHTS, rights[stream], true)
      return errno.success
    },
    fd_filestat_get(fd, at) {
      if (descriptors.stream(fd) === null) return errno.badf
      if (!memory.holds(at, FILESTAT_BYTES)) return errno.fault
      memory.bytes({ at, bytes: FILESTAT_BYTES }).fill(0)
      memory.view({ at, bytes: FILESTAT_BYTES }).setBigUint64(FILESTAT_LINKS, 1n, true)
      return errno.success
    },
  }
}

// The file type stays 0, unknown: a character device would pass for a terminal, to which libraries
// write line by line.
const FDSTAT_BYTES = 24
const FDSTAT_RIGHTS = 8
const FILESTAT_BYTES = 64
const FILESTAT_LINKS = 24

const RIGHT_FD_READ = 1n << 1n
const RIGHT_FD_WRITE = 1n << 6n
const RIGHT_FD_FILESTAT_GET = 1n << 21n
const RIGHT_POLL_FD_READWRITE = 1n << 27n

const rights: Readonly<Record<Stream, bigint>> = {
  stdin: RIGHT_FD_READ | RIGHT_FD_FILESTAT_GET | RIGHT_POLL_FD_READWRITE,
  stdout: RIGHT_FD_WRITE | RIGHT_FD_FILESTAT_GET | RIGHT_POLL_FD_READWRITE,
  stderr: RIGHT_FD_WRITE | RIGHT_FD_FILESTAT_GET | RIGHT_POLL_FD_READWRITE,
}
