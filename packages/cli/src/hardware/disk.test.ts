import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { testOnLinux } from '../testing/conditions.ts'
import { temporaryFolder } from '../testing/host.ts'
import { virtualMachine } from '../testing/recordings.ts'
import { diskFrom, mountedType, readDisk } from './disk.ts'

const recorded = virtualMachine.disk

describe('the disk', () => {
  test('of the recorded machine is read whole', () => {
    expect(diskFrom(recorded)).toEqual({
      path: '/home/ana',
      total_bytes: 270_553_174_016,
      free_bytes: 84_718_489_600,
      filesystem: 'ext4',
      inodes_total: 16_777_216,
      inodes_free: 16_360_776,
    })
  })

  test('that counts no inodes, as btrfs, has an unknown number of them', () => {
    expect(diskFrom({ ...recorded, inodes: 0, inodesFree: 0 })).toMatchObject({
      inodes_total: null,
      inodes_free: null,
    })
  })

  test.each([
    ['has no size', { blocks: 0 }],
    ['has more free than there is', { blocksAvailable: recorded.blocks + 1 }],
    ['has less than nothing free', { blocksAvailable: -1 }],
  ])('is unknown where it %s', (_, more) => {
    expect(diskFrom({ ...recorded, ...more })).toBeNull()
  })

  test.each([
    ['/dev/shm/x', 'tmpfs'],
    ['/dev/shmx', 'devtmpfs'],
    ['/home/ana', 'ext4'],
  ])('of %s is the one mounted nearest above it', (path, type) => {
    expect(mountedType(path, recorded.mounts ?? '')).toBe(type)
  })

  test('behind a mount point with a space is found, and the later of two mounts counts', () => {
    const mounts = `${recorded.mounts}
40 27 0:40 / /media/my\\040disk rw,relatime shared:1 - ext4 /dev/sdb rw
41 40 0:41 / /media/my\\040disk rw,relatime shared:2 - nfs4 server:/x rw`
    expect(mountedType('/media/my disk/vcp', mounts)).toBe('nfs4')
  })

  test('elsewhere than on Linux has the type that systeminformation lists', () => {
    const answer = [
      { fs: 'C:', type: 'NTFS', mount: 'C:' },
      { fs: 'D:', type: '', mount: 'D:' },
    ]
    const windows = { ...recorded, platform: 'win32', mounts: null, answer }
    expect(diskFrom({ ...windows, path: 'c:\\Users\\a' })?.filesystem).toBe('NTFS')
    expect(diskFrom({ ...windows, path: 'D:\\vcp' })?.filesystem).toBeNull()
  })

  testOnLinux('of a folder that is still to be made is that of the folder above', async () => {
    const folder = temporaryFolder()
    const raw = await readDisk(join(folder, 'a', 'b'))
    const [, size] = execFileSync('df', ['-B1', '--output=size', folder], {
      encoding: 'utf8',
    }).split('\n')
    expect(raw.path).toBe(folder)
    expect(diskFrom(raw)?.total_bytes).toBe(Number(size))
  })
})
