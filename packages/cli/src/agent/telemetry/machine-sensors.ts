// The sensors of this machine. On Linux all but one are files of the kernel. Elsewhere temperature
// and battery are asked of tools that take seconds, so they are asked once a minute.
import { statfs } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { batteryFrom, readBattery } from '../../hardware/battery.ts'
import { nearestFolder } from '../../hardware/nearest-folder.ts'
import { readTemperature, temperatureFrom } from '../../hardware/temperature.ts'
import { batteryWatts } from './battery-power.ts'
import { openGraphics } from './graphics.ts'
import { readIdleSeconds } from './idle-time.ts'
import { linuxTimes, portableTimes, quotaUse } from './processor-times.ts'
import type { Sample } from './sample.ts'
import { seldom } from './seldom.ts'

export interface Sensors {
  sample(): Promise<Sample>
  close(): void
}

const toolEveryMs = process.platform === 'linux' ? 0 : 60_000
const idleEveryMs = 30_000

/** `folder` is on the disk that the node uses. */
export async function openSensors(folder: string, nowMs: () => number): Promise<Sensors> {
  const isLinux = process.platform === 'linux'
  const graphics = await openGraphics('', nowMs)
  const temperature = seldom(toolEveryMs, nowMs, async () => {
    return temperatureFrom(await readTemperature()).temperature.cpu_c
  })
  const battery = seldom(toolEveryMs, nowMs, async () => batteryFrom(await readBattery()))
  const idle = seldom(idleEveryMs, nowMs, () => readIdleSeconds(nowMs()))

  return {
    async sample() {
      const [processor, quota, temperatureC, cells, powerWatts, gpus, diskFreeBytes, idleSeconds] =
        await Promise.all([
          isLinux ? linuxTimes('', process.pid) : portableTimes(),
          quotaUse(''),
          temperature(),
          battery(),
          batteryWatts(''),
          graphics.read(),
          freeBytes(folder),
          idle(),
        ])
      const measured = { processor, quota, memory: memoryNow(), temperatureC, battery: cells }
      return { atMs: nowMs(), ...measured, powerWatts, gpus, diskFreeBytes, idleSeconds }
    },
    close: graphics.close,
  }
}

/** With the limit of the cgroup, which Node knows: 0, or nearly 2^64, where there is none. */
function memoryNow(): Sample['memory'] {
  const limit = process.constrainedMemory()
  const totalBytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem()
  if (totalBytes <= 0) return null
  return { totalBytes, availableBytes: Math.min(process.availableMemory(), totalBytes) }
}

async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bsize, bavail } = await statfs(nearestFolder(folder))
    return bsize * bavail
  } catch {
    return null // a disk that is gone: not known
  }
}
