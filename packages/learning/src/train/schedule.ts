import type { TrainSpec } from './train-spec.ts'

/** The learning rate of a step, counted from 1. */
export function rateAt(
  step: number,
  spec: Pick<TrainSpec, 'learningRate' | 'schedule' | 'warmUpSteps' | 'steps'>,
): number {
  const { learningRate, warmUpSteps } = spec
  if (step <= warmUpSteps) return (learningRate * step) / warmUpSteps
  return learningRate * factorAt(step, spec)
}

function factorAt(
  step: number,
  { schedule, warmUpSteps, steps }: Pick<TrainSpec, 'schedule' | 'warmUpSteps' | 'steps'>,
): number {
  const done = step - warmUpSteps
  // 0 at the first step at full rate, 1 at the last.
  const progress = Math.min(1, (done - 1) / Math.max(1, steps - warmUpSteps - 1))
  switch (schedule.name) {
    case 'constant':
      return 1
    case 'steps':
      return schedule.factor ** Math.floor((done - 1) / schedule.every)
    case 'cosine':
      return schedule.floor + ((1 - schedule.floor) * (1 + Math.cos(Math.PI * progress))) / 2
    case 'linear':
      return 1 - (1 - schedule.floor) * progress
  }
}
