import type { OptimiserSpec } from './train-spec.ts'

/** Changes weights by gradients; steps count from 1. What is in `slots` goes into checkpoints. */
export interface Optimiser {
  readonly slots: readonly Float32Array[]
  update(weights: Float32Array, gradient: Gradient, rate: number, step: number): void
}

/** A sum over examples and what to multiply it with: one pass less than dividing it first. */
export interface Gradient {
  readonly sum: Float32Array
  readonly scale: number
}

export function createOptimiser(spec: OptimiserSpec, size: number): Optimiser {
  return spec.name === 'sgd' ? sgd(spec, size) : adam(spec, size)
}

type Sgd = Extract<OptimiserSpec, { name: 'sgd' }>
type Adam = Exclude<OptimiserSpec, Sgd>

/** v <- m v + g; w <- w - rate v. Decay counts as part of the gradient. */
function sgd({ momentum, weightDecay }: Sgd, size: number): Optimiser {
  if (momentum === 0) {
    return {
      slots: [],
      update: (weights, { sum, scale }, rate) => {
        descend(weights, sum, rate * scale, 1 - rate * weightDecay)
      },
    }
  }
  const velocity = new Float32Array(size)
  return {
    slots: [velocity],
    update: (weights, { sum, scale }, rate) => {
      for (let at = 0; at < size; at++) {
        const slope = sum[at]! * scale + weightDecay * weights[at]!
        velocity[at] = momentum * velocity[at]! + slope
      }
      descend(weights, velocity, rate, 1)
    },
  }
}

/** A function of its own: within a closure V8 took four times as long for it. */
function descend(weights: Float32Array, slopes: Float32Array, rate: number, keep: number): void {
  for (let at = 0; at < weights.length; at++) weights[at] = keep * weights[at]! - rate * slopes[at]!
}

/** Adam (Kingma and Ba 2015), and AdamW (Loshchilov and Hutter 2019), whose decay stands apart. */
function adam(spec: Adam, size: number): Optimiser {
  const { beta1, beta2, epsilon } = spec
  const decay = spec.name === 'adamw' ? spec.weightDecay : 0
  const mean = new Float32Array(size)
  const square = new Float32Array(size)
  return {
    slots: [mean, square],
    update: (weights, { sum, scale }, rate, step) => {
      const meanBias = 1 - beta1 ** step
      const squareBias = 1 - beta2 ** step
      for (let at = 0; at < size; at++) {
        const slope = sum[at]! * scale
        mean[at] = beta1 * mean[at]! + (1 - beta1) * slope
        square[at] = beta2 * square[at]! + (1 - beta2) * slope * slope
        const spread = Math.sqrt(square[at]! / squareBias) + epsilon
        weights[at]! -= rate * (mean[at]! / meanBias / spread + decay * weights[at]!)
      }
    },
  }
}
