// Every module that is refused as it stands, whoever runs it.
import { importingModules, unsupportedModules } from './hostile-features.ts'
import { invalidModules, malformedModules } from './hostile-malformed.ts'
import type { HostileModule } from './hostile-module.ts'
import { oversizedModules } from './hostile-sizes.ts'

export const hostileModules: readonly HostileModule[] = [
  ...malformedModules,
  ...invalidModules,
  ...unsupportedModules,
  ...importingModules,
  ...oversizedModules,
]
