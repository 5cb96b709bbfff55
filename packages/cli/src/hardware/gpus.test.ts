import { describe, expect, test } from 'vitest'
import { kernelTree } from '../testing/kernel-tree.ts'
import { nothingRead, virtualMachine } from '../testing/recordings.ts'
import { gpusFrom, type RawGpus, readDisplays } from './gpus.ts'

const mib = 2 ** 20

function linux(more: Partial<RawGpus>): RawGpus {
  return { ...virtualMachine.gpus, ...more }
}

/** As systeminformation reads lspci: `vram` is the largest PCI window, 256 MB on older boards. */
function controller(more: object): object {
  return { vendor: '', model: '', bus: 'Onboard', vram: null, vramDynamic: false, ...more }
}

describe('the GPUs', () => {
  test('of the recorded machine are none', () => {
    expect(gpusFrom(virtualMachine.gpus)).toEqual([])
  })

  test('are unknown where the kernel shows no bus, and no tool answers', () => {
    expect(gpusFrom(linux({ displays: null }))).toBeNull()
  })

  test.each(['darwin', 'win32'])(
    'are unknown on %s where the list is empty: it is after a failure too',
    (platform) => {
      const raw = { platform, answer: nothingRead.graphics, displays: null, nvidiaSmi: null }
      expect(gpusFrom(raw)).toBeNull()
    },
  )

  test('are unknown on a system for which systeminformation answers null', () => {
    const raw = { platform: 'freebsd', answer: null, displays: null, nvidiaSmi: null }
    expect(gpusFrom(raw)).toBeNull()
  })

  test('are told of by three sources that are one list', () => {
    const raw = linux({
      answer: {
        controllers: [
          controller({
            vendor: 'NVIDIA Corporation',
            model: 'GH100 [H200 SXM 141GB]',
            busAddress: '0b:00.0',
            vram: 262_144,
          }),
        ],
      },
      displays: [
        { address: '0000:0b:00.0', vendorId: '0x10de', driver: 'nvidia', vramBytes: null },
        { address: '0000:02:00.0', vendorId: '0x1a03', driver: 'ast', vramBytes: null },
      ],
      nvidiaSmi: '00000000:0B:00.0, NVIDIA H200, 143771, 570.86.15\n',
    })
    expect(gpusFrom(raw)).toEqual([
      {
        model: 'NVIDIA H200',
        vendor: 'NVIDIA',
        vram_bytes: 143_771 * mib,
        driver: 'nvidia 570.86.15',
      },
      { model: null, vendor: 'ASPEED', vram_bytes: null, driver: 'ast' },
    ])
  })

  test('are found by nvidia-smi alone, in a container without lspci', () => {
    const nvidiaSmi =
      '00000001:00:00.0, NVIDIA A100, [N/A], 550.54\n00000002:00:00.0, NVIDIA A100, 40960, 550.54\n'
    expect(gpusFrom(linux({ displays: null, nvidiaSmi }))).toMatchObject([
      { model: 'NVIDIA A100', vram_bytes: null },
      { model: 'NVIDIA A100', vram_bytes: 40_960 * mib },
    ])
  })

  test('keep their memory unknown where lspci gives only the size of a window', () => {
    const answer = {
      controllers: [controller({ vendor: 'Intel Corporation', model: 'UHD 630', vram: 256 })],
    }
    expect(gpusFrom(linux({ answer }))).toEqual([
      { model: 'UHD 630', vendor: 'Intel', vram_bytes: null, driver: null },
    ])
  })

  test('have the memory that amdgpu tells, and the driver of the kernel', async () => {
    const root = kernelTree({
      'bus/pci/devices/0000:03:00.0/class': '0x030000',
      'bus/pci/devices/0000:03:00.0/vendor': '0x1002',
      'bus/pci/devices/0000:03:00.0/driver': '-> ../../../../bus/pci/drivers/amdgpu',
      'bus/pci/devices/0000:03:00.0/mem_info_vram_total': '17163091968',
      'bus/pci/devices/0000:00:1f.0/class': '0x060100',
    })
    expect(gpusFrom(linux({ displays: await readDisplays(root) }))).toEqual([
      { model: null, vendor: 'AMD', vram_bytes: 17_163_091_968, driver: 'amdgpu' },
    ])
  })

  test('are none on a machine without a PCI bus, and unknown where /sys is hidden', async () => {
    expect(await readDisplays(kernelTree({ 'bus/platform/x': '' }))).toEqual([])
    expect(await readDisplays(kernelTree({ class: '' }))).toBeNull()
  })

  test.each([
    ['that failed', 'NVIDIA-SMI has failed because it could not talk to the driver.'],
    ['that found nothing', 'No devices were found'],
    ['that printed nothing', ''],
  ])('are not made out of an nvidia-smi %s', (_, nvidiaSmi) => {
    expect(gpusFrom(linux({ nvidiaSmi }))).toEqual([])
  })

  test.each([
    [0, null],
    [-1, null],
    [Number.NaN, null],
    [4095, null], // 32 bits, full
    [8192, 8192 * mib],
  ])('on Windows with %s MB have %s bytes', (vram, bytes) => {
    const answer = {
      controllers: [{ vendor: 'NVIDIA', model: 'RTX', bus: 'PCI', vram, vramDynamic: true }],
    }
    const raw = { platform: 'win32', answer, displays: null, nvidiaSmi: null }
    expect(gpusFrom(raw)?.[0]?.vram_bytes).toBe(bytes)
  })

  test('on a Mac share the memory of the machine, and have none of their own', () => {
    const answer = {
      controllers: [{ vendor: 'Apple', model: 'Apple M2', vram: 10_922, vramDynamic: true }],
    }
    const raw = { platform: 'darwin', answer, displays: null, nvidiaSmi: null }
    expect(gpusFrom(raw)).toEqual([
      { model: 'Apple M2', vendor: 'Apple', vram_bytes: null, driver: null },
    ])
  })
})
