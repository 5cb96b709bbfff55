// What becomes of the mean of the updates: the server's own step (Reddi et al. 2021; no correction
// of the bias, as in the paper).

export interface Momentum {
  readonly kind: 'fedavgm'
  readonly learningRate: number
  readonly momentum: number
}

export interface Adaptive {
  readonly kind: 'fedadagrad' | 'fedadam' | 'fedyogi'
  readonly learningRate: number
  readonly beta1: number
  readonly beta2: number
  /** How adaptive it is: the less, the more. */
  readonly tau: number
  /** Where the second moment starts; `tau^2` in the paper. */
  readonly varianceStart?: number
}

/** `fedavg` adds the mean as it is. FedProx differs at the nodes only. */
export type ServerStep = { readonly kind: 'fedavg' | 'fedprox' } | Momentum | Adaptive

export interface OptimiserState {
  readonly momentum: Float64Array
  readonly variance: Float64Array
}

export function optimiserState(step: ServerStep, length: number): OptimiserState {
  const isAdaptive = 'tau' in step
  const isStateless = step.kind === 'fedavg' || step.kind === 'fedprox'
  const variance = new Float64Array(isAdaptive ? length : 0)
  if (isAdaptive) variance.fill(step.varianceStart ?? step.tau ** 2)
  return { momentum: new Float64Array(isStateless ? 0 : length), variance }
}

/** Moves the weights by the mean update, in place, and the state with them. */
export function applyUpdate(
  step: ServerStep,
  state: OptimiserState,
  weights: Float64Array,
  update: Float64Array,
): void {
  switch (step.kind) {
    case 'fedavg':
    case 'fedprox':
      for (let i = 0; i < weights.length; i++) weights[i]! += update[i]!
      return
    case 'fedavgm':
      for (let i = 0; i < weights.length; i++) {
        const velocity = step.momentum * state.momentum[i]! - update[i]!
        state.momentum[i] = velocity
        weights[i]! -= step.learningRate * velocity
      }
      return
    default:
      applyAdaptive(step, state, weights, update)
  }
}

function applyAdaptive(
  step: Adaptive,
  { momentum, variance }: OptimiserState,
  weights: Float64Array,
  update: Float64Array,
): void {
  const beta1 = step.kind === 'fedadagrad' ? 0 : step.beta1
  const next = secondMoments[step.kind]
  for (let i = 0; i < weights.length; i++) {
    const change = update[i]!
    const m = beta1 * momentum[i]! + (1 - beta1) * change
    const v = next(variance[i]!, change * change, step.beta2)
    momentum[i] = m
    variance[i] = v
    weights[i]! += (step.learningRate * m) / (Math.sqrt(v) + step.tau)
  }
}

type SecondMoment = (v: number, square: number, beta2: number) => number

const secondMoments: Readonly<Record<Adaptive['kind'], SecondMoment>> = {
  fedadagrad: (v, square) => v + square,
  fedadam: (v, square, beta2) => beta2 * v + (1 - beta2) * square,
  fedyogi: (v, square, beta2) => v - (1 - beta2) * square * Math.sign(v - square),
}
