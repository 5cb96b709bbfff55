import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { gigabytes } from '../../hardware/describe.ts'
import type { Disk } from '../../hardware/hardware.ts'
import { isDiskFull } from '../../keystore/secret-file.ts'
import { bad, type Check, ok, unknown, type Verdict, warning } from '../check.ts'

export const disk: Check = {
  name: 'disk',
  about: 'room on the disk of the data folder, and whether it keeps what is written',
  async run({ dataDir, settings, hardware }) {
    const written = isFolder(dataDir) ? tryToWrite(dataDir) : null
    const figures = { ...figuresOf(hardware.disk), write_ms: written?.ms ?? null }
    if (written !== null && written.fault !== null) {
      return bad(`nothing can be written in ${dataDir}: ${written.fault}`, written.hint, figures)
    }
    if (hardware.disk === null) {
      const hint = 'Look with `df` yourself; a node needs room for modules and results.'
      return unknown(`the free space for ${dataDir} cannot be read`, hint, figures)
    }
    const floor = settings['disk.free_gb_min']
    return room(hardware.disk, floor, { ...figures, free_gb_min: floor })
  },
}

function room(found: Disk, floorGb: number, figures: Verdict['figures']): Verdict {
  const { path, free_bytes, total_bytes, inodes_free, inodes_total } = found
  const free = `${gigabytes(free_bytes)} of ${gigabytes(total_bytes)} are free at ${path}`
  if (free_bytes < floorGb * 2 ** 30) {
    return bad(
      `${free}, and disk.free_gb_min asks for ${floorGb} GB`,
      'Free some space, choose another disk with --data-dir, or lower disk.free_gb_min.',
      figures,
    )
  }
  const isShort = inodes_free !== null && inodes_total !== null && inodes_free < inodes_total / 100
  if (isShort) {
    const summary = `${free}, but only ${inodes_free} more files fit (inodes)`
    return warning(summary, 'Delete folders with very many small files.', figures)
  }
  return ok(free, figures)
}

interface Written {
  readonly ms: number | null
  readonly fault: string | null
  readonly hint: string
}

/** Writes, syncs, reads back and deletes one small file. */
function tryToWrite(folder: string): Written {
  const file = join(folder, `.vcp-doctor-${randomUUID()}.tmp`)
  const content = randomUUID()
  const started = performance.now()
  try {
    const handle = openSync(file, 'wx', 0o600)
    try {
      writeSync(handle, content)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    const isSame = readFileSync(file, 'utf8') === content
    const ms = Math.round((performance.now() - started) * 10) / 10
    const fault = isSame ? null : 'it reads back other bytes than were written'
    return { ms, fault, hint: 'Examine the disk before you trust it with anything.' }
  } catch (error) {
    const hint = isDiskFull(error)
      ? 'Free some space on this disk.'
      : 'Check the folder and the disk, or choose another folder with --data-dir.'
    return { ms: null, fault: (error as Error).message, hint }
  } finally {
    rmSync(file, { force: true })
  }
}

function figuresOf(found: Disk | null): Verdict['figures'] {
  return {
    free_bytes: found?.free_bytes ?? null,
    total_bytes: found?.total_bytes ?? null,
    inodes_free: found?.inodes_free ?? null,
    filesystem: found?.filesystem ?? null,
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
