// How busy graphics processors are. AMD's driver tells in files; NVIDIA's tool is started once and
// goes on telling, for each start of it takes far longer than a reading.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { limits } from '@vcp/protocol'
import { listKernelFolder, readKernelFile } from '../../hardware/kernel-files.ts'
import { numberIn, within } from '../../hardware/plausible.ts'
import type { Gpu } from './sample.ts'

export interface Graphics {
  read(): Promise<readonly Gpu[]>
  close(): void
}

/** `root` is where /sys and /proc lie. */
export async function openGraphics(root: string, nowMs: () => number): Promise<Graphics> {
  const cards = await amdCards(root)
  const driver = await readKernelFile(`${root}/proc/driver/nvidia/version`)
  const nvidia = driver === null ? null : startNvidia(nowMs)
  return {
    async read() {
      const found = [...(await Promise.all(cards.map(readAmd))), ...(nvidia?.read() ?? [])]
      return found.slice(0, limits.gpusMax)
    },
    close: () => nvidia?.close(),
  }
}

async function amdCards(root: string): Promise<readonly string[]> {
  const names = (await listKernelFolder(`${root}/sys/class/drm`)) ?? []
  const devices = names
    .filter((name) => /^card\d+$/.test(name))
    .map((name) => `${root}/sys/class/drm/${name}/device`)
  const busy = await Promise.all(
    devices.map((device) => readKernelFile(`${device}/gpu_busy_percent`)),
  )
  return devices.filter((_, i) => busy[i] !== null)
}

async function readAmd(device: string): Promise<Gpu> {
  const number = async (file: string) => numberIn(await readKernelFile(`${device}/${file}`))
  const [busy, used, total] = await Promise.all([
    number('gpu_busy_percent'),
    number('mem_info_vram_used'),
    number('mem_info_vram_total'),
  ])
  const [chip] = (await listKernelFolder(`${device}/hwmon`)) ?? []
  const milliC = chip === undefined ? null : await number(`hwmon/${chip}/temp1_input`)
  return gpuFrom(busy, used, total, milliC === null ? null : milliC / 1_000)
}

const everySeconds = 5
/** A tool that is silent for so long does not work any more. */
const silentMsMax = 4 * everySeconds * 1_000

interface Nvidia {
  read(): readonly Gpu[]
  close(): void
}

/** One that cannot be started, or ends, has nothing to tell. */
function startNvidia(nowMs: () => number): Nvidia {
  const query = 'index,utilization.gpu,memory.used,memory.total,temperature.gpu'
  const args = [`--query-gpu=${query}`, '--format=csv,noheader,nounits', `--loop=${everySeconds}`]
  const found = new Map<number, Gpu>()
  let heardAtMs = Number.NEGATIVE_INFINITY
  const child: ChildProcess = spawn('nvidia-smi', args, {
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
    windowsHide: true,
  })
  child.on('error', () => found.clear())
  child.on('exit', () => found.clear())
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const row = nvidiaRow(line)
      if (row === null) return
      found.set(row.index, row.gpu)
      heardAtMs = nowMs()
    })
  }
  // Nothing of it keeps this program alive; with nobody to tell it ends by itself.
  child.unref()
  return {
    read: () => (nowMs() - heardAtMs > silentMsMax ? [] : [...found.values()]),
    close: () => void child.kill('SIGKILL'),
  }
}

/** `0, 37, 1024, 24564, 61`; what a model does not tell is `[N/A]`. */
export function nvidiaRow(line: string): { readonly index: number; readonly gpu: Gpu } | null {
  const [index, busy, used, total, celsius] = line.split(',').map((part) => numberIn(part.trim()))
  if (index === undefined || index === null || celsius === undefined) return null
  return { index, gpu: gpuFrom(busy ?? null, used ?? null, total ?? null, celsius) }
}

function gpuFrom(
  busy: number | null,
  used: number | null,
  total: number | null,
  celsius: number | null,
): Gpu {
  const share = used === null || total === null || total <= 0 ? null : (100 * used) / total
  return {
    utilisation_percent: within(busy, 0, 100),
    memory_percent: within(share === null ? null : Math.round(share * 10) / 10, 0, 100),
    temperature_c: within(celsius, -100, 300),
  }
}
