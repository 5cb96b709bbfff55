import type { Check } from './check.ts'
import { accelerator } from './checks/accelerator.ts'
import { clock } from './checks/clock.ts'
import { configuration } from './checks/configuration.ts'
import { coordinator } from './checks/coordinator.ts'
import { dataFolder } from './checks/data-folder.ts'
import { disk } from './checks/disk.ts'
import { gpu } from './checks/gpu.ts'
import { key } from './checks/key.ts'
import { memory } from './checks/memory.ts'
import { permissions } from './checks/permissions.ts'
import { policy } from './checks/policy.ts'
import { ports } from './checks/ports.ts'
import { runtime } from './checks/runtime.ts'
import { temperature } from './checks/temperature.ts'

/** Every check of `vcp doctor`, in the order in which it is shown. */
export const checks: readonly Check[] = [
  runtime,
  configuration,
  dataFolder,
  permissions,
  key,
  disk,
  memory,
  gpu,
  accelerator,
  policy,
  temperature,
  clock,
  ports,
  coordinator,
]
