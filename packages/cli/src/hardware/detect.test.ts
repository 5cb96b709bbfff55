import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { testOnLinux } from '../testing/conditions.ts'
import { temporaryFolder } from '../testing/host.ts'
import { nothingRead, virtualMachine } from '../testing/recordings.ts'
import { describeHardware } from './describe.ts'
import { detectHardware, hardwareFrom } from './detect.ts'
import { Hardware } from './hardware.ts'

const signal = new AbortController().signal

/** A folder of programs that come before those of the machine. */
function withTool(name: string, script: string): Record<string, string | undefined> {
  const folder = temporaryFolder()
  const file = join(folder, name)
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  return { ...process.env, PATH: `${folder}:${process.env['PATH']}` }
}

function isRunning(pid: string): boolean {
  // A killed process that nobody has buried yet still has a folder.
  return (
    existsSync(`/proc/${pid}/stat`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(' Z ')
  )
}

describe('the hardware', () => {
  testOnLinux('of this machine has the form of its schema, and what the kernel says', async () => {
    const dataDir = temporaryFolder()
    const hardware = await detectHardware({ dataDir, env: process.env, signal })
    expect(Hardware.parse(hardware)).toEqual(hardware)
    const total = /^MemTotal:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]
    expect(hardware.memory.total_bytes).toBe(Number(total) * 1024)
    expect(hardware.disk?.path).toBe(dataDir)
    expect(hardware.notes.filter((note) => note.includes('no answer'))).toEqual([])
  })

  testOnLinux(
    'is given up where a tool hangs, with the reason, and the tool is stopped',
    async () => {
      const pidFile = join(temporaryFolder(), 'pid')
      const env = withTool('lspci', `echo $$ > ${pidFile}; exec sleep 600`)
      const started = performance.now()
      const hardware = await detectHardware({ dataDir: '/', env, signal, deadlineMs: 4_000 })
      expect(performance.now() - started).toBeLessThan(20_000)
      expect(hardware.gpus).toBeNull()
      expect(hardware.notes).toContain('gpus: no answer within 4 s')
      expect(hardware.cpu.cores_logical).not.toBeNull()
      await expect.poll(() => isRunning(readFileSync(pidFile, 'utf8').trim())).toBe(false)
    },
  )

  testOnLinux(
    'is given up where a tool hangs that systeminformation waits for without looking up',
    async () => {
      // execFileSync: in this process nothing else would run any more, not even the deadline.
      const env = withTool('nvidia-smi', 'exec sleep 600')
      writeFileSync(join(env['PATH']?.split(':')[0] ?? '', 'lspci'), '#!/bin/sh\n', { mode: 0o755 })
      const hardware = await detectHardware({ dataDir: '/', env, signal, deadlineMs: 1_500 })
      expect(hardware.gpus).toBeNull()
      expect(hardware.notes).toContain('gpus: no answer within 1.5 s')
    },
  )

  testOnLinux('holds what real tools print', async () => {
    const env = withTool(
      'nvidia-smi',
      `case "$*" in *pci.bus_id,name,memory.total,driver_version*)
        echo "00000000:0B:00.0, NVIDIA H200, 143771, 570.86.15";; *) exit 1;; esac`,
    )
    const { gpus } = await detectHardware({ dataDir: '/', env, signal })
    expect(gpus).toContainEqual({
      model: 'NVIDIA H200',
      vendor: 'NVIDIA',
      vram_bytes: 143_771 * 2 ** 20,
      driver: 'nvidia 570.86.15',
    })
  })

  testOnLinux('is not asked for any longer once the user interrupts', async () => {
    const env = withTool('lspci', 'exec sleep 600')
    const stopping = AbortSignal.timeout(600)
    const hardware = await detectHardware({ dataDir: '/', env, signal: stopping })
    expect(hardware.notes).toContain('gpus: interrupted')
  })

  testOnLinux('never passes a password on to the tools', async () => {
    const file = join(temporaryFolder(), 'env')
    const env = { ...withTool('lspci', `env > ${file}`), VCP_WALLET_PASSWORD: 'secret of mine' }
    await detectHardware({ dataDir: '/', env, signal })
    expect(readFileSync(file, 'utf8')).toContain('LC_ALL=C')
    expect(readFileSync(file, 'utf8')).not.toContain('secret of mine')
  })

  test('of which nothing could be read is null throughout, and reads as unknown', () => {
    const read = hardwareFrom(
      {
        ...virtualMachine,
        cpu: {
          ...virtualMachine.cpu,
          answer: nothingRead.cpu,
          processors: [],
          parallelism: 0,
          cpuinfo: null,
        },
        memory: { platform: 'linux', answer: {}, constrained: 0, available: 0 },
        gpus: { platform: 'linux', answer: null, displays: null, nvidiaSmi: null },
        battery: { platform: 'linux', answer: null, supplies: null },
        disk: null,
        network: { platform: 'linux', answer: null, devices: null },
        system: {
          ...virtualMachine.system,
          os: nothingRead.osInfo,
          kernel: '',
          flags: null,
          cgroups: null,
          marks: [],
        },
      },
      null,
    )
    expect(Hardware.parse(read)).toMatchObject({
      cpu: { model: null, cores_physical: null, available: null, speed_ghz: null },
      memory: { total_bytes: null, available_bytes: null },
      gpus: null,
      temperature: { cpu_c: null },
      battery: null,
      disk: null,
      network: { interfaces: null },
      os: { distro: null, kernel: null },
      virtual: null,
    })
    for (const [, value] of describeHardware(read)) expect(value).toContain('unknown')
  })
})
