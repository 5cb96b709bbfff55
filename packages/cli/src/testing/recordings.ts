// Raw answers of machines, before anything is made of them. `virtualMachine` was recorded with
// `probe-main.ts` (systeminformation 5.33.23, Linux 6.18, two virtual cores), long texts cut.
import type { RawAnswers } from '../hardware/probes.ts'

const cpuinfo = `processor\t: 0
vendor_id\t: AuthenticAMD
model name\t: AMD EPYC
cpu MHz\t\t: 2596.136
flags\t\t: fpu vme de pse tsc msr hypervisor lahf_lm

processor\t: 1
vendor_id\t: AuthenticAMD
model name\t: AMD EPYC
cpu MHz\t\t: 2596.136
flags\t\t: fpu vme de pse tsc msr hypervisor lahf_lm
`

const mountinfo = `22 27 0:21 / /proc rw,relatime - proc proc rw
24 27 0:6 / /dev rw,relatime - devtmpfs devtmpfs rw,size=12334460k,nr_inodes=3083615,mode=755
25 24 0:23 / /dev/shm rw,relatime - tmpfs tmpfs rw,size=24684084k
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard,resv_strict,resuid=65534
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755`

export const virtualMachine: RawAnswers = {
  cpu: {
    platform: 'linux',
    architecture: 'x64',
    answer: {
      manufacturer: 'AMD',
      brand: 'EPYC',
      vendor: 'AMD',
      family: '25',
      model: '17',
      stepping: '1',
      revision: '',
      voltage: '',
      speed: 0,
      speedMin: 0,
      speedMax: 0,
      governor: '',
      cores: 2,
      physicalCores: 2,
      performanceCores: 2,
      efficiencyCores: 0,
      processors: 1,
      socket: '',
      flags: 'fpu vme de pse tsc msr hypervisor lahf_lm',
      virtualization: false,
      cache: { l1d: 65_536, l1i: 65_536, l2: 2_097_152, l3: 33_554_432 },
    },
    processors: [
      { model: 'AMD EPYC', speedMhz: 0 },
      { model: 'AMD EPYC', speedMhz: 0 },
    ],
    parallelism: 2,
    cpuinfo,
    quotas: ['-1 100000'],
  },
  memory: {
    platform: 'linux',
    answer: {
      total: 25_276_502_016,
      free: 24_640_905_216,
      used: 635_596_800,
      active: 442_904_576,
      available: 24_833_597_440,
      swaptotal: 0,
      swapused: 0,
      swapfree: 0,
      writeback: 0,
      dirty: 163_840,
    },
    constrained: 18_446_744_073_709_552_000,
    available: 24_833_597_440,
  },
  gpus: {
    platform: 'linux',
    answer: { controllers: [], displays: [] },
    displays: [],
    nvidiaSmi: null,
  },
  temperature: { platform: 'linux', answer: null, sensors: [] },
  battery: { platform: 'linux', answer: null, supplies: [] },
  disk: {
    platform: 'linux',
    path: '/home/ana',
    blockBytes: 4_096,
    blocks: 66_053_021,
    blocksAvailable: 20_683_225,
    inodes: 16_777_216,
    inodesFree: 16_360_776,
    mounts: mountinfo,
    answer: null,
  },
  network: {
    platform: 'linux',
    answer: [
      {
        iface: 'lo',
        ifaceName: 'lo',
        default: false,
        ip4: '127.0.0.1',
        mac: '00:00:00:00:00:00',
        internal: true,
        virtual: false,
        operstate: 'unknown',
        type: 'virtual',
        duplex: '',
        mtu: 65_536,
        speed: null,
        carrierChanges: 0,
      },
      {
        iface: 'eth0',
        ifaceName: 'eth0',
        default: true,
        ip4: '192.0.2.2',
        mac: '02:fc:00:00:00:01',
        internal: false,
        virtual: false,
        operstate: 'up',
        type: 'wired',
        duplex: 'unknown',
        mtu: 1_400,
        speed: -1,
        carrierChanges: 2,
      },
    ],
    devices: {
      eth0: { hasDevice: true, isWireless: false },
      ifb0: { hasDevice: false, isWireless: false },
      lo: { hasDevice: false, isWireless: false },
    },
  },
  system: {
    platform: 'linux',
    architecture: 'x64',
    kernel: '6.18.44',
    os: { platform: 'linux', distro: 'Debian GNU/Linux', release: '12', codename: 'bookworm' },
    answer: null,
    flags: 'fpu vme de pse tsc msr hypervisor lahf_lm',
    cgroups: '9:name=systemd:/\n1:cpu:/\n0::/',
    marks: ['/.dockerenv'],
  },
}

/**
 * What systeminformation's own source returns where each of its tools is missing or fails: the
 * value that the function starts with, and never overwrites.
 */
export const nothingRead = {
  cpu: {
    manufacturer: 'unknown',
    brand: 'unknown',
    vendor: '',
    family: '',
    model: '',
    speed: 0,
    cores: 8,
    physicalCores: 8,
    processors: 1,
  },
  cpuTemperature: { main: null, cores: [], max: null, socket: [], chipset: null },
  battery: {
    hasBattery: false,
    cycleCount: 0,
    isCharging: false,
    percent: 0,
    timeRemaining: null,
    acConnected: true,
    type: '',
    model: '',
  },
  graphics: { controllers: [], displays: [] },
  osInfo: { platform: 'linux', distro: 'unknown', release: 'unknown', codename: '' },
  system: { manufacturer: '', model: 'Computer', version: '', serial: '-', virtual: false },
} as const
