import { statfs } from 'node:fs/promises'
import type { Disk } from './hardware.ts'
import { readKernelFile } from './kernel-files.ts'
import { nearestFolder } from './nearest-folder.ts'
import { count, field, items, named, within } from './plausible.ts'

export interface RawDisk {
  readonly platform: string
  readonly path: string
  readonly blockBytes: number
  readonly blocks: number
  readonly blocksAvailable: number
  readonly inodes: number
  readonly inodesFree: number
  /** /proc/self/mountinfo; null elsewhere than on Linux. */
  readonly mounts: string | null
  /** Of systeminformation's `fsSize()`; null on Linux. */
  readonly answer: unknown
}

export async function readDisk(folder: string): Promise<RawDisk> {
  const path = nearestFolder(folder)
  const { bsize, blocks, bavail, files, ffree } = await statfs(path)
  const isLinux = process.platform === 'linux'
  return {
    platform: process.platform,
    path,
    blockBytes: bsize,
    blocks,
    blocksAvailable: bavail,
    inodes: files,
    inodesFree: ffree,
    mounts: isLinux ? await readKernelFile('/proc/self/mountinfo') : null,
    answer: isLinux ? null : await (await import('systeminformation')).fsSize(),
  }
}

export function diskFrom(raw: RawDisk): Disk | null {
  const total = count(raw.blocks * raw.blockBytes, bytesMax)
  const free = within(raw.blocksAvailable * raw.blockBytes, 0, total ?? 0)
  if (total === null || free === null) return null
  // btrfs and others make inodes as they need them, and count none.
  const inodes = count(raw.inodes, Number.MAX_SAFE_INTEGER)
  return {
    path: raw.path,
    total_bytes: total,
    free_bytes: free,
    filesystem: raw.mounts === null ? listedType(raw) : mountedType(raw.path, raw.mounts),
    inodes_total: inodes,
    inodes_free: inodes === null ? null : within(raw.inodesFree, 0, inodes),
  }
}

/** The type of the file system that a path is on, from the text of /proc/self/mountinfo. */
export function mountedType(path: string, mountinfo: string): string | null {
  let best: { readonly point: string; readonly type: string | undefined } | null = null
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ')
    const point = unescaped(before.split(' ')[4] ?? '')
    // Of two mounts on one point the later one is seen.
    if (isUnder(path, point, '/') && point.length >= (best?.point.length ?? 0)) {
      best = { point, type: after.split(' ')[0] }
    }
  }
  return named(best?.type)
}

/** Ten exabytes is past every file system there is, and past exact numbers. */
const bytesMax = Number.MAX_SAFE_INTEGER

function listedType({ platform, path, answer }: RawDisk): string | null {
  const isWindows = platform === 'win32'
  const fold = (text: string) => (isWindows ? text.toLowerCase() : text)
  const mounts = items(answer)
    .map((item) => ({ point: named(field(item, 'mount')), type: named(field(item, 'type')) }))
    .filter(
      ({ point }) => point !== null && isUnder(fold(path), fold(point), isWindows ? '\\' : '/'),
    )
    .sort((a, b) => (b.point?.length ?? 0) - (a.point?.length ?? 0))
  return mounts[0]?.type ?? null
}

function isUnder(path: string, folder: string, separator: string): boolean {
  if (folder === '') return false
  const prefix = folder.endsWith(separator) ? folder : `${folder}${separator}`
  return path === folder || path.startsWith(prefix)
}

/** The kernel writes a space in a path as `\040`. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
}
