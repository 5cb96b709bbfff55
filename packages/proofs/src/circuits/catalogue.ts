import { dataIntegrity } from './data-integrity.ts'
import type { CircuitDefinition } from './definition.ts'
import { execution } from './execution.ts'
import { inference } from './inference.ts'
import { modelDiff } from './model-diff.ts'
import { trainingStep, trainingStepLogistic } from './training-step.ts'
import { updateNorm } from './update-norm.ts'

/** Every circuit that comes with vcp, each with a folder of its name under circuits/. */
export const catalogue: readonly CircuitDefinition[] = [
  dataIntegrity,
  updateNorm,
  modelDiff,
  trainingStep,
  trainingStepLogistic,
  inference,
  execution,
]
