// Every rule that tidy keeps. A new rule is one export and one line here.
import type { Rule } from './rule.ts'
import { errorSwallowed, errorText } from './rules/errors.ts'
import { idleExemption } from './rules/exemptions.ts'
import { exactVersions, lockScripts, lockSource, lockWhole } from './rules/install.ts'
import { declared, door, layer } from './rules/layers.ts'
import { deadLink } from './rules/links.ts'
import { coreImports, corePure, exactMath, protocolImports, protocolPure } from './rules/purity.ts'
import { machinePath, muteRuntime, noEval, noShell } from './rules/safety.ts'
import { adapters, barrel, drawer, fileSize, lineLength, names } from './rules/shape.ts'
import { testMock, testOnly, testRetry, testSkip, testSleep, testTitle } from './rules/testing.ts'
import { glossary, noAny, suppression, unfinished } from './rules/words.ts'

export const rules: readonly Rule[] = [
  layer,
  door,
  declared,
  protocolPure,
  protocolImports,
  corePure,
  coreImports,
  exactMath,
  adapters,
  drawer,
  names,
  barrel,
  fileSize,
  lineLength,
  testOnly,
  testSkip,
  testMock,
  testSleep,
  testRetry,
  testTitle,
  errorText,
  errorSwallowed,
  noEval,
  noShell,
  machinePath,
  muteRuntime,
  lockScripts,
  lockSource,
  lockWhole,
  exactVersions,
  glossary,
  suppression,
  noAny,
  unfinished,
  deadLink,
  idleExemption,
]
