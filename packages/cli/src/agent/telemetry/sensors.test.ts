import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { testOnLinux } from '../../testing/conditions.ts'
import { temporaryFolder } from '../../testing/host.ts'
import { kernelTree } from '../../testing/kernel-tree.ts'
import { batteryWatts } from './battery-power.ts'
import { nvidiaRow, openGraphics } from './graphics.ts'
import { idleOfLinux, idleOfMac } from './idle-time.ts'
import { openSensors } from './machine-sensors.ts'
import { linuxTimes, portableTimes, quotaUse } from './processor-times.ts'

describe('processor time', () => {
  const after = '20 0 1 0 2443661 3133440 422 18446744073709551615'

  test('is that of the machine, and ours with that of our processes', async () => {
    const root = kernelTree({
      'proc/stat': 'cpu  100 10 50 800 40 0 5 3 0 0\ncpu0 100 10 50 800 40 0 5 3 0 0\nbtime 7',
      'proc/7/stat': `7 (a (strange) name) S 1 7 7 0 -1 4194304 0 0 0 0 11 4 2 3 ${after}`,
      'proc/7/task/7/children': '8 9 10 ',
      'proc/8/stat': `8 (node) S 7 8 8 0 -1 4194304 0 0 0 0 100 20 0 0 ${after}`,
      'proc/9/stat': null,
      'proc/10/stat': 'torn',
    })
    expect(await linuxTimes(root, 7)).toEqual({ total: 1_008, idle: 840, ours: 140 })
  })

  test('of ours is unknown where the kernel does not list our processes', async () => {
    const root = kernelTree({
      'proc/stat': 'cpu  100 10 50 800 40 0 5 3 0 0',
      'proc/7/stat': `7 (vcp) S 1 7 7 0 -1 4194304 0 0 0 0 11 4 2 3 ${after}`,
    })
    expect(await linuxTimes(root, 7)).toMatchObject({ ours: null })
  })

  test.each(['', 'cpu  a b c d', 'intr 5 4 3 2 1'])('is unknown in "%s"', async (text) => {
    expect(await linuxTimes(kernelTree({ 'proc/stat': text }), 7)).toBeNull()
  })

  testOnLinux('counts a process that we started, while it runs and after', async () => {
    const before = await linuxTimes('', process.pid)
    const burn = 'while (process.cpuUsage().user < 300_000);'
    const child = spawn(process.execPath, ['-e', burn])
    await once(child, 'exit')
    const later = await linuxTimes('', process.pid)
    expect(before!.ours).not.toBeNull()
    // In hundredths of a second; it used three tenths of one, and a little to start.
    expect(later!.ours! - before!.ours!).toBeGreaterThanOrEqual(20)
    expect(later!.total).toBeGreaterThan(before!.total)
  })

  test('elsewhere is that of the machine alone', () => {
    const { total, idle, ours } = portableTimes()
    expect(total).toBeGreaterThan(idle)
    expect(ours).toBeNull()
  })
})

describe('the quota of a group of processes', () => {
  test('is read where there is one', async () => {
    const root = kernelTree({
      'proc/self/cgroup': '0::/vcp.service',
      'sys/fs/cgroup/vcp.service/cpu.max': '150000 100000',
      'sys/fs/cgroup/vcp.service/cpu.stat': 'usage_usec 1234567\nuser_usec 1000000',
    })
    expect(await quotaUse(root)).toEqual({ usedMicroseconds: 1_234_567, cores: 1.5 })
  })

  test.each([
    ['nothing bounds it', { 'sys/fs/cgroup/cpu.max': 'max 100000' }],
    ['its files are torn', { 'sys/fs/cgroup/cpu.max': '150000', 'sys/fs/cgroup/cpu.stat': '' }],
    ['it has none', {}],
  ])('is null where %s', async (_, files: Readonly<Record<string, string>>) => {
    expect(await quotaUse(kernelTree({ 'proc/self/cgroup': '0::/', ...files }))).toBeNull()
    expect(await quotaUse(kernelTree({ 'proc/self/cgroup': '4:cpu:/' }))).toBeNull()
  })
})

describe('what the batteries give', () => {
  const battery = (status: string, power: string | null) => ({
    'class/power_supply/BAT0/status': status,
    'class/power_supply/BAT0/power_now': power,
  })
  const under = (files: Readonly<Record<string, string | null>>) =>
    kernelTree(
      Object.fromEntries(Object.entries(files).map(([name, text]) => [`sys/${name}`, text])),
    )

  test('is counted while they are drained, without those of a mouse', async () => {
    const mouse = {
      'class/power_supply/hid/status': 'Discharging',
      'class/power_supply/hid/scope': 'Device',
      'class/power_supply/hid/power_now': '90000',
    }
    const root = under({ ...battery('Discharging', '11250000'), ...mouse })
    expect(await batteryWatts(root)).toBe(11.25)
  })

  test.each([
    ['on mains', battery('Charging', '30000000')],
    ['without a sensor', battery('Discharging', null)],
    ['where the sensor shows what cannot be', battery('Discharging', '-1')],
    ['without a battery', {}],
  ])('is unknown %s', async (_, files) => {
    expect(await batteryWatts(under(files))).toBeNull()
  })
})

describe('graphics processors', () => {
  test('of AMD are read from files', async () => {
    const card = 'sys/class/drm/card1/device'
    const graphics = await openGraphics(
      kernelTree({
        'sys/class/drm/card0/device/vendor': '0x1234',
        'sys/class/drm/card1-DP-1/device/gpu_busy_percent': '99',
        [`${card}/gpu_busy_percent`]: '37',
        [`${card}/mem_info_vram_used`]: '2147483648',
        [`${card}/mem_info_vram_total`]: '8589934592',
        [`${card}/hwmon/hwmon4/temp1_input`]: '61000',
      }),
      Date.now,
    )
    expect(await graphics.read()).toEqual([
      { utilisation_percent: 37, memory_percent: 25, temperature_c: 61 },
    ])
    graphics.close()
  })

  test('of NVIDIA are rows of its tool', () => {
    expect(nvidiaRow('1, 37, 1024, 24564, 61')).toEqual({
      index: 1,
      gpu: { utilisation_percent: 37, memory_percent: 4.2, temperature_c: 61 },
    })
    expect(nvidiaRow('0, [N/A], [N/A], 0, 35')?.gpu).toEqual({
      utilisation_percent: null,
      memory_percent: null,
      temperature_c: 35,
    })
    for (const line of ['', 'No devices were found', '[N/A], 1, 2, 3, 4', '0, 1, 2']) {
      expect(nvidiaRow(line)).toBeNull()
    }
  })
})

describe('idle time', () => {
  test('by logind counts from when the last session was left', () => {
    const since = (us: number) => `IdleHint=yes\nIdleSinceHint=${us}\n`
    expect(idleOfLinux(since(1_700_000_000_000_000), 1_700_000_090_500)).toBe(90)
    expect(idleOfLinux(since(1_700_000_000_000_000), 1_600_000_000_000)).toBe(0)
    expect(idleOfLinux('IdleHint=no\nIdleSinceHint=1700000000000000', 1)).toBe(0)
    expect(idleOfLinux(since(0), 1_700_000_000_000)).toBeNull()
    expect(idleOfLinux('IdleHint=yes', 1)).toBeNull()
    expect(idleOfLinux('', 1)).toBeNull()
  })

  test('of a Mac is in nanoseconds', () => {
    expect(idleOfMac('  |   "HIDIdleTime" = 61234567890\n')).toBe(61)
    expect(idleOfMac('+-o IOHIDSystem')).toBeNull()
  })
})

test('the sensors of this machine give what it has', async () => {
  const sensors = await openSensors(temporaryFolder(), Date.now)
  const { memory, diskFreeBytes, processor } = await sensors.sample()
  sensors.close()
  expect(memory!.availableBytes).toBeGreaterThan(0)
  expect(memory!.availableBytes).toBeLessThanOrEqual(memory!.totalBytes)
  expect(diskFreeBytes).toBeGreaterThan(0)
  expect(processor!.total).toBeGreaterThan(0)
})
