// A disk that fills up under a node: a small file system of its own, where this machine lets us
// mount one.
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryKnownLogs, runTask } from '@vcp/client'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../network/eventually.ts'
import { openNetwork, removeFolder } from '../network/network.ts'
import { type NodeStatus, statusOf } from '../network/node-status.ts'
import { smallTask } from '../network/small-task.ts'

const patienceMs = 120_000
const folder = mkdtempSync(join(tmpdir(), 'vcp-e2e-disk-'))
const disk = join(folder, 'disk')
const isMounted = mountSmallDisk()
if (!isMounted) {
  process.stderr.write('SKIPPED: a full disk under a node; nothing can be mounted here\n')
}

afterAll(() => {
  if (isMounted) execFileSync('umount', ['--lazy', disk])
  removeFolder(folder)
})

function mountSmallDisk(): boolean {
  mkdirSync(disk)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m,mode=0700', 'vcp-e2e', disk], {
      stdio: 'ignore',
    })
    return true
  } catch {
    return false
  }
}

/** To the last byte. */
function fill(file: string): void {
  const handle = openSync(file, 'w')
  try {
    for (let bytes = 1_048_576; bytes >= 1; ) {
      try {
        writeSync(handle, Buffer.alloc(bytes))
      } catch {
        bytes = Math.floor(bytes / 2)
      }
    }
  } finally {
    closeSync(handle)
  }
}

// skipped: only root mounts a disk; where none can be mounted, stderr says so
test.runIf(isMounted)(
  'a node whose disk is full takes nothing it cannot keep, and goes on when there is room',
  async () => {
    const network = await openNetwork({ folder, chance: Math.random })
    onTestFinished(async () => void (await network.stop()))
    const dataDir = join(disk, 'node')
    const node = await network.addNode('node', { dataDir, more: ['--set', 'disk.free_gb_min=0'] })
    const { connection } = network
    const knownLogs = memoryKnownLogs()
    await runTask(connection, smallTask(1), { knownLogs })

    const filler = join(disk, 'filler')
    fill(filler)
    const values = Array.from({ length: 40 }, (_, i) => i + 2)
    const results = values.map((value) => runTask(connection, smallTask(value), { knownLogs }))
    const isFull = (status: NodeStatus | null) => status?.trouble?.code === 'DISK_FULL'
    const troubled = await eventually(30_000, isFull, () => statusOf(node.socket))
    expect(troubled?.trouble).toMatchObject({ code: 'DISK_FULL' })

    rmSync(filler)
    const outputs = (await Promise.all(results)).map(({ output }) =>
      JSON.parse(String(Buffer.from(output))),
    )
    expect(outputs).toEqual(values.map((value) => [{ type: 'i32', value }]))
    const whole = await eventually(
      30_000,
      (status: NodeStatus | null) => status?.trouble === null && status.reports_waiting === 0,
      () => statusOf(node.socket),
    )
    expect(whole).toMatchObject({ trouble: null, reports_waiting: 0, tasks: [] })
    expect(node.program.end).toBeNull()
  },
  patienceMs,
)
