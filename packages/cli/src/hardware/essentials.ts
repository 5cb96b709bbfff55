// What a node has to know of its machine before it can register. On Linux the kernel's files say it
// in a few milliseconds; a whole examination asks in eight processes, 1.3 to 1.5 s of CPU in all.
import { availableParallelism, cpus, freemem, totalmem } from 'node:os'
import { cpuFrom, readQuotas } from './cpu.ts'
import { type Detection, detectHardware } from './detect.ts'
import { diskFrom, readDisk } from './disk.ts'
import { gpusFrom, readDisplays } from './gpus.ts'
import type { Hardware } from './hardware.ts'
import { readKernelFile } from './kernel-files.ts'
import { memoryFrom } from './memory.ts'

export type Essentials = Pick<Hardware, 'cpu' | 'memory' | 'gpus' | 'disk'>

export async function readEssentials(detection: Detection): Promise<Essentials> {
  return process.platform === 'linux' ? ofLinux(detection.dataDir) : detectHardware(detection)
}

async function ofLinux(dataDir: string): Promise<Essentials> {
  const [quotas, cpuinfo, displays, disk] = await Promise.all([
    readQuotas(),
    readKernelFile('/proc/cpuinfo'),
    readDisplays('/sys'),
    readDisk(dataDir),
  ])
  const cpu = cpuFrom({
    platform: process.platform,
    architecture: process.arch,
    answer: null,
    processors: cpus().map(({ model, speed }) => ({ model, speedMhz: speed })),
    parallelism: availableParallelism(),
    cpuinfo,
    quotas,
  })
  const memory = memoryFrom({
    platform: process.platform,
    answer: { total: totalmem(), available: freemem() },
    constrained: process.constrainedMemory(),
    available: process.availableMemory(),
  })
  const gpus = gpusFrom({ platform: process.platform, answer: null, displays, nvidiaSmi: null })
  return {
    cpu: { ...cpu, load_percent: null },
    memory,
    gpus: gpus === null ? null : [...gpus],
    disk: diskFrom(disk),
  }
}
