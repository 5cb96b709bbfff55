import { listKernelFolder, readKernelFile } from '../../hardware/kernel-files.ts'
import { numberIn, positive } from '../../hardware/plausible.ts'

/**
 * What the machine takes from its batteries. Null on mains: what comes from there is measured by
 * nobody, but for processors that tell administrators. `root` is where /sys lies.
 */
export async function batteryWatts(root: string): Promise<number | null> {
  const folder = `${root}/sys/class/power_supply`
  const names = (await listKernelFolder(folder)) ?? []
  const drawn = await Promise.all(names.map((name) => wattsOf(`${folder}/${name}`)))
  const found = drawn.filter((watts) => watts !== null)
  return found.length === 0 ? null : found.reduce((sum, watts) => sum + watts, 0)
}

const wattsMax = 1_000

async function wattsOf(supply: string): Promise<number | null> {
  if ((await readKernelFile(`${supply}/status`)) !== 'Discharging') return null
  if ((await readKernelFile(`${supply}/scope`)) === 'Device') return null // a mouse, a pen
  const microwatts = numberIn(await readKernelFile(`${supply}/power_now`))
  return positive(microwatts === null ? null : microwatts / 1e6, wattsMax)
}
